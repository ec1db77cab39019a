"""Structure files and Parquet are read row by row, and every record of them is a row."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import gzip
import importlib.util
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from screening import Screener
from screening.batch import screen_csv
from screening.decision import FindingCode, Severity
from screening.errors import InputFileError, MissingExtraError
from screening.rendering import with_findings
from screening.report import sources
from screening.report.lines import read_lines
from screening.report.replay import differences, shipment_of
from screening.report.seal import verify
from screening.report.sources import MAX_FIELDS, open_table
from screening.report.tables import Table, TableRow
from tests.fakes import FakeScreener

DAY = dt.date(2025, 11, 20)
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"


def block(smiles: str, title: str = "", *, v3000: bool = False) -> str:
    """A MOL block as a drawing program writes it."""
    mol = Chem.MolFromSmiles(smiles)
    mol.SetProp("_Name", title)
    return str(Chem.MolToMolBlock(mol, forceV3000=v3000))


def record(mol_block: str, **data: str) -> str:
    """One record of an SDF file."""
    fields = "".join(f">  <{name}>\n{value}\n\n" for name, value in data.items())
    return f"{mol_block}{fields}$$$$\n"


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """A file with these contents, packed if its name says so."""
    data = text.encode() if isinstance(text, str) else text
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def parquet(folder: Path, columns: dict[str, Any], name: str = "in.parquet") -> Path:
    """A Parquet file with these columns."""
    path = folder / name
    pq.write_table(pa.table(columns), path)
    return path


def rows(table: Table) -> list[TableRow]:
    """All rows."""
    return list(table.rows())


def said(row: TableRow) -> list[tuple[FindingCode, Severity]]:
    """Codes and severities of the findings of a row."""
    return [(f.code, f.severity) for f in row.findings]


ASKED = [(FindingCode.ROW_MALFORMED, Severity.ASK)]


class TestSdf:
    """A record a row: MOL block, title, data fields as columns."""

    def test_fields_of_all_records_are_columns(self, tmp_path: Path) -> None:
        """Fields come in the order of their first use; a record without one has an empty cell."""
        first = block("CCO", "A-1")
        text = record(first, Dest="MX", Qty="5 kg") + record(block("CC(C)=O", "A-2"), CAS="67-64-1")
        table = open_table(written(tmp_path, "in.sdf", text))
        assert table.header == ("MOL block", "Title", "Dest", "Qty", "CAS")
        assert [row.cells[1:] for row in table.rows()] == [
            ["A-1", "MX", "5 kg", ""],
            ["A-2", "", "", "67-64-1"],
        ]
        assert rows(table)[0].cells[0] == first.rstrip()
        assert table.mapping.as_dict() == {
            "structure": ["MOL block"],
            "cas": ["CAS"],
            "quantity": ["Qty"],
            "destination": ["Dest"],
            "id": ["Title"],
        }
        assert "SDF, utf-8, 2 rows" in table.describe()[0]

    @pytest.mark.parametrize("name", ["in.sdf", "IN.SDF.GZ", "in.sd.gz", "in.mol"])
    def test_names_and_packing(self, tmp_path: Path, name: str) -> None:
        """The name tells the format; a packed file has the digest of its own bytes."""
        name = name.replace("GZ", "gz")
        table = open_table(written(tmp_path, name, record(block("CCO"))))
        assert len(rows(table)) == table.row_count == 1
        assert len(table.sha256) == 64

    def test_line_ends_and_marks(self, tmp_path: Path) -> None:
        """Windows line ends and a mark of the encoding change no cell."""
        text = record(block("CCO", "Ä"), Name="Köln")
        plain = rows(open_table(written(tmp_path, "a.sdf", text)))
        windows = text.replace("\n", "\r\n").encode("utf-8-sig")
        assert rows(open_table(written(tmp_path, "b.sdf", windows))) == plain
        western = written(tmp_path, "c.sdf", text.encode("cp1252"))
        assert rows(open_table(western)) == plain
        assert rows(open_table(western, encoding="latin-1")) == plain

    @pytest.mark.parametrize("v3000", [False, True], ids=["V2000", "V3000"])
    def test_the_structure_is_screened(
        self, tmp_path: Path, screener: Screener, v3000: bool
    ) -> None:
        """Both versions of the block hit what they draw; title and fields are carried."""
        text = record(block("CCO", "A-1", v3000=v3000), Dest="MX")
        text += record(block(NORFENTANYL, "A-2", v3000=v3000), Dest="MX", Origin="CN")
        path = written(tmp_path, "in.sdf", text)
        screen_csv(path, tmp_path / "out", screener=screener, day=DAY)
        lines = list(read_lines(tmp_path / "out" / "decisions.jsonl"))
        assert [(d.id, str(d.outcome)) for d in lines] == [
            ("A-1", "review"),
            ("A-2", "controlled"),
        ]
        with (tmp_path / "out" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
            carried = list(csv.reader(stream))
        assert carried[0][:4] == ["MOL block", "Title", "Dest", "Origin"]
        assert [row[1:4] for row in carried[1:]] == [["A-1", "MX", ""], ["A-2", "MX", "CN"]]

    def test_broken_records_are_rows(self, tmp_path: Path, screener: Screener) -> None:
        """No record is lost or moved: each that is broken is `unscreened` in its place."""
        good = block("CCO", "good")
        broken = {
            "cut": good[: len(good) // 2] + "\n",
            "empty": "",
            "nonsense": "what is this\n",
            "no atoms": block(""),
            "two blocks": good + good,
            "junk behind": good + "junk\n",
        }
        text = "".join(record(b, Dest="MX") + record(good, Dest="MX") for b in broken.values())
        path = written(tmp_path, "in.sdf", text)
        screen_csv(path, tmp_path / "out", screener=screener, day=DAY, report=False)
        lines = list(read_lines(tmp_path / "out" / "decisions.jsonl"))
        outcomes = [str(d.outcome) for d in lines]
        assert outcomes == ["unscreened", "review"] * len(broken)
        assert all(d.destination == "mx" for d in lines)

    def test_data_of_a_record_without_a_block(self, tmp_path: Path) -> None:
        """The data of a cut record are read, and its structure is asked for."""
        (row,) = open_table(
            written(tmp_path, "in.sdf", "name\n\n> <CAS>\n64-17-5\n\n$$$$\n")
        ).rows()
        assert row.cells == ["name", "name", "64-17-5"]
        assert said(row) == ASKED

    @pytest.mark.parametrize(
        ("data", "cells", "asked"),
        [
            ("> <A> (REG-7)\nx\n\n", {"A": "x"}, False),
            ("> 25 <A>\nx\ny\n\n", {"A": "x\ny"}, False),
            ("> DT12\nx\n\n", {"DT12": "x"}, False),
            (">\nx\n\n", {"unnamed field": "x"}, False),
            ("> <A>\nx\n\nstill A\n\n> <B>\n\n\n> <C>\ny", {"A": "x\n\nstill A", "C": "y"}, False),
            ("> <A>\n> 98 %\n\n", {"A": "> 98 %"}, False),
            ("> <A>\nx\n> <B>\ny\n\n", {"A": "x", "B": "y"}, True),
            ("> <A>\nx\n\n> <A>\ny\n\n", {"A": "x\ny"}, True),
            ("> <A>\nx\n\n> <A>\nx\n\n", {"A": "x"}, False),
            ("> <a>b>\nx\n\n", {"a>b": "x"}, False),
        ],
    )
    def test_data_fields_as_they_are_met(
        self, tmp_path: Path, data: str, cells: dict[str, str], asked: bool
    ) -> None:
        """Nothing of a field is dropped; what could be read in two ways is asked."""
        path = written(tmp_path, "in.sdf", f"{block('CCO')}{data}\n$$$$\n")
        table = open_table(path)
        (row,) = table.rows()
        filled = dict(zip(table.header, row.cells, strict=True))
        assert {k: v for k, v in filled.items() if v and k != "MOL block"} == cells
        assert said(row) == (ASKED if asked else [])

    @pytest.mark.parametrize("part", [1, 7, 64, 1 << 18])
    def test_the_toolkit_reads_the_same_records(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
    ) -> None:
        """Records, titles, fields and atoms are those of its own reader, wherever a part ends."""
        monkeypatch.setattr(sources, "_PART", part)
        path = tmp_path / "in.sdf"
        with Chem.SDWriter(str(path)) as writer:
            for i, smiles in enumerate(["CCO", "c1ccccc1", NORFENTANYL, "[Na+].[Cl-]"]):
                mol = Chem.MolFromSmiles(smiles)
                mol.SetProp("_Name", f"T{i}")
                mol.SetProp("Qty", f"{i} kg")
                mol.SetProp(f"only {i}", "two\nlines")
                writer.write(mol)
        table = open_table(path)
        expected = []
        with Chem.SDMolSupplier(str(path)) as supplier:
            for mol in supplier:
                data = dict(mol.GetPropsAsDict(autoConvertStrings=False))
                expected.append((mol.GetProp("_Name"), data, Chem.MolToSmiles(mol)))
        found = []
        for row in table.rows():
            mol_block, title, *values = row.cells
            data = {k: v for k, v in zip(table.header[2:], values, strict=True) if v}
            smiles = Chem.MolToSmiles(Chem.MolFromMolBlock(mol_block))
            found.append((title, data, smiles))
        assert found == expected
        lines = path.read_text(encoding="utf-8").split("\n")
        assert [lines[row.line - 1] for row in table.rows()] == ["T0", "T1", "T2", "T3"]

    def test_an_end_without_its_line(self, tmp_path: Path) -> None:
        """A single molecule needs no closing line; data that may be cut are asked for."""
        (alone,) = open_table(written(tmp_path, "in.mol", block("CCO"))).rows()
        assert said(alone) == [(FindingCode.ROW_MALFORMED, Severity.NOTE)]
        text = record(block("CCO")) + block("CCO") + "> <Dest>\nM"
        first, last = open_table(written(tmp_path, "in.sdf", text)).rows()
        assert (said(first), said(last)) == ([], ASKED)

    def test_another_drawing_is_carried_and_said(self, tmp_path: Path) -> None:
        """The block is the structure; a field with SMILES is not read in its stead."""
        path = written(tmp_path, "in.sdf", record(block("CCO", "t"), SMILES="CC", ID="7"))
        table = open_table(path)
        assert table.mapping.as_dict() == {"structure": ["MOL block"], "id": ["ID"]}
        assert "'SMILES' is carried and not read" in table.notes[0]
        given = open_table(path, columns={"structure": "SMILES", "name": "Title"})
        assert given.mapping.as_dict()["structure"] == ["SMILES"]
        assert given.mapping.as_dict()["name"] == ["Title"]

    def test_files_that_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By name, with what is wrong."""
        many = record(block("CCO"), **{f"f{i}": "x" for i in range(MAX_FIELDS + 1)})
        packed = gzip.compress(record(block("CCO")).encode())
        for name, data, said_ in (
            ("a.sdf", b"", "is empty"),
            ("b.sdf", many.encode(), "data fields"),
            ("c.sdf", b"\0\0\0", "NUL"),
            ("d.sdf", b"PK\x03\x04", "archive"),
        ):
            with pytest.raises(InputFileError, match=said_):
                open_table(written(tmp_path, name, data))
        for data in (packed[:-9], b"no archive", packed[:30] + b"\0\0\0\0" + packed[34:]):
            path = tmp_path / "e.sdf.gz"
            path.write_bytes(data)
            with pytest.raises(InputFileError, match="cannot be unpacked"):
                open_table(path)
        with pytest.raises(InputFileError, match="does not exist"):
            open_table(tmp_path / "none.sdf.gz")
        with pytest.raises(InputFileError, match="no separator"):
            open_table(written(tmp_path, "f.sdf", many), separator=",")
        with pytest.raises(InputFileError, match="no column 'X'"):
            open_table(written(tmp_path, "g.sdf", record(block("CCO"))), columns={"cas": "X"})
        monkeypatch.setattr(sources, "MAX_CELL", 1_000)
        for text in (f"{'x' * 2_000}\n", "C\n" * 600):
            with pytest.raises(InputFileError, match="more than 1,000 characters"):
                open_table(written(tmp_path, "h.sdf", text))

    def test_memory_does_not_grow(self, tmp_path: Path) -> None:
        """Twenty times as many records need no more memory at once."""
        one = record(block(NORFENTANYL), Name="x" * 500)

        def peak(records: int) -> int:
            path = written(tmp_path, f"{records}.sdf", one * records)
            tracemalloc.start()
            table = open_table(path)
            assert sum(1 for _ in table.rows()) == table.row_count == records
            taken = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return taken

        peak(10)
        scanned = 4 * (1 << 20)  # a block of bytes and what is made of it
        assert peak(2_000) < peak(100) + scanned


