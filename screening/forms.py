"""What the forms ask for: one closed vocabulary of fields, filled from a shipment where known."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from screening.once import made
from screening.rules.quantities import read_amount
from screening.shipment import Shipment


class FormField(enum.StrEnum):
    """One thing that a form, a licence file or a notice may ask for."""

    EXPORTER = "exporter"
    EXPORTER_ADDRESS = "exporter_address"
    EXPORTER_CONTACT = "exporter_contact"
    EXPORTER_LICENCE = "exporter_licence"
    CONSIGNEE = "consignee"
    CONSIGNEE_ADDRESS = "consignee_address"
    CONSIGNEE_CONTACT = "consignee_contact"
    CONSIGNEE_LICENCE = "consignee_licence"
    INTERMEDIATE_CONSIGNEES = "intermediate_consignees"
    ULTIMATE_CONSIGNEE = "ultimate_consignee"
    OTHER_OPERATORS = "other_operators"
    BROKER = "broker"
    CUSTOMER_STATUS = "customer_status"
    SUBSTANCE = "substance"
    LABEL_NAME = "label_name"
    SUBSTANCE_CODE = "substance_code"
    CAS = "cas"
    HS_CODE = "hs_code"
    QUANTITY = "quantity"
    NET_WEIGHT = "net_weight"
    GROSS_WEIGHT = "gross_weight"
    BASE_WEIGHT = "base_weight"
    PACKAGES = "packages"
    CONCENTRATION = "concentration"
    MIXTURE_COMPONENTS = "mixture_components"
    ORIGIN = "origin"
    TRANSIT = "transit"
    DESTINATION = "destination"
    TRANSPORT = "transport"
    CARRIER = "carrier"
    EXIT_POINT = "exit_point"
    ENTRY_POINT = "entry_point"
    DISPATCH_DAY = "dispatch_day"
    ARRIVAL_DAY = "arrival_day"
    ORDER_DAY = "order_day"
    END_USE = "end_use"
    END_USE_PROOF = "end_use_proof"
    IMPORT_AUTHORISATION = "import_authorisation"
    EXPORT_AUTHORISATION = "export_authorisation"
    NO_OBJECTION = "no_objection"
    CONTRACT = "contract"
    BUSINESS_LICENCE = "business_licence"
    TRADE_REGISTRATION = "trade_registration"
    PERSON_IN_CHARGE = "person_in_charge"
    STORAGE_PLACE = "storage_place"
    SIGNATURE = "signature"
    VALUE = "value"


TITLES: Mapping[FormField, str] = {
    FormField.EXPORTER: "Exporter",
    FormField.EXPORTER_ADDRESS: "Address of the exporter",
    FormField.EXPORTER_CONTACT: "Contact of the exporter",
    FormField.EXPORTER_LICENCE: "Licence or registration of the exporter",
    FormField.CONSIGNEE: "Importer or consignee",
    FormField.CONSIGNEE_ADDRESS: "Address of the consignee",
    FormField.CONSIGNEE_CONTACT: "Contact of the consignee",
    FormField.CONSIGNEE_LICENCE: "Licence or registration of the consignee",
    FormField.INTERMEDIATE_CONSIGNEES: "Every intermediate consignee, with address",
    FormField.ULTIMATE_CONSIGNEE: "Ultimate consignee, with address",
    FormField.OTHER_OPERATORS: "Other operators (agents, carriers, warehouses)",
    FormField.BROKER: "Broker or trader, with address",
    FormField.CUSTOMER_STATUS: "New or regular customer",
    FormField.SUBSTANCE: "Substance, by its name in the list",
    FormField.LABEL_NAME: "Name on the label",
    FormField.SUBSTANCE_CODE: "Code of the substance in the list",
    FormField.CAS: "CAS number",
    FormField.HS_CODE: "Customs code",
    FormField.QUANTITY: "Quantity",
    FormField.NET_WEIGHT: "Net weight",
    FormField.GROSS_WEIGHT: "Gross weight",
    FormField.BASE_WEIGHT: "Weight as anhydrous base",
    FormField.PACKAGES: "Number and size of the packages",
    FormField.CONCENTRATION: "Purity or share in the mixture",
    FormField.MIXTURE_COMPONENTS: "Other components of the mixture",
    FormField.ORIGIN: "Country of export",
    FormField.TRANSIT: "Countries of transit",
    FormField.DESTINATION: "Country of import",
    FormField.TRANSPORT: "Means of transport and route",
    FormField.CARRIER: "Carrier",
    FormField.EXIT_POINT: "Port or customs office of exit",
    FormField.ENTRY_POINT: "Port or customs office of entry",
    FormField.DISPATCH_DAY: "Day of dispatch",
    FormField.ARRIVAL_DAY: "Day of arrival",
    FormField.ORDER_DAY: "Day of the order",
    FormField.END_USE: "Purpose",
    FormField.END_USE_PROOF: "Proof of lawful use from the importing side",
    FormField.IMPORT_AUTHORISATION: "Import authorisation or certificate, number and day",
    FormField.EXPORT_AUTHORISATION: "Export authorisation, number and day",
    FormField.NO_OBJECTION: "Answer of the importing authority to the notice",
    FormField.CONTRACT: "Contract or order, copy",
    FormField.BUSINESS_LICENCE: "Business licence, copy",
    FormField.TRADE_REGISTRATION: "Registration as a foreign trader, copy",
    FormField.PERSON_IN_CHARGE: "Person in charge, with proof of identity",
    FormField.STORAGE_PLACE: "Place of storage",
    FormField.SIGNATURE: "Signature",
    FormField.VALUE: "Value",
}
"""What each field asks for, in words."""

_STATED: Mapping[FormField, Callable[[Shipment], str | None]] = {
    FormField.EXPORTER: lambda s: s.exporter,
    FormField.EXPORTER_ADDRESS: lambda s: s.exporter_address,
    FormField.CONSIGNEE: lambda s: s.consignee,
    FormField.CONSIGNEE_ADDRESS: lambda s: s.consignee_address,
    FormField.CUSTOMER_STATUS: lambda s: s.customer,
    FormField.LABEL_NAME: lambda s: s.name,
    FormField.CAS: lambda s: s.cas,
    FormField.HS_CODE: lambda s: s.hs_code,
    FormField.QUANTITY: lambda s: s.quantity,
    FormField.NET_WEIGHT: lambda s: s.net_weight,
    FormField.GROSS_WEIGHT: lambda s: s.gross_weight,
    FormField.CONCENTRATION: lambda s: s.purity,
    FormField.ORIGIN: lambda s: s.origin,
    FormField.TRANSIT: lambda s: ", ".join(s.transit) or None,
    FormField.DESTINATION: lambda s: s.destination,
    FormField.TRANSPORT: lambda s: s.transport,
    FormField.DISPATCH_DAY: lambda s: s.day.isoformat(),
    FormField.ORDER_DAY: lambda s: s.ordered.isoformat() if s.ordered else None,
    FormField.END_USE: lambda s: s.end_use,
}

ADVANCE_DATA = (
    FormField.CONSIGNEE,
    FormField.CONSIGNEE_ADDRESS,
    FormField.END_USE,
    FormField.TRANSPORT,
    FormField.NET_WEIGHT,
    FormField.GROSS_WEIGHT,
    FormField.HS_CODE,
)
"""What an authority looks at first before goods move: to whom, what for, how, how much, what."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FilledField(_Frozen):
    """One field of a form.

    Attributes:
        field: what is asked.
        title: the same in words.
        value: what the shipment states; None marks it missing.
    """

    field: FormField
    title: str
    value: str | None


