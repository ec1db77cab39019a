"""An old decision derived again and laid beside the new one: replayed as it was, or as of today.

A replay asks the same question of the lists at hand and expects the same answer, member by member,
and has every proof checked by the verifier, which searches for nothing. A rescreen asks the
question for another day or of newer lists, and says what is different, why, and for whom.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from screening.chemistry.definition import check_proof
from screening.chemistry.proof import ClassProof
from screening.decision import Certainty, Decision, Hit
from screening.errors import ProofError
from screening.report.lines import Line, WrittenDecision
from screening.report.tables import LINE_ONLY
from screening.rules.index import CompiledBundle
from screening.rules.load import Bundle
from screening.rules.model import Action, LegKind
from screening.rules.timeline import boundary_days, describe, known_versions
from screening.shipment import Shipment

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One member of a decision that is not what it was.

    Attributes:
        where: the member, such as ``hits[0].action``.
        before: what it was, as JSON holds it, cut to `MAX_SHOWN` characters.
        after: what it is.
    """

    where: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.where}: was {self.before}, is {self.after}"


def differences(before: Decision, after: Decision) -> tuple[Difference, ...]:
    """What is not the same in two decisions; lists and versions of software are not compared.

    What was checked of each jurisdiction's law is compared where both decisions have it.

    Args:
        before: the decision as it was written.
        after: the decision as it was derived again.
    """
    leave_out = {*LINE_ONLY, "provenance", "coverage"}
    old = before.model_dump(mode="json", exclude=leave_out)
    new = after.model_dump(mode="json", exclude=leave_out)
    for said in (old, new):
        if said["shipment"]:
            said["shipment"].pop("id", None)
    return (*_differences("", old, new), *_coverage_differences(before, after))


def coverage_known(decision: Decision) -> bool:
    """Whether a decision has its coverage; one that was read back may only name whose law it is."""
    return not isinstance(decision, WrittenDecision) or decision.coverage_known


def _coverage_differences(before: Decision, after: Decision) -> Iterator[Difference]:
    if before.asked != after.asked:
        yield Difference("coverage_of", _shown(list(before.asked)), _shown(list(after.asked)))
    elif (
        coverage_known(before) and coverage_known(after) and before.coverage != after.coverage
    ):  # most are equal, and writing them out takes long
        items = ([c.model_dump(mode="json") for c in d.coverage] for d in (before, after))
        yield from _differences("coverage", *items)


