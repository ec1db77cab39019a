"""Make the pictures of the README from a real run. Run it: python examples/make_pictures.py

Needs Chromium or Chrome; nothing is fetched from anywhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from screening import Screener
from screening.batch import screen_csv
from screening.report.lines import read_lines

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Picture:
    """One picture: of which language's report, of which part, in what size."""

    name: str
    language: str
    part: str
    width: int
    height: int


def main() -> None:
    """Screen the example table twice and take the pictures."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("no Chromium or Chrome was found")
    screener = Screener()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for language in ("en", "zh"):
            screen_csv(
                HERE / "shipments.csv",
                folder / language,
                screener=screener,
                day=date(2026, 7, 1),
                language=language,
            )
        line = line_of_a_class(folder / "en" / "decisions.jsonl")
        for picture in (
            Picture("report-summary", "en", "", 1400, 1500),
            Picture("report-line", "en", f"#line-{line}", 1400, 1500),
            Picture("report-chinese", "zh", "", 1400, 900),
        ):
            take(browser, picture, folder)


def line_of_a_class(path: Path) -> int:
    """A line that a class takes in, with the fewest duties, so that its drawing is in view."""
    found = [
        (len(line.requirements), line.row)
        for line in read_lines(path)
        if line.hits and len(line.hits[0].clauses) > 1 and line.hits[0].reading is None
    ]
    return min(found)[1]


def take(browser: str, picture: Picture, folder: Path) -> None:
    """Take one picture."""
    address = (folder / picture.language / "report.html").as_uri() + picture.part
    target = PICTURES / f"{picture.name}.png"
    subprocess.run(  # noqa: S603 - the browser that was found, and our own file
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={picture.width},{picture.height}",
            "--force-device-scale-factor=0.7",
            f"--screenshot={target}",
            address,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    print(target.relative_to(HERE.parent), f"{target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
