"""Makes pytest collect watchlist files as tests.

pytest loads this in every run of everybody who has the library installed. It therefore lies outside
the package and imports nothing of it until a watchlist file is met.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

INI = "screening_watchlists"


def pytest_addoption(parser: Any) -> None:
    """Adds the option and the ini key that name private watchlist folders."""
    group = parser.getgroup("screening", "watchlists of precursor-screening")
    group.addoption(
        "--watchlist",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder of watchlist entries that extends the bundled lists (may be repeated); "
        "folders with a jurisdiction.yaml and a list.yaml are recognised by themselves",
    )
    parser.addini(INI, "folders as for --watchlist", type="paths", default=[])


def pytest_collect_file(file_path: Path, parent: Any) -> Any:
    """Collects a file that lies where an entry of a watchlist lies; anything else is left alone."""
    if file_path.suffix != ".yaml" or file_path.name.startswith("_"):
        return None
    if not (_of_a_law(file_path) or _in_a_named_folder(file_path, parent.config)):
        return None
    from screening.testing import WatchlistFile  # noqa: PLC0415 - only where there is a watchlist

    return WatchlistFile.from_parent(parent, path=file_path)


def _of_a_law(path: Path) -> bool:
    """The file stands beside a list.yaml, under a jurisdiction.yaml; or is one that lists share."""
    folder = path.parent
    if path.name in {"jurisdiction.yaml", "groups.yaml"}:
        return _is_a_law(folder) and any(folder.glob("*/list.yaml"))
    return _is_a_law(folder.parent) and (folder / "list.yaml").is_file()


def _is_a_law(folder: Path) -> bool:
    """A folder named by a code of two letters, with its jurisdiction.yaml."""
    return len(folder.name) == 2 and (folder / "jurisdiction.yaml").is_file()


def _in_a_named_folder(path: Path, config: Any) -> bool:
    """The file stands at <jurisdiction>/<list>/<entry>.yaml of a folder that is named."""
    named = [config.invocation_params.dir / text for text in config.getoption("--watchlist")]
    named += config.getini(INI)
    return any(folder.resolve() == path.resolve().parent.parent.parent for folder in named)