def _differences(where: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            path = f"{where}.{key}" if where else str(key)
            yield from _differences(path, old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{where}[{number}]", one, other)
    else:
        yield Difference(where, _shown(old), _shown(new))


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _shown(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        names = [v.get("entry") or v.get("code") or v.get("document") or "..." for v in value]
        value = names
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def proof_faults(decision: Decision, compiled: CompiledBundle) -> tuple[str, ...]:
    """What does not hold of the proofs of a decision, by the verifier of the definitions.

    Args:
        decision: a decision, possibly read back from a file.
        compiled: the lists with their definitions.
    """
    found = []
    for hit in decision.hits:
        proofs = [(hit.entry, hit.proof), *((s.entry, s.proof) for s in hit.also)]
        for entry, proof in proofs:
            if not isinstance(proof, ClassProof):
                continue
            definition = compiled.classes.get(entry)
            if definition is None:
                found.append(f"{entry}: the lists hold no such class")
                continue
            try:
                check_proof(proof, definition)
            except ProofError as error:
                found.append(f"{entry}: the proof does not hold: {error}")
    return tuple(found)


def shipment_of(line: Decision) -> Shipment | None:
    """What a line submitted, with its reference; None where the line carries no input."""
    if line.shipment is None:
        return None
    return dataclasses.replace(line.shipment, id=line.id)


# --- what changed ----------------------------------------------------------------------------


class Kind(enum.StrEnum):
    """How a line changed, gravest first."""

    STRICTER = "stricter"
    OTHERWISE = "otherwise different"
    MILDER = "milder"


@dataclass(frozen=True, slots=True)
class HitChange:
    """One entry that reaches the goods now and did not, or did and does not.

    Attributes:
        entry, title: the entry.
        place: whose law.
        leg: the leg it is asked for.
        gained: it reaches the goods now and did not.
        graver: gained, or now definite, or with a graver action.
        before, after: action and certainty of the hit, empty where there is none.
        why: what happened in law or in the lists, sentences.
    """

    entry: str
    title: str
    place: str
    leg: LegKind
    gained: bool
    graver: bool
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """What a rescreen changed on one line.

    Attributes:
        row: the row in the run.
        reference: the caller's reference.
        goods: what is shipped, as the line says it.
        consignee: for whom.
        route: from where to where.
        before, after: the decisions.
        hits: entries that came, went or changed.
        requirements_new, requirements_gone: documents that are due now and were not, and back.
    """

    row: int
    reference: str | None
    goods: str
    consignee: str | None
    route: str
    before: Decision
    after: Decision
    hits: tuple[HitChange, ...]
    requirements_new: tuple[str, ...]
    requirements_gone: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Stricter as soon as anything reaches the goods that did not, whatever else fell away."""
        by = self.after.outcome.gravity - self.before.outcome.gravity
        if by < 0 or any(hit.graver for hit in self.hits):
            return Kind.STRICTER
        return Kind.MILDER if by > 0 or self.hits else Kind.OTHERWISE


def change(before: Line, after: Decision, *, bundle: Bundle, route: str) -> LineChange | None:
    """What is different for a line, None where nothing that matters is.

    Texts, coverage and provenance do not count: outcome, action, hits and documents do.

    Args:
        before: the line as it was decided.
        after: the decision now.
        bundle: the lists now.
        route: the journey in words.
    """
    hits = tuple(_hit_changes(before, after, bundle))
    old = dict.fromkeys(r.document for r in before.requirements)
    new = dict.fromkeys(r.document for r in after.requirements)
    came = tuple(document for document in new if document not in old)
    went = tuple(document for document in old if document not in new)
    same = (before.outcome, before.action) == (after.outcome, after.action)
    if same and not hits and not came and not went:
        return None
    shipment = before.shipment
    texts = [identity.text for identity in before.identities]
    goods = (shipment.name if shipment else None) or next(iter(texts), "")
    return LineChange(
        row=before.row,
        reference=before.id,
        goods=" ".join(goods.split())[:120],
        consignee=shipment.consignee if shipment else None,
        route=route,
        before=before,
        after=after,
        hits=hits,
        requirements_new=came,
        requirements_gone=went,
    )


def _hit_changes(before: Decision, after: Decision, bundle: Bundle) -> Iterator[HitChange]:
    old = {_key(hit): hit for hit in before.hits}
    new = {_key(hit): hit for hit in after.hits}
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and _weight(was) == _weight(now):
            continue
        hit = now or was
        assert hit is not None  # the key came from one of them
        yield HitChange(
            entry=hit.entry,
            title=hit.title,
            place=hit.place,
            leg=hit.leg,
            gained=was is None,
            graver=_graver(was, now),
            before=_weight_text(was),
            after=_weight_text(now),
            why=_why(was, now, before, after, bundle),
        )


def _graver(was: Hit | None, now: Hit | None) -> bool:
    if was is None or now is None:
        return was is None
    confirmed = was.certainty is Certainty.ARGUABLE and now.certainty is Certainty.DEFINITE
    return confirmed or now.action.gravity < was.action.gravity


def _key(hit: Hit) -> tuple[str, str, str, str | None]:
    return hit.entry, hit.place, hit.leg.value, hit.component


def _weight(hit: Hit) -> tuple[Action, Certainty, str | None, str]:
    return hit.action, hit.certainty, hit.reading, hit.in_force


def _weight_text(hit: Hit | None) -> str:
    if hit is None:
        return ""
    return f"{hit.action}, {hit.certainty}" + (f" ({hit.reading})" if hit.reading else "")


def _why(
    was: Hit | None, now: Hit | None, before: Decision, after: Decision, bundle: Bundle
) -> str:
    """What happened between the two answers, from the dates of the entry."""
    hit = now or was
    assert hit is not None  # one of them is there
    entry = bundle.entries.get(hit.entry)
    if entry is None:
        return "The lists no longer hold this entry."
    first, last = sorted((before.day, after.day))
    said = []
    for version in known_versions(entry, after.provenance.known_on):
        for effective, verb in ((version.in_force, "in force"), (version.until, "ended")):
            days = [d for d in boundary_days(entry) if first < d <= last]
            if effective is not None and any(d.isoformat() in describe(effective) for d in days):
                said.append(f"{version.citation}: {verb} {describe(effective)}.")
    if said:
        return " ".join(dict.fromkeys(said))
    if before.provenance.bundle != after.provenance.bundle:
        recorded = max(version.recorded for version in entry.versions)
        return f"The lists are others than before; this entry was last recorded on {recorded}."
    if before.day != after.day:
        return "The answer depends on the day; no dated change of this entry lies in between."
    return "The settings are others than before."


@dataclass(frozen=True, slots=True)
class Rescreened:
    """What a rescreen found.

    Attributes:
        lines: lines that were asked again.
        not_asked: rows that carry no input to ask again.
        changes: the lines that changed, stricter ones first.
    """

    lines: int
    not_asked: tuple[int, ...]
    changes: tuple[LineChange, ...]

    def by_entry(self) -> list[tuple[str, str, list[LineChange]]]:
        """Changes of law with the lines they concern: title, why, lines; the most lines first."""
        found: dict[tuple[str, str], list[LineChange]] = {}
        for line in self.changes:
            for hit in line.hits:
                key = (f"{hit.title} ({hit.place.upper()}, {hit.leg})", hit.why)
                held = found.setdefault(key, [])
                if line not in held:
                    held.append(line)
        ordered = sorted(found.items(), key=lambda item: -len(item[1]))
        return [(title, why, lines) for (title, why), lines in ordered]


def ordered(changes: Iterable[LineChange]) -> tuple[LineChange, ...]:
    """Stricter lines first, then by row."""
    kinds: Sequence[Kind] = list(Kind)
    return tuple(sorted(changes, key=lambda line: (kinds.index(line.kind), line.row)))
