"""What must not change the answer does not, and what adds to a shipment never lowers it.

One compound has many drawings and comes in many forms. Structures are built at random around the
classes; each property compares what the screen says of two texts for one compound.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from screening import Certainty, Decision, Hit, Outcome, Screener, Shipment
from screening.chemistry.proof import ClassProof
from screening.chemistry.structure import read_structure
from screening.decision import Basis
from screening.rules.model import Entry, FormRule, Version
from screening.rules.timeline import Standing, bounds, current
from tests import strategies as some
from tests.asking import TODAY as TODAY_TEXT

Ask = Callable[[str], Decision]
TODAY = dt.date.fromisoformat(TODAY_TEXT)

STRUCTURES = st.one_of(
    some.near_fentanyls(), some.near_anilinopiperidines(), some.near_piperidones()
)

# Named substances, members of a class, and ordinary compounds that a drawing must not change.
KNOWN = [
    "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1",
    "CCC(=O)N(c1ccc([N+](=O)[O-])cc1)C1CCN(CCc2ccccc2)CC1",
    "CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1",
    "CCC(=O)N(c1ccccc1)C1CCNCC1",
    "CC(C)(C)OC(=O)N1CCC(Nc2ccc(F)cc2)CC1",
    "NC(=O)N1CCC(Nc2ccccc2)CC1",
    "O=C1CCNCC1",
    "CC(=O)Nc1ccccc1C(=O)O",
    "CC(=O)C(C(N)=O)c1ccccc1",
    "CC(=O)Nc1ccc(O)cc1",
]


@pytest.fixture(scope="module")
def ask(screener: Screener) -> Ask:
    """Screens a structure that goes from China to the United States."""

    def screen(text: str) -> Decision:
        return screener.screen(
            Shipment(structure=text, origin="CN", destination="US", day=TODAY, quantity="1 kg")
        )

    return screen


def summary(decision: Decision) -> tuple[object, ...]:
    """All that a drawing must not change."""
    hits = sorted(
        (h.entry, h.leg, h.certainty, h.reading or "", h.clauses, h.form or "", h.component or "")
        for h in decision.hits
    )
    return decision.outcome, decision.action, tuple(hits)


def entries(decision: Decision) -> dict[tuple[str, str], Hit]:
    """Hits by entry and leg, the firmest of each."""
    found: dict[tuple[str, str], Hit] = {}
    for hit in decision.hits:
        key = (hit.entry, hit.leg.value)
        if key not in found or hit.certainty is Certainty.DEFINITE:
            found[key] = hit
    return found


def rule_of(screener: Screener, hit: Hit, form: str) -> FormRule | None:
    """What the entry of a hit says of a form, as its version or its list has it."""
    if hit.basis is Basis.ANALOGUE:
        return None
    entry = screener.bundle.entries[hit.entry]
    now = current(entry, TODAY)
    assert now is not None
    changed = getattr(now.version.forms, form, None) if now.version.forms else None
    rule: FormRule | None = changed or getattr(entry.forms, form)
    return rule


def lost(screener: Screener, bare: Decision, other: Decision, form: str) -> list[str]:
    """What a form took away that the law on that form does not take away."""
    after = entries(other)
    missing = []
    for key, hit in entries(bare).items():
        rule = rule_of(screener, hit, form)
        # A class that stood behind a named entry may stand alone where that entry lets a form go.
        kept = after.get(key)
        if rule is FormRule.NOT_COVERED:
            continue
        if kept is None:
            missing.append(f"{key} is gone")
        elif rule is not FormRule.REVIEW and kept.certainty is not hit.certainty:
            missing.append(f"{key} was {hit.certainty}, is {kept.certainty}")
    return missing


def gained(bare: Decision, other: Decision) -> list[tuple[str, str]]:
    """Entries that only the other decision hits, classes behind a named entry left out."""
    behind = {second.entry for hit in bare.hits for second in hit.also}
    return [k for k in entries(other) if k not in entries(bare) and k[0] not in behind]


# --- drawings -----------------------------------------------------------------------------------


class TestDrawings:
    def test_order_notation_and_hydrogens_change_nothing(self, ask: Ask) -> None:
        """Atom order, Kekule form, hydrogens drawn, InChI and MOL block: the same decision."""

        @some.examples(30)
        @given(st.data())
        def same(data: st.DataObject) -> None:
            smiles = data.draw(STRUCTURES)
            assert summary(ask(data.draw(some.drawings(smiles)))) == summary(ask(smiles))

        same()

    @pytest.mark.parametrize("smiles", KNOWN)
    def test_known_compounds_in_every_drawing(self, smiles: str, ask: Ask) -> None:
        """The same for compounds whose answers other tests pin."""
        expected = summary(ask(smiles))

        @some.examples(6)
        @given(some.drawings(smiles))
        def same(text: str) -> None:
            assert summary(ask(text)) == expected

        same()

    def test_an_inchi_in_its_own_field_is_the_structure(self, screener: Screener) -> None:
        """It does not matter in which field a structure stands."""
        inchi = (
            "InChI=1S/C14H20N2O/c1-2-14(17)16(12-6-4-3-5-7-12)13-8-10-15-11-9-13"
            "/h3-7,13,15H,2,8-11H2,1H3"
        )
        asked = [
            screener.screen(Shipment(**field, origin="CN", destination="US", day=TODAY))
            for field in ({"inchi": inchi}, {"structure": inchi}, {"structure": KNOWN[3]})
        ]
        assert len({summary(decision) for decision in asked}) == 1
        assert asked[0].outcome is Outcome.CONTROLLED

    @pytest.mark.parametrize(
        ("amide", "acid"),
        [
            ("NC(=O)N1CCC(Nc2ccccc2)CC1", "N=C(O)N1CCC(Nc2ccccc2)CC1"),
            ("CNC(=O)N1CCC(=O)CC1", "CN=C(O)N1CCC(=O)CC1"),
            ("NC(=S)N1CCC(=O)CC1", "N=C(S)N1CCC(=O)CC1"),
            ("CC(=O)Nc1ccccc1C(=O)O", "CC(O)=Nc1ccccc1C(=O)O"),
            ("CNC(=O)C1(N(C(=O)CC)c2ccccc2)CCN(CCc2ccccc2)CC1",
             "CN=C(O)C1(N(C(=O)CC)c2ccccc2)CCN(CCc2ccccc2)CC1"),
            ("CC(=O)Nc1ccc(O)cc1", "C/C(O)=N/c1ccc(O)cc1"),
        ],
    )  # fmt: skip
    def test_an_amide_drawn_as_its_imidic_acid(self, amide: str, acid: str, ask: Ask) -> None:
        """The two are drawings of one compound."""
        assert summary(ask(acid)) == summary(ask(amide))

    @pytest.mark.parametrize(
        ("charged", "neutral"),
        [
            ("CCC(=O)N(c1ccc([N+](=O)[O-])cc1)C1CCN(CCc2ccccc2)CC1",
             "CCC(=O)N(c1ccc(N(=O)=O)cc1)C1CCN(CCc2ccccc2)CC1"),
            ("CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1",
             "CCC(=O)N(c1ccccc1)C1CCN(=O)(CCc2ccccc2)CC1"),
            ("CCC(=O)N(c1ccccc1)C1CCN(CCc2cc[n+]([O-])cc2)CC1",
             "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccn(=O)cc2)CC1"),
            ("C[S+]([O-])N1CCC(=O)CC1", "CS(=O)N1CCC(=O)CC1"),
            ("C[S+2]([O-])([O-])N1CCC(=O)CC1", "CS(=O)(=O)N1CCC(=O)CC1"),
        ],
    )  # fmt: skip
    def test_charged_and_neutral_drawings(self, charged: str, neutral: str, ask: Ask) -> None:
        """Nitro groups, N-oxides, sulfoxides and sulfones may be drawn with charges or without."""
        assert summary(ask(neutral)) == summary(ask(charged))
        assert ask(charged).hits


# --- forms --------------------------------------------------------------------------------------


class TestForms:
    def test_a_counter_ion_changes_nothing(self, screener: Screener, ask: Ask) -> None:
        """Beside an acid, ionised or not, the base hits what it hits alone, and nothing else."""

        @some.examples(30)
        @given(st.data())
        def same(data: st.DataObject) -> None:
            smiles = data.draw(STRUCTURES)
            assume(read_structure(smiles).components[0].is_base)
            bare, salt = ask(smiles), ask(data.draw(some.salts(smiles)))
            assert lost(screener, bare, salt, "salts") == []
            assert gained(bare, salt) == []

        same()

    def test_a_proton_changes_nothing(self, screener: Screener, ask: Ask) -> None:
        """The cation without its counter-ion is the compound."""

        @some.examples(25)
        @given(STRUCTURES)
        def same(smiles: str) -> None:
            ion = some.protonated(smiles)
            assume(ion is not None)
            assert ion is not None
            bare, cation = ask(smiles), ask(ion)
            assert lost(screener, bare, cation, "salts") == []
            assert gained(bare, cation) == []

        same()

    def test_water_changes_nothing(self, screener: Screener, ask: Ask) -> None:
        """The hydrate is the compound."""

        @some.examples(25)
        @given(STRUCTURES, st.sampled_from(["{}.O", "O.{}", "{}.O.O", "[2H]O.{}"]))
        def same(smiles: str, hydrate: str) -> None:
            bare, wet = ask(smiles), ask(hydrate.format(smiles))
            assert lost(screener, bare, wet, "hydrates") == []
            assert gained(bare, wet) == []

        same()

    def test_isotopes_change_nothing_where_the_form_is_covered(
        self, screener: Screener, ask: Ask
    ) -> None:
        """A labelled compound hits what it hits unlabelled, firmly where labels are covered."""

        @some.examples(30)
        @given(st.data())
        def same(data: st.DataObject) -> None:
            smiles = data.draw(STRUCTURES)
            bare, heavy = ask(smiles), ask(data.draw(some.labelled(smiles)))
            assert lost(screener, bare, heavy, "isotopologues") == []
            assert gained(bare, heavy) == []

        same()

    def test_stereo_changes_nothing_where_the_form_is_covered(
        self, screener: Screener, ask: Ask
    ) -> None:
        """A compound with its stereo stated hits what it hits without."""

        @some.examples(30)
        @given(st.data())
        def same(data: st.DataObject) -> None:
            smiles = data.draw(STRUCTURES)
            bare, stated = ask(smiles), ask(data.draw(some.stereo_labelled(smiles)))
            assert lost(screener, bare, stated, "optical_isomers") == []
            assert gained(bare, stated) == []

        same()

    @pytest.mark.parametrize("smiles", KNOWN)
    def test_known_compounds_labelled(self, smiles: str, screener: Screener, ask: Ask) -> None:
        """Labels on compounds whose answers other tests pin."""
        bare = ask(smiles)

        @some.examples(5)
        @given(some.labelled(smiles))
        def same(text: str) -> None:
            assert lost(screener, bare, ask(text), "isotopologues") == []

        same()


# --- mixtures -----------------------------------------------------------------------------------


class TestMixtures:
    def test_another_component_never_lowers_the_outcome(self, ask: Ask) -> None:
        """Whatever stands beside it, a component keeps its outcome, and every entry it hit."""

        @some.examples(40)
        @given(st.data())
        def no_lower(data: st.DataObject) -> None:
            smiles = data.draw(STRUCTURES)
            bare, mixed = ask(smiles), ask(data.draw(some.mixtures(smiles)))
            assert mixed.outcome.gravity <= bare.outcome.gravity
            assert mixed.action.gravity <= bare.action.gravity
            assert set(entries(bare)) <= set(entries(mixed))

        no_lower()

    def test_two_structures_give_at_least_the_worse_of_both(self, ask: Ask) -> None:
        """A mixture of two hits all that either hits."""

        @some.examples(20)
        @given(STRUCTURES, STRUCTURES)
        def worse(one: str, two: str) -> None:
            both = ask(f"{one}.{two}")
            for alone in (ask(one), ask(two)):
                assert both.outcome.gravity <= alone.outcome.gravity
                assert set(entries(alone)) <= set(entries(both))

        worse()


# --- proofs -------------------------------------------------------------------------------------


def class_proofs(decision: Decision) -> Iterator[ClassProof]:
    """Every class proof of a decision, second proofs too."""
    for hit in decision.hits:
        for proof in (hit.proof, *(second.proof for second in hit.also)):
            if isinstance(proof, ClassProof):
                yield proof


def test_the_atoms_of_a_proof_are_those_of_the_component(ask: Ask) -> None:
    """Skeleton and groups hold every atom exactly once, and the letters are those of the groups."""

    @some.examples(60)
    @given(STRUCTURES)
    def partition(smiles: str) -> None:
        for proof in class_proofs(ask(smiles)):
            component = read_structure(proof.component).components[0]
            held = [*proof.skeleton.values(), *(a for x in proof.accounts for a in x.atoms)]
            assert sorted(held) == list(range(component.mol.GetNumAtoms()))
            named = {r for account in proof.accounts for r in account.readings}
            assert named == set(proof.readings)
            assert {a.clause for a in proof.accounts if a.clause} <= set(proof.clauses)

    partition()


# --- time ---------------------------------------------------------------------------------------


def _first(version: Version) -> dt.date:
    """The first day on which a version can change an answer: its gazette or its effect."""
    days = [bounds(version.in_force)[0], version.published or dt.date.max]
    return min(days)


class TestTime:
    def test_a_later_version_never_removes_an_earlier_hit(self, screener: Screener) -> None:
        """Before a version is published, the entry answers as if it had never been written."""
        tried = 0
        for entry in screener.bundle.entries.values():
            for count in range(1, len(entry.versions)):
                first = _first(entry.versions[count])
                if first == dt.date.min:
                    continue
                earlier = _truncated(entry, count)
                for version in entry.versions[:count]:
                    for day in {bounds(version.in_force)[1], first - dt.timedelta(1)}:
                        if day < first:
                            assert current(earlier, day) == current(entry, day), entry.id
                            tried += 1
        assert tried > 20

    @pytest.mark.parametrize("smiles", [KNOWN[1], KNOWN[3], KNOWN[4]])
    def test_hits_that_stand_do_not_depend_on_later_law(
        self, smiles: str, screener: Screener
    ) -> None:
        """What is hit on a day is hit until the next change of law, or a version of it ended."""
        seen: dict[str, list[tuple[dt.date, str]]] = {}
        for entry in screener.bundle.entries.values():
            if entry.jurisdiction not in ("us", "cn"):
                continue
            for version in entry.versions:
                start = bounds(version.in_force)[1]
                seen.setdefault(entry.id, []).append((start, version.citation))
        days = sorted({start for found in seen.values() for start, _ in found if start.year > 2009})
        for day, later in itertools.pairwise([d for d in days if d < dt.date(2026, 11, 1)]):
            before = _entries_on(screener, smiles, later - dt.timedelta(1))
            assert _entries_on(screener, smiles, day) <= before | _ended(screener, day, later)

    def test_what_was_known_stays_known(self, screener: Screener) -> None:
        """What the bundle said was in force by one day, it says by every later day."""
        template = next(iter(screener.bundle.entries.values()))
        days = st.dates(dt.date(2000, 1, 1), dt.date(2031, 1, 1))
        records = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))

        @some.examples(100)
        @given(st.lists(days, min_size=1, max_size=5, unique=True), st.data())
        def known(starts: list[dt.date], data: st.DataObject) -> None:
            starts = sorted(starts)
            recorded = sorted(data.draw(records) for _ in starts)
            ends = [*starts[1:], None]
            versions = tuple(map(_version, starts, ends, recorded))
            entry = template.model_copy(update={"versions": versions})
            day, early, late = data.draw(days), *sorted((data.draw(records), data.draw(records)))
            before, after = current(entry, day, early), current(entry, day, late)
            if before is not None and before.standing is Standing.IN_FORCE:
                assert after == before

        known()


def _version(start: dt.date, end: dt.date | None, recorded: dt.date) -> Version:
    """A version of law between two days, recorded on a third."""
    return Version.model_validate(
        {
            "in_force": start,
            "until": end,
            "recorded": recorded,
            "citation": "Test Act",
            "checked": {"membership": "primary", "dates": "primary"},
        }
    )


def _truncated(entry: Entry, count: int) -> Entry:
    """The entry as it would stand had its later versions never been written."""
    return entry.model_copy(update={"versions": entry.versions[:count]})


def _entries_on(screener: Screener, smiles: str, day: dt.date) -> set[str]:
    """Entries hit on a day."""
    decision = screener.screen(Shipment(structure=smiles, origin="CN", destination="US", day=day))
    return {hit.entry for hit in decision.hits}


def _ended(screener: Screener, day: dt.date, later: dt.date) -> set[str]:
    """Entries of which a version ends between two days."""
    return {
        entry.id
        for entry in screener.bundle.entries.values()
        for version in entry.versions
        if version.until is not None and day < bounds(version.until)[1] <= later
    }
