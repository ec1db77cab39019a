"""Replay: the same answer again, or every difference named; and the schema that lines keep to."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from screening import Screener, Shipment
from screening.batch import screen_csv, screen_safely
from screening.cli import cli, records
from screening.decision import Decision
from screening.errors import InputFileError
from screening.report.lines import line_schema, published_schema, read_lines
from screening.report.replay import differences, proof_faults, shipment_of
from tests import factories as make

ROWS = [
    "Ref,Description,SMILES,CAS,Qty,Purity,Origin,Transit,Destination,Ship Date,Consignee",
    "R1,norfentanyl,CCC(=O)N(c1ccccc1)C1CCNCC1,,25 kg,98,CN,SG,MX,2025-11-20,Example SA",
    "R2,sample,,123-62-6,800 kg,99,DE,,US,2026-01-12,Example Corp",
    "R3,para-fluorofentanyl,CCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1,,1 g,,CN,,US,2026-01-12,",
    "R4,,COc1ccc(OC)c(CCN2CCC(CC2)N(C(=O)CC)c2ccccc2)c1,,5 mg,,GB,,US,2018-02-06,Example Lab",
    "R5,N-Boc,CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1,,30 kg,,CN,SG,DE,2024-09-01,Example GmbH",
    "R6,metformin,CN(C)C(=N)N=C(N)N.Cl,,18 t,,IN,,MX,2026-01-26,Example SA",
    "R7,drum 7,C1CC(N,,2 kg,,CN,,US,,",
    "R8,=cmd|' /C calc'!A0,CCO,,1 l,,BR,,Atlantis,2026-06-02,@SUM(1+1)\u2028x",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, screener: Screener) -> Path:
    """A run of the real screener over goods of every kind."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "in.csv").write_text("\n".join(ROWS) + "\n", "utf-8")
    out = folder / "out"
    day = dt.date(2026, 3, 1)
    screen_csv(folder / "in.csv", out, screener=screener, day=day, report=False, seal=True)
    return out


