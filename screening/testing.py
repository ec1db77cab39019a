"""Tests for people who add entries: a pytest plugin, `assert_entry`, and Hypothesis strategies.

With the library installed, ``pytest my-lists/`` runs one test for each example of each entry: the
hand-written ones, and those generated from dates, forms, CAS numbers and names. A folder is taken
for a watchlist where a list.yaml lies under a jurisdiction.yaml; a folder that only adds entries to
the bundled lists is named, by ``--watchlist my-lists`` or in the ini file as
``screening_watchlists = my-lists``.

The strategies `drawings` and `forms` need the extra ``testing``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening import checks
from screening.checks import Case, CaseResult, Problem
from screening.chemistry import redraw
from screening.decision import Decision
from screening.errors import MissingExtraError, ScreeningError, WatchlistError
from screening.rules.load import load_bundle, read_document
from screening.rules.model import Entry
from screening.screener import Screener

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

try:
    import pytest
except ImportError as error:  # pragma: no cover - pytest is what the plugin is for
    raise MissingExtraError("testing", "screening.testing") from error

WIDTH = 96

# --- one entry ---------------------------------------------------------------------------------


def assert_entry(path: Path | str) -> None:
    """Asserts that an entry is sound and answers as its file says.

    Args:
        path: the file of an entry; also a list, a jurisdiction or a watchlist folder, then every
            entry in it. A folder outside the library is loaded after the bundled lists.

    Raises:
        AssertionError: it has a fault, or an example comes out otherwise; says all of them.
    """
    __tracebackhide__ = True
    selection = checks.select([Path(path)])
    try:
        suite = suite_of(Path(path))
        entries = selection.entries(suite.bundle)
        if not entries:
            message = f"{path}: holds no entry; name an entry's file or a folder of entries"
            raise AssertionError(message)
        wrong = [str(p) for p in suite.errors if selection.means(p.entry)]
        answers = (suite.answer(case) for case in checks.cases(suite.bundle, entries))
        wrong += [answer.text() for answer in answers if not answer.result.passed]
    except WatchlistError as error:
        wrong = [str(fault) for fault in error.faults]
    if wrong:
        raise AssertionError("\n\n".join(wrong))


@dataclass(frozen=True)
class Answer:
    """What came of one case, for a person who does not read code.

    Attributes:
        entry: the entry that was asked.
        case: the case.
        result: what came of it.
        decision: the whole decision, None where the screen raised an error.
        path: the file that the case comes from.
        line: its line in that file.
    """

    entry: Entry
    case: Case
    result: CaseResult
    decision: Decision | None
    path: Path
    line: int

    def text(self) -> str:
        """The failure in words."""
        head = f"{self.entry.id}: {self.entry.title} ({self.entry.instrument})"
        fields = {
            "Asked": _asked(self.case),
            "The file says": f"{self.case.expected}, because: {self.case.because}",
            "The screen says": self.result.got,
            "Why": " ".join(self._why()),
            "Look at": f"{self.path}:{self.line}",
            "Key": ".".join(map(str, self.case.key)),
            "Then": _REMEDIES.get(self.case.kind.partition(" ")[0], _REMEDIES["example"]),
        }
        lines = [head, ""]
        for label, value in fields.items():
            if value:
                lines += textwrap.wrap(
                    value,
                    WIDTH,
                    initial_indent=f"  {label:<17}",
                    subsequent_indent=" " * 19,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
        return "\n".join(lines)

    def _why(self) -> Iterator[str]:
        if self.decision is None:
            return
        hits = [hit for hit in self.decision.hits if hit.entry == self.entry.id]
        yield from (hit.explanation for hit in hits)
        if not hits:
            yield from (f.message for f in self.decision.findings if f.severity != "note")
            others = [hit.entry for hit in self.decision.hits][:5]
            if others:
                yield f"Other entries are hit: {', '.join(others)}."


_REMEDIES = {
    "example": (
        "If the law says what the example says, mend the definition, the dates or the forms; if "
        "not, mend the example."
    ),
    "boundary": "Compare `in_force` and `until` with the citation, and the mark for `dates`.",
    "form": "Compare `forms` of the entry and of its list with the text of the law.",
    "alias": "See that the structure under `aliases` is one that the law names.",
    "cas": "See with `screening watchlist lint` whether the number stands for something else.",
    "name": "See with `screening watchlist lint` whether the name stands for something else.",
}


def _asked(case: Case) -> str:
    shipment = case.shipment
    said = shipment.structure or shipment.cas or shipment.name or "-"
    by_kind = {
        "boundary": "on each side of a boundary day",
        "cas": "by CAS number",
        "name": "by name",
    }
    way = [f"from {shipment.origin}" if shipment.origin else "from any place"]
    way += [f"through {place}" for place in shipment.transit]
    way += [f"to {shipment.destination}" if shipment.destination else "to any place"]
    more = []
    if case.clauses is not None:
        more.append(f"by clause {' and '.join(case.clauses)}")
    if case.reading is not None:
        more.append(f"on the reading {case.reading}")
    what = by_kind.get(case.kind, case.kind)
    return f"{said}, {' '.join(way)}, on {shipment.day} ({', '.join([what, *more])})"


class Suite:
    """One watchlist folder, loaded, with what lint says of it and a screener.

    Args:
        selection: the folders, and what of them is meant.
    """

    def __init__(self, selection: checks.Selection) -> None:
        self.bundle = load_bundle(selection.folders)
        self._selection = selection

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """The lint errors; warnings are for `screening watchlist lint`."""
        found = checks.lint(self.bundle, self._selection.files, self._selection.means)
        return tuple(p for p in found if p.level is checks.Level.ERROR)

    @cached_property
    def screener(self) -> Screener:
        """The screener over these folders.

        Raises:
            WatchlistError: a structure or a definition cannot be used.
        """
        folders = self._selection.folders
        return Screener(None if folders is None else list(folders))

    def answer(self, case: Case) -> Answer:
        """Puts one case through the screen."""
        decision: Decision | None = None
        screener = self.screener
        try:
            decision = screener.screen(case.shipment)
        except ScreeningError as error:
            result = CaseResult(case, f"an error: {error}", passed=False)
        else:
            result = checks.judge(case, decision)
        entry = self.bundle.entries[case.entry]
        return Answer(entry, case, result, decision, *self.place(case))

    def place(self, case: Case) -> tuple[Path, int]:
        """The file and the line that a case comes from."""
        names = (folder / f"{case.entry}.yaml" for folder in self._selection.files)
        path = next((p for p in names if p.is_file()), Path(f"{case.entry}.yaml"))
        document = read_document(path)[0] if path.is_file() else None
        return path, document.line(case.key) if document else 1


def suite_of(path: Path) -> Suite:
    """The suite of the watchlist folder that a path belongs to; made again when its files change.

    Raises:
        WatchlistError: the folder does not load.
    """
    selection = checks.select([checks.root_of(path.resolve())])
    return _suite(selection, load_bundle(selection.folders).digest)


@lru_cache(maxsize=8)
def _suite(selection: checks.Selection, digest: str) -> Suite:  # noqa: ARG001 - part of the key
    return Suite(selection)


# --- the plugin --------------------------------------------------------------------------------


_SUITES = pytest.StashKey[dict[Path, "Suite | WatchlistError"]]()


class WatchlistFile(pytest.File):
    """A file of a watchlist: one test that it is sound, and one for each example of an entry."""

    @property
    def suite(self) -> Suite:
        """The suite of its folder, loaded once a run.

        Raises:
            WatchlistError: the folder does not load.
        """
        suites = self.session.stash.setdefault(_SUITES, {})
        root = checks.root_of(self.path.resolve())
        if root not in suites:
            try:
                suites[root] = suite_of(root)
            except WatchlistError as error:
                suites[root] = error
        found = suites[root]
        if isinstance(found, WatchlistError):
            raise found
        return found

    def collect(self) -> Iterator[pytest.Item]:
        """The tests of the file."""
        root = checks.root_of(self.path.resolve())
        item = self.path.resolve().relative_to(root).with_suffix("").as_posix()
        item = item.removesuffix("/list") if self.path.name == "list.yaml" else item
        yield SoundTest.from_parent(self, name="is sound", owner=item)
        try:
            suite = self.suite
        except WatchlistError:
            return  # the test above says why
        seen: dict[str, int] = {}
        for case in checks.cases(suite.bundle, [item] if item in suite.bundle.entries else []):
            name = _test_name(case)
            seen[name] = seen.get(name, 0) + 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield CaseTest.from_parent(self, name=numbered, case=case)


def _test_name(case: Case) -> str:
    """What is asked, on one line: it is the test's name."""
    kind = f"{case.key[1]}.{case.key[2]}" if case.kind == "example" else case.kind
    said = case.shipment.structure or case.shipment.cas or case.shipment.name or ""
    return f"{kind} {' '.join(said.split()).replace('::', ':')} on {case.shipment.day}"


