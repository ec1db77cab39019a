"""The wheel carries the watchlists and screens away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    pytest.importorskip("hatchling", reason="building the wheel needs the extra `test`")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps"),
            *("--no-build-isolation", "--quiet", "--wheel-dir", str(folder)),
        ],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_watchlists_inside_the_package(wheel: Path) -> None:
    """Every watchlist file is there, under the package and not as a package of its own."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {
        f"screening/_watchlists/{path.relative_to(ROOT / 'watchlists').as_posix()}"
        for path in (ROOT / "watchlists").rglob("*.yaml")
    }
    assert expected
    assert expected <= names
    assert not any(name.startswith("watchlists/") for name in names)
    assert "screening/py.typed" in names


def test_the_wheel_screens_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Installed in a fresh environment, it finds its lists and answers as the checkout does."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(home), "platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", vars=scheme))
    python = Path(sysconfig.get_path("scripts", vars=scheme)) / "python"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # Dependencies come from the running environment, whose own copy of the project stays unseen:
    # a path added by a .pth file does not run the .pth files that lie there.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    table = tmp_path / "shipments.csv"
    table.write_text("CAS No.,From,To,Ship Date\n41661-47-6,CN,US,2025-07-20\n", encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
    where = subprocess.run(
        [python, "-c", "import screening; print(screening.__file__)"],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=environment,
    ).stdout  # fmt: skip
    assert Path(where.strip()).is_relative_to(packages)
    subprocess.run(
        [python, "-m", "screening.cli", "csv", str(table), "--out", str(tmp_path / "out")],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    decision = json.loads((tmp_path / "out" / "decisions.jsonl").read_text(encoding="utf-8"))
    assert decision["outcome"] == "controlled"
    entries = {hit["entry"] for hit in decision["hits"]}
    assert {"cn/precursor-catalogue/4-piperidone", "us/list-i/4-piperidone"} <= entries
