"""What the goods are: everything that a line says about them, read on its own and compared."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from screening.chemistry.formula import Agreement, compare_formula, compare_mass, parse_formula
from screening.chemistry.inchikey import read_inchikey
from screening.chemistry.structure import LARGER, Component, Structure, as_drawn, is_smiles
from screening.decision import (
    SHOWN,
    Finding,
    FindingCode,
    Identity,
    Severity,
    drawn_identity,
)
from screening.errors import StructureError, StructureLimitError, UnspecificStructureError
from screening.findings import Findings
from screening.hints import Hints, digits_of
from screening.names import (
    ENTRY,
    ITEM,
    MAX_CELLS,
    REGISTRY,
    SPELLING,
    SYSTEMATIC,
    NamedIdentity,
    NameIndex,
    NamesRead,
    is_placeholder,
)
from screening.once import Once, made
from screening.product_text import ProductText, in_packs, read_product_text
from screening.rules.load import Bundle
from screening.shipment import Shipment

_ASK_SUPPLIER = (
    "Ask the supplier for section 3 of the safety data sheet, the certificate of analysis, and the "
    "CAS number or structure of every component."
)
_TABLES = frozenset({REGISTRY, SYSTEMATIC})
"""Where the text of a structure is a table's or a program's."""
_SAYS_NOTHING = ProductText()
_IDENTIFIERS = attrgetter("structure", "inchi", "cas", "name", "formula", "molar_mass", "item")
_MAX_GOODS = 1024
"""Goods that are kept as they were read; the memory it takes has to have an end."""
_MAX_KEPT_TEXT = 1_000
_SOURCES = {"cas": "CAS", "name": "The name", "item": "The item", "inchi": "The InChIKey"}


@dataclass(frozen=True)
class Candidate:
    """One structure that the goods may be.

    Attributes:
        readings: the library's readings that make its hits arguable.
        salt: words for a salt stood beside the name, so that the form is known without a drawing.
        of_table: a table or a program says so, and no list does.
    """

    structure: Structure
    readings: tuple[str, ...] = ()
    salt: bool = False
    of_table: bool = False


@dataclass
class Goods:
    """What was read of a shipment; once read it is shared by lines and not changed."""

    candidates: list[Candidate] = field(default_factory=list)
    named: list[tuple[NamedIdentity, tuple[str, ...]]] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    text: ProductText = field(default_factory=ProductText)
    names: NamesRead = field(default_factory=NamesRead)
    drawn: dict[str, Structure] = field(default_factory=dict)

    def shown_identities(self, *, standard: bool) -> tuple[Identity, ...]:
        """The identities as a decision shows them.

        Args:
            standard: drawings in standard form, which takes reading them in full.
        """
        return self._standard_identities if standard else tuple(self.identities)

    @cached_property
    def _standard_identities(self) -> tuple[Identity, ...]:
        return tuple(
            made(Identity, vars(identity) | {"smiles": self.drawn[identity.source].smiles})
            if identity.source in self.drawn
            else identity
            for identity in self.identities
        )

    @property
    def listed(self) -> bool:
        """An entry of the loaded lists carries one of its exact identifiers."""
        return any(identity.exact and identity.entries for identity, _ in self.named)

    @property
    def known(self) -> bool:
        """At least one identifier counts."""
        return any(identity.exact for identity in self.identities)


@dataclass(frozen=True, slots=True)
class TableGoods:
    """Goods that a number, a name or both stand for by the offline table, with nothing else said.

    Attributes:
        structure: what they are, by each of the two.
        identities: as a decision shows them.
        findings: what is found while they are read; notes.
    """

    structure: Structure
    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]


class Identification:
    """Reads what the goods are; serves any number of shipments.

    Args:
        bundle: the loaded law, for customs codes.
        names: names and CAS numbers.
        read: text to structure.
        read_of_table: the same for structures of tables and programs; None: `read`.
    """

    def __init__(
        self,
        bundle: Bundle,
        names: NameIndex,
        read: Callable[[str], Structure],
        read_of_table: Callable[[str], Structure] | None = None,
    ) -> None:
        self.bundle = bundle
        self.names = names
        self.read = read
        self.read_of_table = read_of_table or read
        self.hints = Hints(bundle)
        self.of_table = lru_cache(maxsize=MAX_CELLS)(self._of_table)
        self._goods = Once(_MAX_GOODS)

    def identify(self, shipment: Shipment, findings: Findings) -> Goods:
        """Everything that the goods may be, from every identifier on its own.

        It is found once for what lines say of them; lines on the same goods share it.
        """

        def find() -> tuple[Goods, Findings]:
            own = Findings()
            return _Reading(self, shipment, own).identify(), own

        said = _IDENTIFIERS(shipment)
        long = any(text is not None and len(text) > _MAX_KEPT_TEXT for text in said)
        goods, own = find() if long else self._goods(said, find)
        findings.take(own.all())
        findings.unscreened |= own.unscreened
        return goods

    def _of_table(self, cas: str | None, name: str | None) -> TableGoods | None:
        """The goods of a CAS cell and a description that stand for one structure of the table.

        It says what `identify` says of a line with these two cells and no other word on the goods,
        in a fraction of the time: cells that lead to one drawing need not be compared.

        Returns:
            None where there is anything else to say of them.

        Raises:
            StructureError: the structure cannot be read.
        """
        text = read_product_text(name)
        if text.grade is not None:
            text = dataclasses.replace(text, grade=None)  # nothing is asked about it
        if text != _SAYS_NOTHING:
            return None
        read = self.names.read(cas=cas, name=name)
        named = read.identities
        if not named or not read.name_read or read.cas_invalid or read.cas_unknown:
            return None
        if len({i.source for i in named}) < len(named) or not all(
            i.exact and i.via in _TABLES and i.structures == named[0].structures for i in named
        ):
            return None
        if len(named[0].structures) != 1:
            return None
        findings = Findings()
        if len(named) == 1:
            _say_from_table(named[0], findings)
        return TableGoods(
            structure=self.read_of_table(named[0].structures[0]),
            identities=tuple(
                made(Identity, _shown(i, i.structures[0], disputed=False)) for i in named
            ),
            findings=findings.all(),
        )

    def unknown(self, shipment: Shipment, goods: Goods, findings: Findings) -> None:
        """Says that nothing identifies the goods, what is missing, and whom to ask for what."""
        _Reading(self, shipment, findings).unknown(goods)

    def completed(self, shipment: Shipment, goods: Goods, findings: Findings) -> Shipment:
        """A shipment with the amount and purity that its description states, where it has no own.

        They are taken where the description states one amount of one chemical.
        """
        read = {
            "quantity": goods.text.quantity if shipment.quantity is None else None,
            "purity": goods.text.purity if shipment.purity is None else None,
        }
        if shipment.quantity is not None:
            read["quantity"] = in_packs(shipment.quantity, goods.text.pack)
        taken = {name: text for name, text in read.items() if text is not None}
        if not taken or goods.text.several:
            return shipment
        said = " and ".join(f"{name} ({text})" for name, text in taken.items())
        findings.add(
            FindingCode.READ_FROM_TEXT,
            Severity.NOTE,
            f"The {said} was read from the description, as the line does not say it otherwise.",
        )
        return dataclasses.replace(
            shipment,
            quantity=taken.get("quantity", shipment.quantity),
            purity=taken.get("purity", shipment.purity),
        )

    def compare_codes(
        self, shipment: Shipment, goods: Goods, findings: Findings, *, listed: bool
    ) -> None:
        """Compares the customs code and the transport number with what the goods are.

        Args:
            shipment: what is submitted.
            goods: what was read of it.
            findings: takes what does not agree.
            listed: the goods met an entry.
        """
        _Reading(self, shipment, findings).compare_codes(goods, listed=listed or goods.listed)


class _Reading:
    """One shipment being read."""

    def __init__(
        self, identification: Identification, shipment: Shipment, findings: Findings
    ) -> None:
        self.bundle = identification.bundle
        self.names = identification.names
        self.read = identification.read
        self.read_of_table = identification.read_of_table
        self.hints = identification.hints
        self.shipment = shipment
        self.findings = findings

    def identify(self) -> Goods:
        """Everything that the goods may be, from every identifier on its own."""
        names = self._named()
        goods = Goods(text=read_product_text(self.shipment.name), names=names)
        drawn = self._drawn(goods)
        identities = (*self._keyed(), *self._item(), *names.identities)
        for number in names.cas_invalid:
            self.findings.add(
                FindingCode.CAS_INVALID,
                Severity.ASK,
                f"{number[:40]} has the shape of a CAS number, but its check digit is wrong.",
            )
        disputed = self._disputed(drawn, identities)
        for identity in self._worth_asking(drawn, identities):
            self._take_named(goods, identity, identity in disputed)
        self._unread(drawn, identities, names)
        self._compare_forms(drawn, [i for i in identities if i.exact and i not in disputed])
        self._from_tables(drawn, [i for i in identities if i.exact and i not in disputed])
        self._compare_numbers(goods)
        return goods

    def _named(self) -> NamesRead:
        """The CAS cell and the description; a structure cell that holds a CAS number is one too."""
        cells = [self.shipment.cas, *filter(_is_number, (self.shipment.structure,))]
        cas = "; ".join(cell for cell in cells if cell)
        return self.names.read(cas=cas or None, name=self.shipment.name)

    def _unread(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity], names: NamesRead
    ) -> None:
        """Says what of the CAS cell and the description could not be read."""
        table = self.names.sources.registry
        looked_up = table is not None and table.available
        # a number that is not known may be that of something else than a table's name says
        vouched = any(i.exact and i.via in {ENTRY, ITEM} for i in identities)
        for number in names.cas_unknown:
            where = "of no entry of the loaded lists"
            self.findings.add(
                FindingCode.CAS_UNKNOWN,
                Severity.NOTE if drawn or vouched else Severity.ASK,
                f"CAS {number} is that {where}{', nor in the offline table' if looked_up else ''}.",
            )
        told = {identity.text for identity in identities if not identity.exact}
        if not names.name_read and (drawn or identities) and names.rest not in told:
            self.findings.add(
                FindingCode.NAME_UNKNOWN,
                Severity.NOTE if drawn else Severity.ASK,
                f"The description could not be read in full; not recognised: {names.rest[:80]!r}"
                f"{_relatives(names)}.",
            )
        if drawn:
            return
        if table is not None and not looked_up and (names.cas_unknown or not names.name_read):
            self.findings.add(
                FindingCode.EXTRA_MISSING,
                Severity.NOTE,
                "The offline table of CAS numbers and names of ordinary chemicals was not asked: "
                f"{table.missing} (pip install 'precursor-screening[registry]').",
            )
        nomenclature = self.names.sources.systematic
        missing = nomenclature.missing if nomenclature is not None else None
        if missing and names.systematic:
            self.findings.add(
                FindingCode.EXTRA_MISSING,
                Severity.NOTE,
                f"The name may be a systematic one and was not interpreted: {missing} "
                "(pip install 'precursor-screening[systematic]', and Java 8 or newer).",
            )

    def _keyed(self) -> tuple[NamedIdentity, ...]:
        """What an InChIKey stands for, in whichever field of structures it is."""
        found: list[NamedIdentity] = []
        for text in (self.shipment.inchi, self.shipment.structure):
            key = read_inchikey(text) if text else None
            if key is None:
                continue
            known = self.names.by_inchikey(key)
            found += known
            if not known:
                self.findings.unscreened = True
                self.findings.add(
                    FindingCode.STRUCTURE_UNREADABLE,
                    Severity.ASK,
                    f"{key} is an InChIKey, from which no structure can be read, and it is known "
                    "neither to the loaded lists nor to the offline table. Ask for the structure.",
                )
        return tuple(found)

    def _item(self) -> tuple[NamedIdentity, ...]:
        """What stands behind the caller's own item code."""
        code = self.shipment.item
        if code is None or self.names.sources.items is None:
            return ()
        found = self.names.item(code)
        if found is None:
            self.findings.add(
                FindingCode.ITEM_UNKNOWN,
                Severity.NOTE,
                f"The item {code[:60]!r} is not in the table of items.",
            )
        return found or ()

    def _drawn(self, goods: Goods) -> list[Structure]:
        """The structures that are drawn: SMILES, MOL block, InChI."""
        drawn: list[Structure] = []
        for source, text in (
            ("structure", self.shipment.structure),
            ("inchi", self.shipment.inchi),
        ):
            if text is None or _is_number(text) or read_inchikey(text) is not None:
                continue
            try:
                structure = self.read(text)
            except StructureError as error:
                self._unread_structure(source, error)
                continue
            drawn.append(structure)
            goods.candidates.append(Candidate(structure))
            shown = as_drawn(text) if is_smiles(text) else structure.smiles
            goods.identities.append(drawn_identity(source, text, shown))
            goods.drawn[source] = structure
            organic = []
            if structure.larger_components > 1:
                organic = [c for c in structure.components if c.heavy_atoms > LARGER]
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
        """Exact identities that another identifier of the line contradicts.

        Of several goods in one cell, one has to agree with the other cells; the rest are further
        goods and no contradiction.
        """
        exact = [i for i in identities if i.exact]
        by_source: dict[str, list[NamedIdentity]] = {}
        for identity in exact:
            by_source.setdefault(identity.source, []).append(identity)
        disputed: list[NamedIdentity] = []
        for source, own in by_source.items():
            beside = [] if drawn else [i for i in exact if i.source != source]
            if not drawn and not beside:
                continue
            others = [*drawn, *(s for i in beside for s in self._compared(i))]
            entries = {entry for i in beside for entry in i.entries}
            agreeing = [
                i
                for i in own
                if not entries.isdisjoint(i.entries)
                or any(_one(a, b) for a in self._compared(i) for b in others)
            ]
            if not agreeing:
                disputed += own
        against = "the structure" if drawn else "the other identifiers of the line"
        for identity in disputed:
            self.findings.add(
                FindingCode.IDENTIFIERS_DISAGREE,
                Severity.ASK,
                f"{_SOURCES[identity.source]} {identity.text[:60]!r} stands for another compound "
                f"than {against}; each was screened.",
            )
        self._several_goods(exact)
        return disputed

    def _several_goods(self, exact: Sequence[NamedIdentity]) -> None:
        """Several chemicals in one description: each is screened, and that is said."""
        if len(exact) < 2:
            return
        for source in ("name", "cas"):
            goods: list[NamedIdentity] = []
            for identity in exact:
                if (
                    identity.source == source
                    and identity.structures
                    and not any(
                        _one(a, b)
                        for known in goods
                        for a in self._structures(identity)
                        for b in self._structures(known)
                    )
                ):
                    goods.append(identity)
            if len(goods) > 1:
                named = ", ".join(i.text[:40] for i in goods[:6])
                self.findings.add(
                    FindingCode.SEVERAL_GOODS,
                    Severity.NOTE,
                    f"The line names {len(goods)} chemicals ({named}); each was screened. "
                    "Amounts and documents have to be given for each.",
                )
                return

    def _compared(self, identity: NamedIdentity) -> list[Structure]:
        """The structures of an identity; for an entry without any, those of its CAS numbers."""
        registry = self.names.sources.registry
        if identity.structures or registry is None:
            return self._structures(identity)
        numbers = {number for e in identity.entries for number in self.bundle.entries[e].cas}
        rows = (registry.by_cas(number) for number in sorted(numbers))
        found: list[Structure] = []
        for row in rows:
            with contextlib.suppress(StructureError):
                found += [self.read(row.smiles)] if row is not None else []
        return found

    def _structures(self, identity: NamedIdentity) -> list[Structure]:
        """The structures of an identity; one of a table that cannot be read is said."""
        found: list[Structure] = []
        read = self.read_of_table if identity.via in _TABLES else self.read
        for smiles in identity.structures:
            try:
                found.append(read(smiles))
            except StructureError as error:
                self._unread_structure(f"structure of {identity.matched[:60]!r}", error)
        return found

    def _compare_forms(self, drawn: Sequence[Structure], agreed: Sequence[NamedIdentity]) -> None:
        """One compound in two forms: another salt, another stereoisomer."""
        if len(drawn) + len(agreed) < 2:
            return
        told = [("the structure", structure) for structure in drawn]
        for identity in agreed:
            if identity.via == ENTRY:  # a list names a compound in whatever form
                if identity.salt and drawn and all(len(s.components) == 1 for s in drawn):
                    self._form(f"the name {identity.text[:60]!r} (a salt or hydrate)", told[0][0])
                continue
            label = f"{_SOURCES[identity.source]} {identity.text[:60]!r}"
            label = label[0].lower() + label[1:] if not label.startswith("CAS") else label
            told += [(label, structure) for structure in self._structures(identity)]
        for at, (label, structure) in enumerate(told):
            for other, known in told[:at]:
                if label != other and _one(structure, known) and _other_form(structure, known):
                    self._form(label, other)
                    return

    def _form(self, label: str, other: str) -> None:
        self.findings.add(
            FindingCode.FORM_DIFFERS,
            Severity.NOTE,
            f"One compound in two forms (salt, hydrate or stereochemistry): {label} and {other}.",
        )

    def _from_tables(self, drawn: Sequence[Structure], agreed: Sequence[NamedIdentity]) -> None:
        """Says where the only word for an identity is a table's or a program's."""
        if drawn:
            return
        for identity in agreed:
            if identity.via not in {REGISTRY, SYSTEMATIC}:
                continue
            if any(
                other.source != identity.source and _one(a, b)
                for other in agreed
                for a in self._structures(identity)
                for b in self._structures(other)
            ):
                continue
            _say_from_table(identity, self.findings)

    def _compare_numbers(self, goods: Goods) -> None:
        """The stated formula and molar mass against every structure that counts."""
        structures = [c.structure for c in goods.candidates if not c.readings]
        formula = self.shipment.formula or goods.text.formula
        mass = self.shipment.molar_mass or goods.text.molar_mass
        parts = parse_formula(formula) if formula else None
        if formula and parts is None:
            self.findings.add(
                FindingCode.NAME_UNKNOWN,
                Severity.NOTE,
                f"The formula {formula[:60]!r} could not be read.",
            )
        if not structures:
            return
        if parts is not None:
            self._number("formula", str(formula), [compare_formula(s, parts) for s in structures])
        if mass:
            said = [compare_mass(s, mass) for s in structures]
            self._number("molar mass", mass, [a for a in said if a is not None])

    def _number(self, what: str, text: str, said: Sequence[Agreement]) -> None:
        if not said or Agreement.SAME in said:
            return
        if Agreement.FORM in said:
            self.findings.add(
                FindingCode.FORM_DIFFERS,
                Severity.NOTE,
                f"The {what} {text[:60]!r} is that of another salt or hydrate of the goods.",
            )
            return
        self.findings.add(
            FindingCode.IDENTIFIERS_DISAGREE,
            Severity.ASK,
            f"The {what} {text[:60]!r} is not that of what the line names.",
        )

    def _worth_asking(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity]
    ) -> Iterator[NamedIdentity]:
        """All but possible identities that an exact one of the line already settles."""
        if not identities:
            return
        if all(identity.exact for identity in identities):
            yield from identities
            return
        known = frozenset().union(
            *(_graphs(s) for s in drawn),
            *(self._named_graphs(i) for i in identities if i.exact),
        )
        for identity in identities:
            own = self._named_graphs(identity)
            if identity.exact or not own or not own <= known:
                yield identity

    def _named_graphs(self, identity: NamedIdentity) -> frozenset[str]:
        return frozenset(_main(structure).smiles for structure in self._structures(identity))

    def _take_named(self, goods: Goods, identity: NamedIdentity, disputed: bool) -> None:
        readings: tuple[str, ...] = ()
        if disputed:
            readings = ("identifiers-disagree",)
        elif not identity.exact:
            readings = ("possible-identity",)
            self.findings.add(FindingCode.POSSIBLE_IDENTITY, Severity.ASK, _doubt(identity))
        for structure in self._structures(identity):
            of_table = identity.via in _TABLES
            goods.candidates.append(Candidate(structure, readings, identity.salt, of_table))
        goods.named.append((identity, readings))
        for shown in identity.structures or (None,):
            goods.identities.append(Identity(**_shown(identity, shown, disputed=disputed)))

    # --- what nothing identifies ---------------------------------------------------------------

    def unknown(self, goods: Goods) -> None:
        """Nothing identifies the goods: what is missing, and what to ask for."""
        names = goods.names
        machines = [
            i.matched
            for i in names.identities
            if any(self.bundle.entries[entry].goods for entry in i.entries)
        ]
        if machines:  # and other goods that are no chemicals
            self.findings.add(
                FindingCode.NO_IDENTITY,
                Severity.STOP,
                "It could not be established in full what the goods are; a person must say whether "
                f"they are {machines[0]!r}. Ask the supplier for make, model and data sheet.",
            )
            return
        why = "nothing in the line names a chemical"
        if self.shipment.structure or self.shipment.inchi:
            why = "the structure could not be read, and nothing else in the line names a chemical"
        if names.generic:
            why = f"{names.rest[:60]!r} names a class of chemicals and none of them"
        elif names.cas_invalid and not names.cas_unknown:
            why = f"{names.cas_invalid[0][:40]!r} is no CAS number"
        elif names.cas_unknown:
            why = f"CAS {names.cas_unknown[0]} could not be traced to a structure"
        elif names.rest:
            why = f"the description {names.rest[:60]!r} is not known{_relatives(names)}"
        elif self.shipment.name:
            why = f"the description {self.shipment.name[:60]!r} names no chemical"
        self.findings.add(
            FindingCode.NO_IDENTITY,
            Severity.STOP,
            "It could not be established what the goods are; a person must identify them: "
            f"{why}. {_ASK_SUPPLIER}",
        )

    # --- customs codes and transport numbers ---------------------------------------------------

    def compare_codes(self, goods: Goods, *, listed: bool) -> None:
        """The customs code and the transport number against what the goods are."""
        code = self.shipment.hs_code or goods.text.hs_code
        if code:
            self._customs(code, goods, listed=listed)
        number = self.shipment.un_number or goods.text.un_number
        if number:
            self._transport(number, goods)

    def _customs(self, code: str, goods: Goods, *, listed: bool) -> None:
        found = self.hints.listed_under(code)
        if not goods.known:
            if found is not None:
                self.findings.add(
                    FindingCode.CUSTOMS_CODE_LISTED,
                    Severity.ASK,
                    f"Customs code {code!r} is one under which listed goods are declared, such as "
                    f"{found}.",
                )
            return
        if not listed:
            if found is not None:
                # a code of its own says more than one for all that is not named elsewhere
                self.findings.add(
                    FindingCode.CUSTOMS_CODE_LISTED,
                    Severity.NOTE if found.residual else Severity.ASK,
                    f"Customs code {code!r} is one under which listed goods are declared, such as "
                    f"{found}; the goods were identified as none of them.",
                )
            elif len(code.strip()) > 1 and not self.hints.is_for_chemicals(code):
                self._customs_disagree(code, "is not one of a chapter for chemicals")
            return
        expected = {
            code
            for identity, _ in goods.named
            if identity.exact
            for entry in identity.entries
            for code in self.bundle.entries[entry].hs
        }
        headings = {digits_of(c)[:4] for c in expected}
        own = digits_of(code)[:4]
        if not headings and self._is_equipment(goods):
            return
        if not self.hints.is_for_chemicals(code):
            self._customs_disagree(code, "is not one of a chapter for chemicals")
        elif (
            headings
            and len(own) == 4
            and own not in headings
            and not self.hints.is_for_preparations(code)
        ):
            usual = ", ".join(sorted(expected)[:6])
            self._customs_disagree(
                code, f"is not under a heading in which the goods are declared ({usual})"
            )

    def _is_equipment(self, goods: Goods) -> bool:
        """Goods recognised by their description and no chemical, such as a machine."""
        entries = [self.bundle.entries[e] for i, _ in goods.named for e in i.entries]
        return not goods.candidates and any(entry.goods for entry in entries)

    def _customs_disagree(self, code: str, how: str) -> None:
        self.findings.add(
            FindingCode.CUSTOMS_CODE_DISAGREES,
            Severity.ASK,
            f"Customs code {code!r} {how}, and does not fit what the goods are said to be.",
        )

    def _transport(self, number: str, goods: Goods) -> None:
        found = self.hints.transport(number)
        if found is None:
            self._transport_unknown(number)
            return
        if found.cas is None:
            if not goods.known:
                self.findings.add(
                    FindingCode.TRANSPORT_NUMBER,
                    Severity.NOTE,
                    f"UN {number!r} says only: {found.name}.",
                )
            return
        named = self.names.read(cas=found.cas).identities
        known = [c.structure for c in goods.candidates if not c.readings]
        agrees = any(_one(a, b) for i in named for a in self._structures(i) for b in known)
        if agrees or (known and not any(i.structures for i in named)):
            return
        said = f"UN {number!r} is the transport number of {found.name} (CAS {found.cas})"
        if any(i.entries for i in named):
            said += ", which is listed"
        but = "; the goods were identified as something else." if known else "."
        self.findings.add(FindingCode.TRANSPORT_NUMBER, Severity.ASK, said + but)

    def _transport_unknown(self, number: str) -> None:
        """Says that a transport number was not compared; it is a hint, so that is no question."""
        if is_placeholder(number):
            return
        why = "is not among those known here" if digits_of(number) else "could not be read"
        self.findings.add(
            FindingCode.TRANSPORT_NUMBER,
            Severity.NOTE,
            f"The transport number {number[:40]!r} {why}; the goods were not compared with it.",
        )


