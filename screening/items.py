"""A user's own item codes -> what stands behind each: structure, CAS number or name.

The table is the user's word about their own goods, so it counts as exactly as a drawing does, and
is compared with the other identifiers of a line like any other. A table with a fault never loads
in part.
"""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from screening.chemistry import casrn
from screening.chemistry.structure import read_structure
from screening.errors import InputFileError, ShipmentError, StructureError

_HEADERS = {
    "item": "item, itemcode, itemno, itemnumber, code, productcode, productno, productnumber, sku, "
    "article, articlecode, articleno, articlenumber, artikelnummer, artikelnr, material, "
    "materialno, materialnumber, materialnummer, materialcode, partno, partnumber, catalogno, "
    "catalognumber, catno, codigo, referencia, 货号, 物料编码, 物料号, 料号, 产品编码, 商品编码, "
    "编码, 代码",
    "structure": "structure, smiles, isomericsmiles, canonicalsmiles, 结构, 结构式",
    "inchi": "inchi, stdinchi, standardinchi",
    "cas": "cas, casno, casnumber, casrn, casnr, casnummer, cas号, cas登记号",
    "name": "name, chemicalname, substance, substancename, compound, iupacname, 名称, 化学名称, "
    "中文名",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What stands behind one item code.

    Attributes:
        code: as the table writes it.
        structure: SMILES, MOL block or InChI.
        cas: CAS Registry Number.
        name: name of the chemical.
    """

    code: str
    structure: str | None = None
    cas: str | None = None
    name: str | None = None


class ItemTable:
    """Item codes, compared without case, width and blanks.

    Args:
        items: by code, a SMILES, or a mapping with some of ``structure``, ``inchi``, ``cas`` and
            ``name``.

    Raises:
        ShipmentError: a code is empty or stands twice, a structure cannot be read, a CAS number has
            a wrong check digit, or nothing stands behind a code.

    >>> ItemTable({"A-17": "O=C1CCNCC1"}).get("a-17").structure
    'O=C1CCNCC1'
    """

    def __init__(self, items: Mapping[str, str | Mapping[str, str | None]]) -> None:
        self._items: dict[str, Item] = {}
        for code, value in items.items():
            fields = {"structure": value} if isinstance(value, str) else dict(value)
            self._add(_item(code, fields))

    @classmethod
    def read(cls, path: str | Path) -> ItemTable:
        """A table from a CSV file in UTF-8 whose header names the columns.

        Args:
            path: columns for the item code and for one of SMILES, InChI, CAS and name, in any
                order and under the names people use.

        Raises:
            InputFileError: it cannot be read, or a line of it is faulty.
        """
        path = Path(path)
        table = cls({})
        for line, fields in _lines(path):
            try:
                table._add(_item(fields.pop("item", None) or "", fields))
            except ShipmentError as error:
                raise InputFileError(path, f"line {line}: {error}", "mend the line") from None
        return table

    def __len__(self) -> int:
        return len(self._items)

    def get(self, code: str) -> Item | None:
        """The item of a code as it stands in a cell."""
        return self._items.get(_code_key(code))

    @property
    def digest(self) -> str:
        """Changes with everything that the table says."""
        total = hashlib.sha256()
        for key in sorted(self._items):
            item = self._items[key]
            total.update(
                repr((key, item.structure, item.cas, item.name)).encode("utf-8", "replace")
            )
        return total.hexdigest()

    def codes(self) -> tuple[str, ...]:
        """Every code, as the table writes it."""
        return tuple(item.code for item in self._items.values())

    def _add(self, item: Item) -> None:
        known = self._items.setdefault(_code_key(item.code), item)
        if known != item and (known.structure, known.cas, known.name) != (
            item.structure,
            item.cas,
            item.name,
        ):
            raise ShipmentError(f"the item {item.code!r} stands for two things")


def item_table(
    items: Mapping[str, str | Mapping[str, str | None]] | ItemTable | str | Path | None,
) -> ItemTable | None:
    """A table of items from whatever a caller gives: a mapping, a table, the path of a CSV file."""
    if items is None or isinstance(items, ItemTable):
        return items
    return ItemTable.read(items) if isinstance(items, str | Path) else ItemTable(items)


def _item(code: str, fields: Mapping[str, str | None]) -> Item:
    """One checked item."""
    unknown = set(fields) - {"structure", "inchi", "cas", "name"}
    if unknown:
        raise ShipmentError(f"an item has no field {min(unknown)!r}")
    said = {name: text.strip() for name, text in fields.items() if text and text.strip()}
    if not _code_key(code):
        raise ShipmentError("an item has no code")
    if not said:
        raise ShipmentError(f"nothing stands behind the item {code!r}")
    structure = said.get("structure") or said.get("inchi")
    if structure is not None:
        try:
            read_structure(structure)
        except StructureError as error:
            raise ShipmentError(f"the structure of the item {code!r}: {error.reason}") from None
    cas = said.get("cas")
    if cas is not None and not casrn.is_valid(cas):
        raise ShipmentError(f"the CAS number {cas!r} of the item {code!r} is none")
    return Item(code.strip(), structure, casrn.compact(cas) if cas else None, said.get("name"))


def _code_key(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Line numbers and fields of every line that is not empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            fields = [_field(cell) for cell in header]
            if "item" not in fields or len(set(fields) - {"item", None}) == 0:
                raise InputFileError(
                    path,
                    "its first line names no column of item codes beside one of SMILES, InChI, CAS "
                    "or name",
                    "write a first line such as: item,smiles,cas,name",
                )
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    found: dict[str, str | None] = {}
                    for field, cell in zip(fields, cells, strict=False):
                        if field is not None and cell.strip():
                            found.setdefault(field, cell)
                    yield reader.line_num, found
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(path, f"cannot be read ({error})", "save it as CSV (UTF-8)") from None


def _field(header: str) -> str | None:
    text = unicodedata.normalize("NFKC", header).casefold()
    key = "".join(c for c in text if c.isalnum())
    for field, spellings in _HEADERS.items():
        if key in spellings.split(", "):
            return field
    return None