class TestSmiles:
    """A line a row: SMILES, blank, name or number."""

    def test_lines(self, tmp_path: Path) -> None:
        """Blanks and tabulators end the SMILES; blank lines are no rows and are said."""
        text = "CCO ethyl alcohol\n\nC1CC1\tZ-2\n  CC  \n \nc1ccccc1  B 3 \n"
        table = open_table(written(tmp_path, "in.smi", text))
        assert [(r.number, r.line, r.cells) for r in table.rows()] == [
            (1, 1, ["CCO", "ethyl alcohol"]),
            (2, 3, ["C1CC1", "Z-2"]),
            (3, 4, ["CC", ""]),
            (4, 6, ["c1ccccc1", "B 3"]),
        ]
        assert table.notes == ("2 blank lines are no rows",)
        assert table.mapping.as_dict() == {"structure": ["SMILES"], "id": ["Title"]}
        named = open_table(table.path, columns={"name": "Title"})
        assert named.mapping.as_dict() == {"structure": ["SMILES"], "name": ["Title"]}

    @pytest.mark.parametrize(
        ("text", "header", "cells"),
        [
            ("SMILES Name\nCCO A b\n", ("SMILES", "Name"), ["CCO", "A b"]),
            ("smiles\nCCO A\n", ("smiles", "Title"), ["CCO", "A"]),
            ("SMILES\tID\tDest\nCCO\t7\tMX\n", ("SMILES", "ID", "Dest"), ["CCO", "7", "MX"]),
            ("SMILES ID Dest\nCCO 7 MX\n", ("SMILES", "ID", "Dest"), ["CCO", "7", "MX"]),
            ("SMILES\tID\tDest\nCCO\n", ("SMILES", "ID", "Dest"), ["CCO", "", ""]),
        ],
    )
    def test_a_header(
        self, tmp_path: Path, text: str, header: tuple[str, ...], cells: list[str]
    ) -> None:
        """A first line that names its columns is no row."""
        table = open_table(written(tmp_path, "in.smiles", text))
        assert table.header == header
        assert [row.cells for row in table.rows()] == [cells]

    def test_too_many_cells_are_kept_and_asked(self, tmp_path: Path) -> None:
        """The last cell holds what has no header."""
        (row,) = open_table(written(tmp_path, "in.smi", "SMILES\tID\nCCO\t7\t8\n")).rows()
        assert row.cells == ["CCO", "7\t8"]
        assert said(row) == ASKED

    def test_an_extension_stays_with_its_smiles(self, tmp_path: Path, screener: Screener) -> None:
        """What bars say of a structure reaches the toolkit: a polymer is no single molecule."""
        text = "CCO |c:0| a\nCCO |Sg:n:0,1,2::ht| b\nCCO |open c\nCCO d\nnonsense e\n"
        path = written(tmp_path, "in.smi.gz", text)
        assert [r.cells for r in open_table(path).rows()][:3] == [
            ["CCO |c:0|", "a"],
            ["CCO |Sg:n:0,1,2::ht|", "b"],
            ["CCO |open c", ""],
        ]
        screen_csv(path, tmp_path / "out", screener=screener, day=DAY, report=False)
        lines = list(read_lines(tmp_path / "out" / "decisions.jsonl"))
        assert [d.id for d in lines] == ["a", "b", None, "d", "e"]
        assert [str(d.outcome) for d in lines][1:] == [
            "unscreened",
            "unscreened",
            "review",
            "unscreened",
        ]

    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)))
    @settings(max_examples=60)
    def test_whatever_a_line_holds(
        self, tmp_path_factory: pytest.TempPathFactory, lines: list[str]
    ) -> None:
        """Each line that is not blank is one row, in order, and no sign of it is lost."""
        text = "x\n" + "".join(f"{line}\n" for line in lines)
        path = written(tmp_path_factory.mktemp("any"), "in.smi", text)
        expected = path.read_text(encoding="utf-8").split("\n")
        expected = ["".join(line.split()) for line in expected if line.strip()]
        table = open_table(path)
        found = ["".join("".join(row.cells).split()) for row in table.rows()]
        assert found == expected
        assert [row.number for row in table.rows()] == list(range(1, len(expected) + 1))