def _shown(identity: NamedIdentity, smiles: str | None, *, disputed: bool) -> dict[str, Any]:
    """The fields of an identity as a decision shows it."""
    return {
        "source": identity.source,
        "text": identity.text[:SHOWN],
        "smiles": smiles,
        "exact": identity.exact,
        "disputed": disputed,
        "via": identity.via,
        "cas": identity.numbers,
    }


def _say_from_table(identity: NamedIdentity, findings: Findings) -> None:
    """Says that the only word for an identity is a table's or a program's."""
    number = f", CAS {identity.numbers[0]}" if identity.numbers else ""
    if identity.source == "cas":
        number = ""
    if identity.via == REGISTRY:
        said = f"{identity.matched!r}{number} of the offline table of chemicals"
    else:
        said = f"a systematic name, which stands for {identity.structures[0]}"
    findings.add(
        FindingCode.IDENTITY_FROM_TABLE,
        Severity.NOTE,
        f"{identity.text[:60]!r} was read as {said}; nothing else in the line confirms it.",
    )


def _is_number(text: str | None) -> bool:
    """Whether a cell for structures holds a CAS number."""
    return text is not None and _CAS_NUMBER.fullmatch(text.strip()) is not None


_CAS_NUMBER = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def _main(structure: Structure) -> Component:
    """What a salt is a salt of: its base, where it has one; else the largest component."""
    parts = structure.components
    if len(parts) > 1 and any(c.is_acid for c in parts):
        parts = tuple(c for c in parts if c.is_base and not c.is_acid) or parts
    return max(parts, key=lambda c: c.heavy_atoms)


