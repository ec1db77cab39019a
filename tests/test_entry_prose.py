"""An entry for a reader: its sentences, its days, its picture."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from screening import Bundle, Screener, load_bundle
from screening.cli import main
from screening.entry_prose import picture, prose, timeline
from screening.errors import NoPictureError
from screening.rules.timeline import Standing, current
from tests.small_law import ACETONE, TOLUENE, write_law


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small law; toluene is listed a second time, more strictly."""
    again = "  - in_force: 2025-09-01\n    action: {origin: prohibited}\n"
    return write_law(
        tmp_path_factory.mktemp("law"),
        {
            "us/schedule/toluene.yaml": TOLUENE + again,
            "us/schedule/acetone.yaml": ACETONE.replace("en: [Acetone", "en: ['<b>Acetone</b>'"),
        },
    )


@pytest.fixture(scope="module")
def bundle(law: Path) -> Bundle:
    """The small law, loaded."""
    return load_bundle([law])


class TestTimeline:
    """The days of an entry."""

    def test_periods(self, bundle: Bundle) -> None:
        found = timeline(bundle.entries["us/schedule/toluene"])
        assert [(p.days, p.standing) for p in found] == [
            ("until 2023-12-31", Standing.NOT_IN_FORCE),
            ("2024-01-01 to 2025-05-31", Standing.IN_FORCE),
            ("2025-06-01 to 2025-08-31", Standing.NOT_IN_FORCE),
            ("since 2025-09-01", Standing.IN_FORCE),
        ]
        assert found[-1].says == "in force; export is prohibited"
        assert [p.standing for p in timeline(bundle.entries["us/schedule/acetone"])] == [
            *(Standing.NOT_IN_FORCE, Standing.ANNOUNCED, Standing.IN_FORCE)
        ]
        assert [p.standing for p in timeline(bundle.entries["us/schedule/butanone"])] == [
            *(Standing.NOT_IN_FORCE, Standing.UNCERTAIN, Standing.IN_FORCE)
        ]

    def test_bundled_entries_without_gap_and_as_the_screen_reads_them(
        self, screener: Screener
    ) -> None:
        """Each period is what the screen says of its first and its last day."""
        one_day = dt.timedelta(days=1)
        for entry in screener.bundle.entries.values():
            periods = timeline(entry)
            assert periods[0].first is None
            assert periods[-1].last is None
            for before, after in itertools.pairwise(periods):
                assert before.last is not None
                assert after.first == before.last + one_day
            for period in periods:
                for day in (period.first, period.last):
                    now = current(entry, day) if day else None
                    if day is not None:
                        standing = now.standing if now else Standing.NOT_IN_FORCE
                        assert period.standing is standing, (entry.id, day)


class TestProse:
    """The sentences."""

    def test_substance(self, bundle: Bundle) -> None:
        text = " ".join(prose(bundle.entries["us/schedule/toluene"], bundle))
        for said in (
            "Toluene stands in Schedule of Tests (Testland): Order 7 of 2025.",
            "Export needs an authorisation; import is prohibited.",
            "Isotopologues are for a person to judge.",
            "Esters, ethers and positional isomers are not covered.",
            "membership read in the official text",
        ):
            assert said in text
        text = " ".join(prose(bundle.entries["us/schedule/butanone"], bundle))
        assert text.endswith("Still to read: the day of effect.")

    def test_bundled_entries(self, screener: Screener) -> None:
        """Every entry can be told; a class with every clause and every reading of it."""
        for entry in screener.bundle.entries.values():
            text = "\n".join(prose(entry, screener.bundle))
            assert entry.title in text
            assert "None" not in text.replace(" ".join((entry.says or "").split()), "")
            if entry.class_ is not None:
                for letter in entry.class_.clauses:
                    assert f"\n({letter}) " in text
                for name in entry.class_.readings:
                    assert f"\nOpen ({name}): " in text


class TestPicture:
    """The picture."""

    def test_classes_and_substances(self, screener: Screener) -> None:
        """One element that holds no script and refers to nothing outside."""
        entries = [e for e in screener.bundle.entries.values() if e.class_ is not None]
        substances = [e for e in screener.bundle.entries.values() if e.substance is not None]
        for entry in [*entries, *substances[::100]]:
            root = ET.fromstring(picture(entry))
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert not re.search(r"<script|href|url\(", picture(entry))
            if entry.class_ is not None:
                texts = "".join(root.itertext())
                for position in entry.class_.positions.values():
                    assert position.title in texts

    def test_no_structure_no_picture(self, bundle: Bundle) -> None:
        with pytest.raises(NoPictureError, match="has no structure to draw"):
            picture(bundle.entries["us/schedule/oil"])


class TestCommand:
    """`screening watchlist show` with a page and a picture."""

    def test_files(self, law: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page, drawn = tmp_path / "page.html", tmp_path / "drawn.svg"
        with pytest.raises(SystemExit) as caught:
            main(
                [
                    *("watchlist", "show", "us/schedule/acetone", "--watchlists", str(law)),
                    *("--html", str(page), "--picture", str(drawn)),
                ]
            )
        assert caught.value.code == 0
        out = capsys.readouterr().out
        assert "2025-01-15 to 2025-01-31" in out
        assert drawn.read_text().startswith("<svg")
        text = page.read_text(encoding="utf-8")
        assert "<svg" in text
        assert "&lt;b&gt;Acetone" in text
        assert "<b>Acetone" not in text
        assert "丙酮" in text
        assert "script" not in text

    def test_nothing_to_draw(self, law: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The page is written without it; the picture alone is refused."""
        page = law.parent / "oil.html"
        command = ["watchlist", "show", "us/schedule/oil", "--watchlists", str(law)]
        with pytest.raises(SystemExit) as caught:
            main([*command, "--html", str(page)])
        assert caught.value.code == 0
        assert "<svg" not in page.read_text()
        with pytest.raises(SystemExit) as caught:
            main([*command, "--picture", str(law.parent / "oil.svg")])
        assert caught.value.code == 2
        assert "has no structure to draw" in capsys.readouterr().err
