"""The example service, with a real server and a real client."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from screening import Decision

PLATFORM = Path(__file__).resolve().parent.parent / "examples" / "platform"
NORFENTANYL = {
    "structure": "CCC(=O)N(c1ccccc1)C1CCNCC1",
    "origin": "CN",
    "destination": "MX",
    "day": "2025-11-20",
}


def test_the_story_of_a_listing() -> None:
    """Held while unclear, live once an officer released it, held again under stricter lists."""
    ran = subprocess.run(
        [sys.executable, "story.py"],
        cwd=PLATFORM,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    states = [line.rpartition(": ")[2] for line in ran.stdout.splitlines() if ": " in line]
    assert ran.returncode == 0, ran.stderr
    assert [s for s in states if s in ("held", "live")] == ["held", "held", "live", "held"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the running service."""
    sys.path.insert(0, str(PLATFORM))
    try:
        from story import serve  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(PLATFORM))
    server, address = serve(tmp_path_factory.mktemp("platform"))
    with httpx.Client(base_url=address, timeout=120) as client:
        yield client
    server.should_exit = True


def test_a_shipment_in_a_decision_out(client: httpx.Client) -> None:
    answer = client.post("/screen", json=NORFENTANYL).raise_for_status()
    decision = Decision.model_validate_json(answer.text)
    assert (decision.outcome, decision.day.isoformat()) == ("controlled", "2025-11-20")


def test_a_batch_is_answered_in_order(client: httpx.Client) -> None:
    harmless = NORFENTANYL | {"structure": "CCO"}
    answers = client.post("/screen/batch", json=[harmless, NORFENTANYL, harmless]).json()
    assert [a["outcome"] for a in answers] == ["no_listing_found", "controlled", "no_listing_found"]


@pytest.mark.parametrize("wrong", [{"day": "soon"}, {"structur": "CCO"}])
def test_what_is_misspelt_is_refused(wrong: dict[str, str], client: httpx.Client) -> None:
    assert client.post("/screen", json=NORFENTANYL | wrong).status_code == 422


def test_health_names_the_lists_and_metrics_count(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert len(health["bundle"]) == 64
    assert "us/list-i" in health["last_checked"]
    assert 'screened_total{outcome="controlled"}' in client.get("/metrics").text


def test_the_api_is_described_by_the_models(client: httpx.Client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert {"Decision", "Hit", "Requirement", "Finding"} <= set(schemas)