class TestParquet:
    """Each value as the text that a table would hold."""

    def test_values_are_text(self, tmp_path: Path) -> None:
        """Nothing is guessed, nothing is taken for missing that is not."""
        path = parquet(
            tmp_path,
            {
                "SMILES": ["CCO", None, "NA"],
                "Qty": pa.array([25.0, 1.5, None]),
                "Count": pa.array([1, None, 3], pa.int64()),
                "Ship Date": pa.array([DAY, None, DAY], pa.date32()),
                "Seen": pa.array([dt.datetime(2025, 1, 2, 3), None, None], pa.timestamp("ns")),
                "Price": pa.array([decimal.Decimal("1.50"), None, None]),
                "Dest": pa.array(["MX", "US", "MX"]).dictionary_encode(),
                "Old text": pa.array([b"K\xc3\xb6ln", b"", None]),
                "Yes": [True, False, None],
                "List": [[1, 2], [], None],
            },
        )
        table = open_table(path)
        assert [row.cells for row in table.rows()] == [
            ["CCO", "25", "1", "2025-11-20", "2025-01-02", "1.50", "MX", "Köln", "True", "[1, 2]"],
            ["", "1.5", "", "", "", "", "US", "", "False", "[]"],
            ["NA", "", "3", "2025-11-20", "", "", "MX", "", "", ""],
        ]
        assert table.describe()[0].endswith("Parquet, 3 rows")
        assert table.mapping.as_dict()["day"] == ["Ship Date"]

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        """They are shown as escapes and asked for, also where the file calls them text."""
        raw = pa.array([b"CCO", b"C\xff"])
        called = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
        path = parquet(tmp_path, {"SMILES": called, "Name": raw})
        good, bad = open_table(path).rows()
        assert (good.cells, good.findings) == (["CCO", "CCO"], ())
        assert bad.cells == ["C\\xff", "C\\xff"]
        assert said(bad) == ASKED * 2

    def test_known_by_its_first_bytes(self, tmp_path: Path) -> None:
        """Whatever it is called."""
        path = parquet(tmp_path, {"SMILES": ["CCO"]}, "export.csv")
        assert open_table(path).layout == {"format": "Parquet"}

    def test_files_that_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By name, with what is wrong and what to do."""
        path = parquet(tmp_path, {"SMILES": ["CCO"] * 5_000, "n": range(5_000)})
        data = path.read_bytes()
        with pytest.raises(InputFileError, match="cannot be read as Parquet"):
            open_table(written(tmp_path, "cut.parquet", data[:-20]))
        with pytest.raises(InputFileError, match="cannot be read as Parquet"):
            open_table(written(tmp_path, "no.parquet", "SMILES\nCCO\n"))
        torn = data[:4] + b"\xff" * 200 + data[204:]
        with pytest.raises(InputFileError, match="cannot be read as Parquet"):
            open_table(written(tmp_path, "torn.parquet", torn))
        with pytest.raises(InputFileError, match="is compressed"):
            open_table(written(tmp_path, "in.parquet.gz", data))
        with pytest.raises(InputFileError, match="no column that says what the goods are"):
            open_table(parquet(tmp_path, {"n": [1]}, "n.parquet"))
        for option in ("encoding", "separator"):
            with pytest.raises(InputFileError, match=f"leave out --{option}"):
                open_table(path, **{option: ","})  # type: ignore[arg-type]
        with pytest.raises(InputFileError, match="does not exist"):
            open_table(tmp_path / "none.parquet")
        with monkeypatch.context() as patched:
            patched.setattr(sources, "find_spec", lambda _: None)
            with pytest.raises(MissingExtraError, match=r"precursor-screening\[parquet\]"):
                open_table(path)
        assert importlib.util.find_spec("pyarrow")

    def test_memory_does_not_grow(self, tmp_path: Path) -> None:
        """One group of many rows is read in parts."""
        schema = pa.schema([("Name", pa.string()), ("Note", pa.string())])
        path = tmp_path / "large.parquet"
        with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
            part = pa.table({"Name": ["a" * 100] * 20_000, "Note": ["b" * 900] * 20_000}, schema)
            big = pa.concat_tables([part] * 3)
            writer.write_table(big, row_group_size=60_000)
        del part, big
        assert path.stat().st_size > 50 << 20
        before = pa.total_allocated_bytes()
        highest = 0
        count = 0
        for _ in open_table(path).rows():
            count += 1
            if count % 5_000 == 0:
                highest = max(highest, pa.total_allocated_bytes() - before)
        assert count == 60_000
        assert highest < 16 << 20


FILES = ("csv", "tsv", "sdf", "sdf.gz", "smi", "parquet")


def same_goods(folder: Path, kind: str, goods: Sequence[tuple[str, str]]) -> Path:
    """The same structures with their references, in one format or another."""
    path = folder / f"in.{kind}"
    if kind == "parquet":
        return parquet(folder, {"SMILES": [s for s, _ in goods], "ID": [i for _, i in goods]})
    if kind.startswith("sdf"):
        return written(folder, path.name, "".join(record(block(s, i)) for s, i in goods))
    separator = {"csv": ",", "tsv": "\t", "smi": " "}[kind]
    lines = [separator.join(pair) for pair in goods]
    header = [] if kind == "smi" else [f"SMILES{separator}ID"]
    return written(folder, path.name, "\n".join([*header, *lines]) + "\n")


class TestPlaces:
    """Structure files state no places; they are given for all rows."""

    @pytest.mark.parametrize("kind", ["sdf", "smi"])
    def test_rows_without_places_are_settled_by_those_given(
        self, tmp_path: Path, screener: Screener, kind: str
    ) -> None:
        """A harmless row is left for review without places, and not with them; a listed one is
        found under the law of those places; every line derives again."""
        toluene = "Cc1ccccc1C(C)(C)C"
        text = {
            "sdf": record(block(toluene, "A-1")) + record(block(NORFENTANYL, "A-2")),
            "smi": f"{toluene} A-1\n{NORFENTANYL} A-2\n",
        }[kind]
        path = written(tmp_path, f"in.{kind}", text)
        screen_csv(path, tmp_path / "bare", screener=screener, day=DAY, report=False)
        bare = list(read_lines(tmp_path / "bare" / "decisions.jsonl"))
        assert [line.outcome.value for line in bare] == ["review", "controlled"]

        out = tmp_path / "out"
        summary = screen_csv(path, out, screener=screener, day=DAY, origin="CN", destination="US")
        lines = list(read_lines(out / "decisions.jsonl"))
        assert [line.outcome.value for line in lines] == ["no_listing_found", "controlled"]
        assert {hit.leg.value for hit in lines[1].hits} <= {"origin", "destination", "treaty"}
        assert {hit.place for hit in lines[1].hits} <= {"cn", "us", "un"}
        for line in lines:
            filled = [f for f in line.read_findings if f.code is FindingCode.PLACE_FILLED]
            assert len(filled) == 2
            shipment = shipment_of(line)
            assert shipment is not None
            again = with_findings(screener.screen(shipment), line.read_findings)
            assert differences(line, again) == ()
        said = json.loads((out / "summary.json").read_text("utf-8"))["settings"]
        assert (said["origin"], said["destination"], said["transit"]) == ("CN", "US", [])
        assert summary.data["settings"] == said

    def test_a_data_field_of_a_record_stands(self, tmp_path: Path) -> None:
        """Its own place is that of the row."""
        text = record(block("CCO", "A-1"), Destination="MX") + record(block("CCC", "A-2"))
        path = written(tmp_path, "in.sdf", text)
        screener = FakeScreener()
        screen_csv(
            path, tmp_path / "out", screener=screener, day=DAY, report=False, destination="US"
        )
        assert [s.destination for s in screener.asked if s.structure] == ["MX", "US"]

    def test_kept_results_are_those_of_the_same_places(
        self, tmp_path: Path, screener: Screener
    ) -> None:
        """A row kept from a run with other places, or none, is screened again."""
        path = written(tmp_path, "in.smi", f"{NORFENTANYL} A-1\n")
        cache = tmp_path / "cache"
        taken = []
        for number, place in enumerate([None, "US", "DE", "US"]):
            summary = screen_csv(
                path,
                tmp_path / str(number),
                screener=screener,
                day=DAY,
                report=False,
                cache=cache,
                destination=place,
            )
            taken.append(summary.data["rows_from_cache"])
        assert taken == [0, 0, 0, 1]


class TestRuns:
    """A run over each format: the same answers, resumed, sealed and verified alike."""

    @pytest.mark.parametrize("kind", FILES)
    def test_the_same_answers(self, tmp_path: Path, screener: Screener, kind: str) -> None:
        """One structure has one answer, whatever file it came in; the report is written."""
        goods = [("CCO", "a"), (NORFENTANYL, "b"), ("O=C1CCNCC1", "c"), ("CC(C)=O", "d")]
        path = same_goods(tmp_path, kind, goods)
        out = tmp_path / "out"
        summary = screen_csv(path, out, screener=screener, day=DAY, seal=True)
        lines = list(read_lines(out / "decisions.jsonl"))
        assert [d.id for d in lines] == ["a", "b", "c", "d"]
        outcomes = [str(d.outcome) for d in lines]
        assert outcomes[:3] == ["review", "controlled", "controlled"]
        assert summary.data["rows_out"] == 4
        assert (out / "report.html").stat().st_size > 1_000
        read = open_table(path)
        sealed = verify(out, rows=(row.cells for row in read.rows()))
        assert not sealed.alterations
        data = json.loads((out / "summary.json").read_text(encoding="utf-8"))["input"]
        assert data.items() >= read.layout.items()

    @pytest.mark.parametrize("kind", ["sdf.gz", "smi", "parquet"])
    def test_taken_up(self, tmp_path: Path, kind: str) -> None:
        """A run that was interrupted ends as if it had not been."""
        goods = [(f"CC{'C' * (i % 7)}", f"R{i}") for i in range(700)]
        path = same_goods(tmp_path, kind, goods)
        whole, out = tmp_path / "whole", tmp_path / "out"
        screen_csv(path, whole, screener=FakeScreener(), day=DAY, report=False)

        def interrupt(done: int) -> None:
            if done == 600:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            screen_csv(
                path, out, screener=FakeScreener(), day=DAY, report=False, progress=interrupt
            )
        summary = screen_csv(path, out, screener=FakeScreener(), day=DAY, report=False, resume=True)
        assert summary.data["rows_taken_over"] >= 512
        for name in ("decisions.csv", "decisions.jsonl"):
            assert (out / name).read_bytes() == (whole / name).read_bytes()

    @pytest.mark.parametrize("kind", FILES)
    def test_a_file_that_changes_is_noticed(self, tmp_path: Path, kind: str) -> None:
        """Fewer rows than were counted are never taken for all of them."""
        table = open_table(same_goods(tmp_path, kind, [("CCO", "a"), ("CC", "b")]))
        same_goods(tmp_path, kind, [("CCO", "a")])
        with pytest.raises(InputFileError, match="changed while it was read"):
            list(table.rows())