def _one(left: Structure, right: Structure) -> bool:
    """Whether two structures are one compound, whatever the form."""
    one, other = _main(left).smiles, _main(right).smiles
    return one == other or one in _graphs(right) or other in _graphs(left)


def _other_form(left: Structure, right: Structure) -> bool:
    """Whether they differ in what stands beside the compound, or in stated stereochemistry."""
    beside = [sorted(c.smiles for c in s.components if not c.is_water) for s in (left, right)]
    if beside[0] != beside[1]:
        return True
    one, other = _main(left), _main(right)
    stated = one.isomeric != one.smiles and other.isomeric != other.smiles
    return stated and one.isomeric != other.isomeric


def _graphs(structure: Structure) -> frozenset[str]:
    return frozenset(c.smiles for c in structure.components)


def _relatives(names: NamesRead) -> str:
    """What a name that is not known may be a relative of."""
    if not names.relatives:
        return ""
    return (
        f"; it holds the name of listed goods ({', '.join(names.relatives)}) and may be a relative"
    )


def _doubt(identity: NamedIdentity) -> str:
    """What a possible identity may be, a sentence."""
    text, matched = repr(identity.text[:80]), repr(identity.matched)
    if identity.via == SPELLING:
        return f"{text} looks like a slip of the pen for {matched}; a person must say."
    if identity.via == REGISTRY:
        number = f" (CAS {', '.join(identity.numbers[:3])})" if identity.numbers else ""
        return f"{text} may stand for {matched} of the offline table{number}; a person must say."
    if identity.via == SYSTEMATIC:
        return (
            f"{text} leaves something open, or is no full name; it may stand for "
            f"{identity.structures[0]}. A person must say."
        )
    return f"{text} may stand for {matched}; a person must say."
