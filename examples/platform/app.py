"""A trading platform's gate: listings are screened as they are made, and held for an officer."""

from __future__ import annotations

import csv
import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from screening import Decision, Outcome, Screener, Shipment
from screening.report.dispositions import (
    COLUMNS,
    Question,
    Settlement,
    questions,
    read_dispositions,
)

MOST_AT_ONCE = 1000


class Goods(BaseModel):
    """A shipment as the platform's forms state it; the same fields as `screening.Shipment`."""

    model_config = ConfigDict(extra="forbid")

    structure: str | None = None
    inchi: str | None = None
    cas: str | None = None
    name: str | None = None
    hs_code: str | None = None
    quantity: str | None = None
    purity: str | None = None
    origin: str | None = None
    transit: list[str] = []
    destination: str | None = None
    day: dt.date
    exporter: str | None = None
    consignee: str | None = None
    end_use: str | None = None

    def shipment(self, reference: str | None = None) -> Shipment:
        return Shipment(**self.model_dump(), id=reference)


class Listing(BaseModel):
    """A listing and why it is where it is."""

    id: str
    state: Literal["live", "held", "refused"]
    decision: Decision
    open: tuple[Question, ...]


class OfficersAnswer(BaseModel):
    """What an officer says to one question of a listing."""

    question: str
    answer: Literal["released", "held", "refused"]
    who: str
    why: str
    until: dt.date | None = None


class Lists(BaseModel):
    """Where to load the lists from; the bundled ones if nothing is said."""

    watchlists: list[str] | None = None


@dataclass
class Platform:
    """Everything the service keeps: the screener, the listings, the officers' answers."""

    screener: Screener
    answers: Path
    listings: dict[str, Goods]
    lock: threading.Lock

    def look(self, reference: str) -> Listing:
        """Screens a listing and lays the answers that still fit beside it."""
        decision = self.screener.screen(self.listings[reference].shipment(reference))
        settlement = self.settlement(decision, reference)
        return Listing(
            id=reference,
            state=_state(decision, settlement),
            decision=decision,
            open=settlement.open if settlement else (),
        )

    def settlement(self, decision: Decision, reference: str) -> Settlement | None:
        with self.lock:
            return read_dispositions(self.answers).settle(decision, reference)

    def answer(self, reference: str, said: OfficersAnswer) -> Listing:
        """Keeps an answer, with everything it depends on."""
        decision = self.look(reference).decision
        (question,) = [q for q in questions(decision) if q.key == said.question] or [None]
        if question is None:
            raise HTTPException(404, "the listing asks no such question")
        row = {
            **question.model_dump(include={"about", "version", "reading", "leg", "identity"}),
            "question": question.key,
            "reference": reference,
            "answer": said.answer,
            "who": said.who,
            "why": said.why,
            "when": dt.datetime.now(dt.UTC).date().isoformat(),
            "until": said.until.isoformat() if said.until else "",
        }
        with self.lock, self.answers.open("a", encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, COLUMNS, restval="").writerow(row)
        return self.look(reference)


def _state(decision: Decision, settlement: Settlement | None) -> Literal["live", "held", "refused"]:
    if decision.outcome is Outcome.NO_LISTING_FOUND:
        return "live"
    if settlement is None or not settlement.settled:
        return "held"
    return {"released": "live", "held": "held", "refused": "refused"}[str(settlement.answer)]  # type: ignore[return-value]


def create_app(answers: str | Path = "dispositions.csv") -> FastAPI:
    """The service; `answers` is the file in which the officers' answers are kept."""
    path = Path(answers)
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerow(COLUMNS)
    platform = Platform(Screener(), path, {}, threading.Lock())
    registry = CollectorRegistry()
    outcomes = Counter("screened", "Shipments screened", ["outcome"], registry=registry)
    seconds = Histogram("screening_seconds", "Seconds a screening took", registry=registry)
    app = FastAPI(title="A platform that asks before it sells")

    async def screened(goods: Goods) -> Decision:
        with seconds.time():
            decision = await run_in_threadpool(platform.screener.screen, goods.shipment())
        outcomes.labels(decision.outcome.value).inc()
        return decision

    @app.post("/screen")
    async def screen(goods: Goods) -> Decision:
        return await screened(goods)

    @app.post("/screen/batch")
    async def screen_batch(
        goods: Annotated[list[Goods], Field(max_length=MOST_AT_ONCE)],
    ) -> list[Decision]:
        return [await screened(one) for one in goods]

    @app.put("/listings/{reference}")
    async def put_listing(reference: str, goods: Goods) -> Listing:
        platform.listings[reference] = goods
        return await run_in_threadpool(platform.look, reference)

    @app.get("/listings/{reference}")
    async def get_listing(reference: str) -> Listing:
        if reference not in platform.listings:
            raise HTTPException(404, "no such listing")
        return await run_in_threadpool(platform.look, reference)

    @app.post("/listings/{reference}/answers")
    async def answer(reference: str, said: OfficersAnswer) -> Listing:
        if reference not in platform.listings:
            raise HTTPException(404, "no such listing")
        return await run_in_threadpool(platform.answer, reference, said)

    @app.post("/lists")
    async def load_lists(lists: Lists) -> dict[str, str]:
        # The new screener is ready before it takes the old one's place: no listing goes unasked.
        platform.screener = await run_in_threadpool(Screener, lists.watchlists)
        return {
            reference: (await run_in_threadpool(platform.look, reference)).state
            for reference in list(platform.listings)
        }

    @app.get("/health")
    async def health() -> dict[str, object]:
        bundle = platform.screener.bundle
        return {
            "bundle": bundle.digest,
            "last_checked": {code: w.file.last_checked for code, w in bundle.lists.items()},
        }

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return app