def test_lines_keep_to_the_published_schema(run: Path) -> None:
    """What is published describes what is written."""
    schema = json.loads(published_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    lines = (run / "decisions.jsonl").read_text("utf-8").split("\n")[:-1]
    assert len(lines) == len(ROWS) - 1
    for line in lines:
        validator.validate(json.loads(line))
    broken = json.loads(lines[0]) | {"outcome": "clear"}
    assert list(validator.iter_errors(broken))


def test_the_published_schema_is_that_of_the_models() -> None:
    """A member that is added to a line is added to ``screening/report/decision.schema.json``."""
    assert json.loads(published_schema()) == line_schema(), (
        "write line_schema() to screening/report/decision.schema.json; "
        "a member that goes or changes its meaning needs a new number in LINE_FORMAT"
    )


def test_every_line_derives_again(run: Path, screener: Screener) -> None:
    """Input, settings and findings of the reading are on the line, so the answer is the same."""
    for line in read_lines(run / "decisions.jsonl"):
        shipment = shipment_of(line)
        assert shipment is not None
        again = screen_safely(screener, shipment, line.read_findings)
        assert differences(line, again) == ()
        assert line.coverage == again.coverage != ()
        assert line.provenance == again.provenance
        assert not proof_faults(line, screener.compiled)


def test_a_line_carries_what_was_read(run: Path) -> None:
    """Every field that said something, in its normal form."""
    line = next(read_lines(run / "decisions.jsonl"))
    assert line.shipment is not None
    assert line.shipment.stated() == {
        "structure": "CCC(=O)N(c1ccccc1)C1CCNCC1",
        "name": "norfentanyl",
        "quantity": "25 kg",
        "purity": line.shipment.purity,
        "origin": "CN",
        "transit": ["SG"],
        "destination": "MX",
        "day": "2025-11-20",
        "consignee": "Example SA",
    }
    filled = list(read_lines(run / "decisions.jsonl"))[6]
    assert [f.code for f in filled.read_findings] == ["day_filled"]
    assert filled.shipment is not None
    assert filled.shipment.day == dt.date(2026, 3, 1)


def test_what_no_file_can_hold_is_replaced(screener: Screener) -> None:
    """Half a character, as broken systems write them, must not stop a decision from being kept."""
    shipment = Shipment(name="a\ud800b", consignee="x\udfff", day="2025-11-20", origin="CN")
    assert shipment.consignee == "x\ufffd"
    text = screener.screen(shipment).model_dump_json()
    assert Decision.model_validate_json(text).shipment == shipment


def test_what_differs_is_named() -> None:
    """Member by member, with what it was and what it is."""
    before = make.decision()
    after = make.decision(
        hits=(make.hit(action="prohibited"),), findings=(make.finding(),), requirements=()
    )
    found = {d.where: (d.before, d.after) for d in differences(before, after)}
    assert found["hits[0].action"] == ("authorisation", "prohibited")
    assert found["findings"] == ("[]", "['day_filled']")
    assert found["requirements"] == ("['Export permit (form 161)']", "[]")
    assert differences(before, make.decision(id="other")) == ()


def test_a_proof_that_was_tampered_with_is_found(run: Path, screener: Screener) -> None:
    """The verifier looks at the proof as it is written, not at the one it would find."""
    line = next(
        line
        for line in read_lines(run / "decisions.jsonl")
        if any(hit.proof.basis == "class" for hit in line.hits)
    )
    data = json.loads(line.model_dump_json())
    proof = next(h["proof"] for h in data["hits"] if h["proof"]["basis"] == "class")
    moved = next(a for a in proof["accounts"] if a["atoms"])
    moved["atoms"] = moved["atoms"][1:]
    (fault,) = set(
        proof_faults(
            Decision.model_validate({k: v for k, v in data.items() if k in Decision.model_fields}),
            screener.compiled,
        )
    )
    assert "the proof does not hold" in fault


class TestCommand:
    """`screening replay`."""

    @pytest.fixture(autouse=True)
    def shared(self, monkeypatch: pytest.MonkeyPatch, screener: Screener) -> None:
        """The session's screener in place of a new one for each call."""
        monkeypatch.setattr(records, "Screener", lambda *_, **__: screener)

    def test_identical(self, run: Path) -> None:
        """Exit 0, and how much was compared."""
        done = CliRunner().invoke(cli, ["replay", str(run)])
        assert done.exit_code == 0
        assert f"{len(ROWS) - 1} lines replayed: {len(ROWS) - 1} identical" in done.output
        assert "not compared" not in done.output

    def test_what_was_checked_is_compared(self, run: Path, tmp_path: Path) -> None:
        """It stands in the summary of the run and is laid beside that of the lists at hand."""
        copy = Path(shutil.copytree(run, tmp_path / "run"))
        data = json.loads((copy / "summary.json").read_text("utf-8"))
        item = next(i for i in data["coverage"] if i["jurisdiction"] == "mx")
        item["title"] = "Another law"
        (copy / "summary.json").write_text(json.dumps(data), "utf-8")
        done = CliRunner().invoke(cli, ["replay", str(copy), "--show", "99"])
        assert done.exit_code == 2
        assert "row 1 (R1): coverage[" in done.output
        assert "title: was Another law, is " in done.output
        assert "row 2 (R2)" not in done.output  # nobody asked Mexico for it

    def test_different(self, run: Path, tmp_path: Path) -> None:
        """Exit 2, with row, reference and member."""
        lines = (run / "decisions.jsonl").read_text("utf-8").split("\n")
        lines[1] = lines[1].replace('"outcome":"controlled"', '"outcome":"review"', 1)
        path = tmp_path / "old.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        done = CliRunner().invoke(cli, ["replay", str(path)])
        assert done.exit_code == 2
        assert "row 2 (R2): outcome: was review, is controlled" in done.output

    def test_other_lists_are_said(self, run: Path, tmp_path: Path) -> None:
        """A difference may be due to newer lists; the reader is told."""
        text = (run / "decisions.jsonl").read_text("utf-8")
        path = tmp_path / "old.jsonl"
        digest = next(read_lines(run / "decisions.jsonl")).provenance.bundle
        path.write_text(text.replace(digest, "0" * 64), "utf-8")
        done = CliRunner().invoke(cli, ["replay", str(path)])
        assert done.exit_code == 0
        assert "made with the lists 000000000000" in done.stderr
        assert f"note: {len(ROWS) - 1} lines: what was checked is not compared" in done.stderr

    def test_not_a_run(self, tmp_path: Path) -> None:
        """Something else is refused by name."""
        (tmp_path / "x.jsonl").write_text("{}\n")
        done = CliRunner().invoke(cli, ["replay", str(tmp_path / "x.jsonl")])
        assert isinstance(done.exception, InputFileError)
        done = CliRunner().invoke(cli, ["replay", str(tmp_path / "none.jsonl")])
        assert isinstance(done.exception, InputFileError)


@pytest.mark.parametrize("command", ["replay", "rescreen"])
def test_what_was_asked_of_a_file_is_not_asked_without_one(command: str, tmp_path: Path) -> None:
    """A run with own items and a party list loses nothing in silence when it is asked again."""
    items, parties = tmp_path / "items.csv", tmp_path / "parties.csv"
    items.write_text("item,smiles\nA-17,O=C1CCNCC1\n", "utf-8")
    parties.write_text("source,name\nDenied Persons List,Acme Fine Chemicals\n", "utf-8")
    (tmp_path / "in.csv").write_text(
        "Item,Origin,Destination,Ship Date,Consignee\n"
        "A-17,CN,MX,2026-03-01,ACME Fine Chemicals Ltd\n",
        "utf-8",
    )
    made = Screener(items=items, parties=parties)
    out = tmp_path / "out"
    day = dt.date(2026, 3, 1)
    columns = {"item": ["Item"]}
    screen_csv(tmp_path / "in.csv", out, screener=made, day=day, columns=columns, report=False)
    (line,) = read_lines(out / "decisions.jsonl")
    assert line.outcome == "controlled"
    assert any(f.code == "party_listed" for f in line.findings)

    bare = CliRunner().invoke(cli, [command, str(out)])
    assert bare.exit_code == 2
    assert "--items" in bare.output
    half = CliRunner().invoke(cli, [command, str(out), "--items", str(items)])
    assert half.exit_code == 2
    assert "--parties" in half.output
    whole = ["--items", str(items), "--parties", str(parties)]
    again = CliRunner().invoke(cli, [command, str(out), *whole])
    assert again.exit_code == 0, again.output
    assert ("1 identical" if command == "replay" else "0 changed") in again.output
