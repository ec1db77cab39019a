"""Screeners that come to harm on certain rows; in a module, so that worker processes find them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.decision import Decision
from screening.guard import Trouble, with_look_ahead
from screening.rules.load import Bundle
from screening.shipment import Shipment
from tests import factories as make
from tests.fakes import FakeScreener

POISONS = ("abort", "segfault", "spin", "eat", "eat in pieces", "exit")
"""What a row can do: end the process in three ways, compute for ever, take memory in two."""


@dataclass
class PoisonedScreener(FakeScreener):
    """Answers by name as `FakeScreener`; the names of `POISONS` do what they say."""

    def screen(self, shipment: Shipment) -> Decision:
        """The answer, unless the row is poison."""
        match shipment.name:
            case "abort":
                os.abort()
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                os._exit(3)
            case "spin":
                while True:
                    pass
            case "sleep":
                time.sleep(3600)
            case "eat":
                bytearray(1 << 40)
            case "eat in pieces":
                kept = []
                while True:
                    kept.append(bytearray(1 << 24))
        self.asked.clear()
        return super().screen(shipment)


def shaky(state: dict[str, Any], item: int) -> int:
    """Doubles; some items end, hang or starve their process."""
    match state.get(str(item)):
        case "die":
            os._exit(1)
        case "once":  # only the first worker that comes by
            mark = Path(state["folder"]) / str(item)
            if not mark.exists():
                mark.touch()
                os._exit(1)
        case "spin":
            while True:
                pass
        case "sleep":
            threading.Event().wait()
        case "secret":
            return lambda: item  # type: ignore[return-value]  # what no process can send
    return 2 * item


def _dies_of_many(state: dict[str, Any], items: Sequence[int]) -> None:
    """Harms its process by an item that does none by itself."""
    if len(items) > 2:
        for item in items:
            shaky(state, item)


@with_look_ahead(_dies_of_many)
def doubled(state: dict[str, Any], item: int) -> int:
    """Doubles."""
    return 2 * item


def marked(item: int, trouble: Trouble) -> int:
    """The result for an item that came to harm."""
    return -1 if trouble is Trouble.DIED else -2


def echo(state: None, item: bytes) -> bytes:
    """The item."""
    return item


@dataclass
class SlowScreener(FakeScreener):
    """Answers as `FakeScreener`, and takes a moment for each row."""

    def screen(self, shipment: Shipment) -> Decision:
        """The answer, a moment later."""
        time.sleep(0.01)
        self.asked.clear()
        return super().screen(shipment)


@dataclass
class ElsewhereScreener(FakeScreener):
    """Has other lists in other processes than the one that it was made in."""

    home: int = field(default_factory=os.getpid)

    @property
    def bundle(self) -> Bundle:
        """Not everywhere the same."""
        return super().bundle if os.getpid() == self.home else make.bundle(make.entry())


def process_of(state: None, item: int) -> tuple[int, int]:
    """This process and its parent."""
    time.sleep(0.01)
    return os.getpid(), os.getppid()


def nobody(item: int, trouble: Trouble) -> tuple[int, int]:
    """The result of `process_of` for an item that came to harm."""
    return 0, 0