class _FailedError(Exception):
    """A test of a watchlist file failed; its text is the whole message."""


class _Test(pytest.Item):
    """A test whose failure is a text and no traceback."""

    @property
    def _file(self) -> WatchlistFile:
        assert isinstance(self.parent, WatchlistFile)
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone, where it is one of ours."""
        if isinstance(excinfo.value, _FailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test comes from."""
        return self.path, 0, self.name


class SoundTest(_Test):
    """The file loads, and lint finds no error in it."""

    def __init__(self, *, owner: str, **more: Any) -> None:
        super().__init__(**more)
        self._owner = owner

    def runtest(self) -> None:
        """Fails with every fault of the file; with those of others where nothing loads."""
        try:
            errors = self._file.suite.errors
        except WatchlistError as error:
            own = [f for f in error.faults if f.path.resolve() == self.path.resolve()]
            if own:
                raise _FailedError("\n".join(str(fault) for fault in own)) from None
            said = "\n".join(str(fault) for fault in error.faults[:5])
            message = f"{self.path}: cannot be tried as long as other files have faults:\n{said}"
            raise _FailedError(message) from None
        own_errors = [str(p) for p in errors if p.entry == self._owner]
        if own_errors:
            raise _FailedError("\n".join(own_errors))


class CaseTest(_Test):
    """One example of an entry, put through the screen."""

    def __init__(self, *, case: Case, **more: Any) -> None:
        super().__init__(**more)
        self._case = case

    def runtest(self) -> None:
        """Fails if the answer is not the expected one, in words."""
        try:
            answer = self._file.suite.answer(self._case)
        except WatchlistError as error:
            faults = "\n".join(str(fault) for fault in error.faults[:5])
            raise _FailedError(f"the lists cannot be used:\n{faults}") from None
        if not answer.result.passed:
            raise _FailedError(answer.text())

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, and the line that the case comes from."""
        return self.path, self._file.suite.place(self._case)[1] - 1, self.name


# --- strategies --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnForm:
    """A compound in one of its forms.

    Attributes:
        form: the form as a key of `forms` in a list: salts, hydrates, isotopologues or
            optical_isomers.
        structure: SMILES.
    """

    form: str
    structure: str


def drawings(structure: str) -> SearchStrategy[str]:
    """A Hypothesis strategy for other drawings of one structure.

    Every answer must be the same for all of them: atoms in another order, Kekule bonds, explicit
    hydrogens, MOL blocks.

    Args:
        structure: SMILES.

    Raises:
        MissingExtraError: Hypothesis is not installed.
        StructureError: it is no structure.
    """
    st = _strategies()
    redraw.redrawn(structure, "reordered")  # an unreadable structure is told at once
    seeds = st.integers(min_value=1, max_value=2**20)
    ways = st.sampled_from(redraw.DRAWINGS)
    found: SearchStrategy[str] = st.builds(redraw.redrawn, st.just(structure), ways, seeds)
    return found


def forms(structure: str, *, only: Sequence[str] | None = None) -> SearchStrategy[DrawnForm]:
    """A Hypothesis strategy for the forms that one compound is shipped in.

    It is the compound itself in each of them. What a law makes of a form is stated in `forms` of
    its list.

    Args:
        structure: SMILES of one component.
        only: forms to keep to, as keys of `forms` in a list; None: all that the compound has.

    Raises:
        MissingExtraError: Hypothesis is not installed.
        StructureError: it is no structure.
        ValueError: the compound has none of these forms.
    """
    st = _strategies()
    mirrored = checks.mirror_image(structure)
    atoms, waters = st.integers(0, 200), st.sampled_from((".O", ".O.O"))
    salts = redraw.salts(structure)
    made: dict[str, SearchStrategy[str] | None] = {
        "salts": st.sampled_from(salts) if salts else None,
        "hydrates": waters.map(lambda water: f"{structure}{water}"),
        "isotopologues": atoms.map(lambda atom: redraw.labelled(structure, atom))
        if redraw.labelled(structure, 0) != redraw.redrawn(structure, "plain")
        else None,
        "optical_isomers": None if mirrored is None else st.just(mirrored),
    }
    chosen = [
        st.builds(DrawnForm, st.just(form), texts)
        for form, texts in made.items()
        if texts is not None and (only is None or form in only)
    ]
    if not chosen:
        wanted = "a form" if only is None else " or ".join(only)
        raise ValueError(f"{structure} has no {wanted} that can be drawn")
    drawn: SearchStrategy[DrawnForm] = st.one_of(chosen)
    return drawn


def _strategies() -> Any:
    """Hypothesis, or a word on how to get it."""
    try:
        from hypothesis import strategies  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("testing", "drawing examples at random") from None
    return strategies
