"""What the goods are: everything that a line says about them, read on its own and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from screening.chemistry.structure import Structure
from screening.decision import FindingCode, Identity, Severity
from screening.errors import StructureError, StructureLimitError, UnspecificStructureError
from screening.findings import Findings
from screening.names import NamedIdentity, NameIndex
from screening.rules.load import Bundle
from screening.shipment import Shipment


@dataclass(frozen=True)
class Candidate:
    """One structure that the goods may be.

    Attributes:
        readings: the library's readings that make its hits arguable.
        salt: words for a salt stood beside the name, so that the form is known without a drawing.
    """

    structure: Structure
    readings: tuple[str, ...] = ()
    salt: bool = False


@dataclass
class Goods:
    """What was read of a shipment."""

    candidates: list[Candidate] = field(default_factory=list)
    named: list[tuple[NamedIdentity, tuple[str, ...]]] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)


class Identification:
    """Reads what the goods are; serves any number of shipments.

    Args:
        bundle: the loaded law, for customs codes.
        names: names and CAS numbers.
        read: text to structure.
    """

    def __init__(self, bundle: Bundle, names: NameIndex, read: Callable[[str], Structure]) -> None:
        self.bundle = bundle
        self.names = names
        self.read = read

    def identify(self, shipment: Shipment, findings: Findings) -> Goods:
        """Everything that the goods may be, from every identifier on its own."""
        return _Reading(self, shipment, findings).identify()

    def customs_code(self, shipment: Shipment, findings: Findings) -> None:
        """Says which listed goods are declared under the customs code of a shipment."""
        _Reading(self, shipment, findings).customs_code()


class _Reading:
    """One shipment being read."""

    def __init__(
        self, identification: Identification, shipment: Shipment, findings: Findings
    ) -> None:
        self.bundle = identification.bundle
        self.names = identification.names
        self.read = identification.read
        self.shipment = shipment
        self.findings = findings

    def identify(self) -> Goods:
        """Everything that the goods may be, from every identifier on its own."""
        goods = Goods()
        drawn = self._drawn(goods)
        names = self.names.read(cas=self.shipment.cas, name=self.shipment.name)
        for number in names.cas_invalid:
            self.findings.add(
                FindingCode.CAS_INVALID,
                Severity.ASK,
                f"{number[:40]} has the shape of a CAS number, but its check digit is wrong.",
            )
        disputed = self._disputed(drawn, names.identities)
        for identity in self._worth_asking(drawn, names.identities):
            self._take_named(goods, identity, identity in disputed)
        unread_severity = Severity.NOTE if drawn else Severity.ASK
        for number in names.cas_unknown:
            self.findings.add(
                FindingCode.CAS_UNKNOWN,
                Severity.NOTE if drawn or _any_exact(names.identities) else Severity.ASK,
                f"CAS {number} belongs to no entry of the loaded lists.",
            )
        if not names.name_read and (drawn or names.identities):
            rest = names.rest[:80]
            self.findings.add(
                FindingCode.NAME_UNKNOWN,
                unread_severity,
                f"The description could not be read in full; not recognised: {rest!r}.",
            )
        return goods

    def _drawn(self, goods: Goods) -> list[Structure]:
        """The structures that are drawn: SMILES, MOL block, InChI."""
        drawn: list[Structure] = []
        for source, text in (
            ("structure", self.shipment.structure),
            ("inchi", self.shipment.inchi),
        ):
            if text is None:
                continue
            try:
                structure = self.read(text)
            except StructureError as error:
                self._unread_structure(source, error)
                continue
            drawn.append(structure)
            goods.candidates.append(Candidate(structure))
            smiles = ".".join(c.smiles for c in structure.components)
            goods.identities.append(
                Identity(source=source, text=text[:200], smiles=smiles, exact=True)
            )
            organic = [c for c in structure.components if c.heavy_atoms > 6]
            if len({c.smiles for c in organic}) > 1:
                self.findings.add(
                    FindingCode.SEVERAL_COMPONENTS,
                    Severity.NOTE,
                    f"The structure has {len(organic)} larger components; each was screened.",
                )
        if len(drawn) > 1 and _graphs(drawn[0]) != _graphs(drawn[1]):
            self.findings.add(
                FindingCode.IDENTIFIERS_DISAGREE,
                Severity.ASK,
                "The structure and the InChI are not the same compound; both were screened.",
            )
        return drawn

    def _unread_structure(self, source: str, error: StructureError) -> None:
        code = FindingCode.STRUCTURE_UNREADABLE
        if isinstance(error, UnspecificStructureError):
            code = FindingCode.STRUCTURE_UNSPECIFIC
        elif isinstance(error, StructureLimitError):
            code = FindingCode.LIMIT_PASSED
        self.findings.unscreened = True
        self.findings.add(
            code,
            Severity.ASK,
            f"The {source} {error.text[:60]!r} was not screened: {error.reason}.",
        )

    def _disputed(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity]
    ) -> list[NamedIdentity]:
        """Exact identities that another identifier of the line contradicts."""
        exact = [i for i in identities if i.exact and i.structures]
        graphs = {id(i): self._named_graphs(i) for i in exact}
        if drawn:
            own = frozenset().union(*(_graphs(s) for s in drawn))
            disputed = [i for i in exact if not graphs[id(i)] & own]
            against = "the structure"
        else:
            cas = [i for i in exact if i.source == "cas"]
            names = [i for i in exact if i.source == "name"]
            cas_graphs = frozenset().union(*(graphs[id(i)] for i in cas))
            name_graphs = frozenset().union(*(graphs[id(i)] for i in names))
            disputed = []
            if cas and names:
                disputed += [i for i in cas if not graphs[id(i)] & name_graphs]
                disputed += [i for i in names if not graphs[id(i)] & cas_graphs]
            against = "the other identifiers of the line"
        for identity in disputed:
            self.findings.add(
                FindingCode.IDENTIFIERS_DISAGREE,
                Severity.ASK,
                f"{'CAS' if identity.source == 'cas' else 'The name'} "
                f"{identity.text[:60]!r} stands for another compound than {against}; each was "
                "screened.",
            )
        return disputed

    def _worth_asking(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity]
    ) -> Iterator[NamedIdentity]:
        """All but possible identities that an exact one of the line already settles."""
        known = frozenset().union(
            *(_graphs(s) for s in drawn),
            *(self._named_graphs(i) for i in identities if i.exact),
        )
        for identity in identities:
            own = self._named_graphs(identity)
            if identity.exact or not own or not own <= known:
                yield identity

    def _named_graphs(self, identity: NamedIdentity) -> frozenset[str]:
        found: set[str] = set()
        for smiles in identity.structures:
            structure = self.read(smiles)
            largest = max(structure.components, key=lambda c: c.heavy_atoms)
            found.add(largest.smiles)
        return frozenset(found)

    def _take_named(self, goods: Goods, identity: NamedIdentity, disputed: bool) -> None:
        readings: tuple[str, ...] = ()
        if disputed:
            readings = ("identifiers-disagree",)
        elif not identity.exact:
            readings = ("possible-identity",)
            self.findings.add(
                FindingCode.POSSIBLE_IDENTITY,
                Severity.ASK,
                f"{identity.text[:80]!r} may stand for {identity.matched!r}; a person must say.",
            )
        for smiles in identity.structures:
            goods.candidates.append(Candidate(self.read(smiles), readings, identity.salt))
        goods.named.append((identity, readings))
        for shown in identity.structures or (None,):
            goods.identities.append(
                Identity(
                    source=identity.source,
                    text=identity.text[:200],
                    smiles=shown,
                    exact=identity.exact,
                    disputed=disputed,
                )
            )

    def customs_code(self) -> None:
        """A code under which listed goods are declared, where nothing else identifies them."""
        digits = "".join(c for c in self.shipment.hs_code or "" if c.isdigit())
        if len(digits) < 6:
            return
        titles = sorted(
            {
                e.title
                for e in self.bundle.entries.values()
                for code in e.hs
                if digits.startswith("".join(c for c in code if c.isdigit())[:6])
            }
        )
        if titles:
            shown = ", ".join(titles[:6]) + (", ..." if len(titles) > 6 else "")
            self.findings.add(
                FindingCode.CUSTOMS_CODE_LISTED,
                Severity.ASK,
                f"Customs code {self.shipment.hs_code!r} is one under which listed goods are "
                f"declared, such as {shown}.",
            )


def _graphs(structure: Structure) -> frozenset[str]:
    return frozenset(c.smiles for c in structure.components)


def _any_exact(identities: Iterable[NamedIdentity]) -> bool:
    return any(i.exact for i in identities)
