"""The life of a listing: held, released by an officer, held again when the lists change.

Run it beside `app.py`: ``python story.py``. It starts the service on a free port, plays the story
with an ordinary HTTP client, and stops the service.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

import httpx
import uvicorn
from app import create_app

from screening.rules.load import bundled_watchlists

LISTING = {
    "name": "Acme binder 7",
    "structure": "CCCCCCOC(=O)c1ccccc1",
    "origin": "DE",
    "day": "2026-01-10",
    "quantity": "25 kg",
    "consignee": "Acme Coatings",
}


def serve(folder: Path) -> tuple[uvicorn.Server, str]:
    """Starts the service in a thread; returns it and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(create_app(folder / "dispositions.csv"), port=port, log_level="warning")
    )
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server, f"http://127.0.0.1:{port}"


def stricter_lists(folder: Path) -> Path:
    """The bundled lists and one more entry: what a gazette published this morning."""
    lists = folder / "lists"
    shutil.copytree(bundled_watchlists(), lists)
    (lists / "us" / "list-ii" / "hexyl-benzoate.yaml").write_text(
        """\
names: {en: [Hexyl benzoate]}
substance: 'CCCCCCOC(=O)c1ccccc1'
versions:
  - in_force: 2026-01-01
    recorded: 2026-01-01
    citation: an invented notice, for this story only
    checked: {membership: primary, dates: primary}
""",
        encoding="utf-8",
    )
    return lists


def main() -> list[str]:
    """Plays the story; returns the states of the listing as they came."""
    states: list[str] = []

    def show(what: str, listing: dict[str, object]) -> None:
        states.append(str(listing["state"]))
        print(f"{what}: {listing['state']}")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server, address = serve(folder)
        with httpx.Client(base_url=address, timeout=120) as client:
            unclear = LISTING | {"structure": None, "cas": "6789-88-4", "name": "fentanyl"}
            listing = client.put("/listings/7", json=unclear).raise_for_status().json()
            show("the name and the CAS number disagree", listing)

            listing = client.put("/listings/7", json=LISTING).raise_for_status().json()
            show("the seller sends the structure, but no destination", listing)
            for question in listing["open"]:
                print(f"  asked: {question['asks']}")
                said = {"question": question["key"], "answer": "released", "who": "R. Officer"}
                said["why"] = "sold inside the union only, says the contract"
                listing = client.post("/listings/7/answers", json=said).raise_for_status().json()
            show("the officer has answered", listing)

            client.post("/lists", json={"watchlists": [str(stricter_lists(folder))]})
            show("the lists have changed", client.get("/listings/7").json())
            print(client.get("/health").json()["bundle"])
            print(client.get("/metrics").text.splitlines()[2])
        server.should_exit = True
    return states


if __name__ == "__main__":
    main()
