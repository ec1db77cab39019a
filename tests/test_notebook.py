"""The notebook runs from top to bottom, shows pictures, and is kept without its output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "notebook"
NOTEBOOK = FOLDER / "screening.ipynb"


@pytest.fixture(scope="module")
def executed() -> list[dict[str, Any]]:
    """The outputs of all cells, run by a real kernel."""
    nbclient = pytest.importorskip("nbclient", reason="comes with the extra `test`")
    nbformat = pytest.importorskip("nbformat", reason="comes with the extra `test`")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def shown(outputs: list[dict[str, Any]]) -> str:
    """Everything that a reader sees, as one text."""
    texts = [output.get("text", "") for output in outputs]
    texts += [str(output.get("data", {}).get("text/html", "")) for output in outputs]
    return "\n".join(texts)


@pytest.mark.filterwarnings("ignore")  # those of the notebook machinery are not ours
def test_it_runs_and_shows_pictures_and_reasons(executed: list[dict[str, Any]]) -> None:
    text = shown(executed)
    assert text.count("<svg") >= 2
    assert "cn/precursor-catalogue/1-boc-4-ap" in text
    assert "cas_invalid" in text
    assert "held: <Decision controlled" in text


def test_it_is_kept_without_output() -> None:
    """What a run showed belongs to its day and its lists, not into the repository."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
