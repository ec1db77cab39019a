"""What is submitted: one line to be screened, with its legs, quantity and parties."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from screening.errors import ShipmentError


class LegKind(enum.StrEnum):
    """The part of a journey that a law is asked for, in the order in which hits are shown."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    TRANSIT = "transit"
    TREATY = "treaty"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Leg:
    """One place of the journey and the law it is asked for.

    Attributes:
        kind: origin, transit, destination, treaty, or broker: where somebody arranges the deal.
        place: ISO 3166-1 alpha-2 in lower case, or `un`, `eu`.
    """

    kind: LegKind
    place: str


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One line to be screened: what it is said to be, how much, from where to where, on what day.

    All texts are taken as they come; what cannot be read is said in the decision, never guessed.

    Attributes:
        structure: SMILES or MOL block.
        inchi: InChI.
        cas: CAS Registry Number, or a cell that holds some.
        name: name or description of the goods, in any language of the entries.
        formula: molecular formula, such as ``C12H22N2O2``.
        molar_mass: in g/mol, as written.
        item: the caller's own item code, for a table of private synonyms.
        hs_code: customs code; a hint, never an identification.
        un_number: transport number of dangerous goods; a hint, never an identification.
        quantity: as written, such as ``25 kg`` or ``25kg/drum x 40``.
        purity: as written, such as ``98 %``.
        origin: country of export, as code or name; None counts as every place loaded.
        transit: places passed on the way.
        destination: country of import; None counts as every place loaded.
        broker: country from which somebody arranges a deal whose goods do not pass there.
        day: the shipping day; required.
        ordered: the day of the order or contract, YYYY-MM-DD.
        exporter: who ships.
        exporter_address: where the exporter is.
        consignee: who receives.
        consignee_address: where the consignee is.
        customer: what the consignee is to the exporter: ``regular`` or ``new``.
        end_use: stated purpose.
        transport: route and means, as written.
        gross_weight: as written.
        net_weight: as written.
        id: the caller's reference.

    Raises:
        ShipmentError: no day, or one that is not written YYYY-MM-DD.

    >>> Shipment(cas="437-38-7", origin="CN", destination="US", day="2025-11-20").day.year
    2025
    """

    structure: str | None = None
    inchi: str | None = None
    cas: str | None = None
    name: str | None = None
    formula: str | None = None
    molar_mass: str | None = None
    item: str | None = None
    hs_code: str | None = None
    un_number: str | None = None
    quantity: str | None = None
    purity: str | None = None
    origin: str | None = None
    transit: Sequence[str] = ()
    destination: str | None = None
    broker: str | None = None
    day: dt.date = None  # type: ignore[assignment]  # checked below, so that the error is ours
    ordered: dt.date | None = None
    exporter: str | None = None
    exporter_address: str | None = None
    consignee: str | None = None
    consignee_address: str | None = None
    customer: str | None = None
    end_use: str | None = None
    transport: str | None = None
    gross_weight: str | None = None
    net_weight: str | None = None
    id: str | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            structure: str | None = None,
            inchi: str | None = None,
            cas: str | None = None,
            name: str | None = None,
            formula: str | None = None,
            molar_mass: str | None = None,
            item: str | None = None,
            hs_code: str | None = None,
            un_number: str | None = None,
            quantity: str | None = None,
            purity: str | None = None,
            origin: str | None = None,
            transit: str | Sequence[str] = (),
            destination: str | None = None,
            broker: str | None = None,
            day: dt.date | str,
            ordered: dt.date | str | None = None,
            exporter: str | None = None,
            exporter_address: str | None = None,
            consignee: str | None = None,
            consignee_address: str | None = None,
            customer: str | None = None,
            end_use: str | None = None,
            transport: str | None = None,
            gross_weight: str | None = None,
            net_weight: str | None = None,
            id: str | None = None,  # noqa: A002 - the contract's name
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", read_day(self.day))
        if self.ordered is not None:
            object.__setattr__(self, "ordered", read_day(self.ordered))
        transit = [self.transit] if isinstance(self.transit, str) else list(self.transit or ())
        object.__setattr__(self, "transit", tuple(t.strip() for t in transit if t and t.strip()))
        for name, value in zip(_TEXTS, _texts_of(self), strict=True):
            if value is None:
                continue
            if not isinstance(value, str):
                raise ShipmentError(f"{name} must be text, not {type(value).__name__}")
            if not value.strip():
                object.__setattr__(self, name, None)
            elif not value.isascii():
                object.__setattr__(self, name, _writable(value))

    def but(self, **texts: str | None) -> Self:
        """The same but for some fields of text, which were read before and are not read again.

        >>> Shipment(cas="437-38-7", day="2025-11-20").but(cas=None, id="A-1")
        ... # doctest: +ELLIPSIS
        Shipment(structure=None, inchi=None, cas=None, ... id='A-1')
        """
        other = object.__new__(type(self))
        object.__setattr__(other, "__dict__", vars(self) | texts)
        return other

    def stated(self) -> dict[str, Any]:
        """The fields that say something, as JSON holds them; `Shipment(**stated)` is equal.

        >>> Shipment(cas="437-38-7", transit="SG", day="2025-11-20").stated()
        {'cas': '437-38-7', 'transit': ['SG'], 'day': '2025-11-20'}
        """
        said: dict[str, Any] = {}
        for name in _FIELDS:
            value = getattr(self, name)
            if isinstance(value, dt.date):
                said[name] = value.isoformat()
            elif isinstance(value, str):
                said[name] = value
            elif value:
                said[name] = list(value)
        return said


def _writable(text: str) -> str:
    """A text without lone halves of surrogate pairs, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


_FIELDS = tuple(field.name for field in dataclasses.fields(Shipment))
_TEXTS = tuple(name for name in _FIELDS if name not in {"day", "ordered", "transit"})
_texts_of = attrgetter(*_TEXTS)


def read_day(value: object) -> dt.date:
    """The shipping day.

    Args:
        value: a date, or text written YYYY-MM-DD.

    Raises:
        ShipmentError: it is missing or not a day.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and value.strip():
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            raise ShipmentError(f"day {value[:40]!r} is not written YYYY-MM-DD") from None
    raise ShipmentError("a shipment needs its day: day='YYYY-MM-DD'")