class AdvanceData(_Frozen):
    """How complete the data are that authorities look at before goods move.

    Attributes:
        score: the share of `ADVANCE_DATA` that is stated, 0 to 1.
        missing: what is not, in words.
    """

    score: float
    missing: tuple[str, ...]


def fill(
    fields: Iterable[FormField], shipment: Shipment, known: Mapping[FormField, str]
) -> tuple[FilledField, ...]:
    """The fields of a form, filled as far as the shipment goes.

    Args:
        fields: what the form asks for.
        shipment: what was submitted.
        known: values that do not stand in the shipment itself, such as the name in the list.
    """
    return tuple(filled(f, known.get(f) or stated(f, shipment)) for f in fields)


@lru_cache(maxsize=4096)
def filled(field: FormField, value: str | None) -> FilledField:
    """One field of a form; the lines of a file have most of them in common.

    Args:
        field: what is asked.
        value: what the shipment states, None where it states nothing.
    """
    return made(FilledField, {"field": field, "title": TITLES[field], "value": value})


def advance_data(shipment: Shipment) -> AdvanceData:
    """How complete the data of a shipment are.

    The net weight may stand in the quantity.

    >>> advance_data(Shipment(day="2025-11-20", consignee="A", hs_code="291411")).score
    0.29
    """
    return _advance_data(tuple(TITLES[f] for f in ADVANCE_DATA if stated(f, shipment) is None))


@lru_cache(maxsize=128)
def _advance_data(missing: tuple[str, ...]) -> AdvanceData:
    return AdvanceData(score=round(1 - len(missing) / len(ADVANCE_DATA), 2), missing=missing)


def stated(field: FormField, shipment: Shipment) -> str | None:
    """What a shipment states for a field of a form, None where it states nothing."""
    read = _STATED.get(field)
    value = read(shipment) if read else None
    if value is None and field is FormField.NET_WEIGHT:
        return shipment.quantity if read_amount(shipment.quantity or "").mass_mg else None
    return value
