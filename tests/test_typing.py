"""A user's code is clean under pyright, and his mistakes are found by it.

mypy, which looks at everything under ``tests`` in strict mode, says the same of the same files.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def test_a_users_code_is_clean_and_his_mistakes_are_found(tmp_path: Path) -> None:
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright comes with the extra `test`")
    for name in ("sample.py", "wrong.py"):
        shutil.copy(HERE / "typing" / name, tmp_path / name)
    settings = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(HERE.parent)],
        "enableTypeIgnoreComments": False,
        "reportUnusedExpression": False,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if not ran.stdout.startswith("{"):
        pytest.skip(f"pyright does not run here: {(ran.stderr or ran.stdout)[:200]}")
    found: dict[str, set[int]] = {"sample.py": set(), "wrong.py": set()}
    faults = json.loads(ran.stdout)["generalDiagnostics"]
    for fault in (f for f in faults if f["severity"] == "error"):
        found[Path(fault["file"]).name].add(fault["range"]["start"]["line"] + 1)
    lines = enumerate((HERE / "typing" / "wrong.py").read_text("utf-8").splitlines(), start=1)
    marked = {n for n, line in lines if "# type: ignore" in line and ".outcome =" not in line}
    assert len(marked) == 7
    assert found == {"sample.py": set(), "wrong.py": marked}
