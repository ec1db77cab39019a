"""Systematic names -> SMILES, by OPSIN, offline.

OPSIN runs on Java and takes a second to start, then a millisecond a name. One process of it is kept
for all names of this process: it starts with the first name that looks systematic, is asked line by
line, and is replaced when it hangs or dies. The program comes with the `py2opsin` package (extra
``systematic``); that package's own function starts Java anew for every call and is not used. What
OPSIN said is kept between runs, so that Java is not started for names that were asked before.

OPSIN names a structure also where a name leaves positions open; it says so, and then the structure
is only one of several.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import inspect
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from screening.answers import Answers
from screening.rules.cache import digest_of, software_key

EXTRA = "systematic"
PACKAGE = "py2opsin"
START_SECONDS = 30.0
"""Time for Java to start and read the first name."""
NAME_SECONDS = 5.0
"""Time for one name; one that takes longer is given up."""
MAX_CHARACTERS = 300
MAX_FAILURES = 3
"""Processes lost in a row before names are no longer asked."""
KEPT = 20_000
"""Names whose answer is kept."""

# A text is asked about only if every word of it ends as words of nomenclature do.
_ENDING = re.compile(
    r"(?:yl|ylene?|ylidene?|an[e]?|en[e]?|yne?|ine?|ol|one|al|oyl|ide?|ate?|ite|ic|ous|i?um|oxy|io|o|a|"
    r"ole|ose|yde|ime|ile|ea|ether|ester|ir|thione|sulfon|ox|az|imid|amid|form|lactam|manganese|"
    r"eth|prop|but|pent|hex|hept|oct|non|dec)\Z"
)
_PREFIXES = frozenset(
    {
        *("tert", "sec", "iso", "neo", "cis", "trans", "alpha", "beta", "gamma", "delta", "omega"),
        *("bis", "tris", "tetrakis", "rac", "rel", "boc", "meso", "syn", "anti", "exo", "endo"),
        *("ortho", "meta", "para", "acid", "salt", "gold", "tin", "iron", "lead", "silver"),
        *("zinc", "copper", "nickel", "cobalt", "mercury", "sulfur", "sulphur", "water", "borax"),
        *("acids", "nor", "des", "homo", "seco", "abeo", "epi", "mono", "poly", "per", "hydrogen"),
        *("nitrogen", "oxygen", "phosphorus", "boron", "silicon", "red", "carbon", "epoxy", "with"),
    }
)
_LINE = re.compile(r"[^\x20-\x7e\u0391-\u03c9\u00b1\u2032\u2033]")
_WORDS = re.compile(r"[^\W\d_]{3,}")
_SURE, _OPEN = "=", "?"


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What a systematic name stands for.

    Attributes:
        smiles: the structure.
        open: the name leaves something open; the structure is one of several.
    """

    smiles: str
    open: bool


class SystematicNames:
    """OPSIN, started by the first new name; shared by threads, pickled without its process.

    Attributes:
        answers: what was said of names before, by OPSIN and by those who compare what it said.
        misses: how often a name had no answer because OPSIN could not be run or took too long.
    """

    def __init__(self) -> None:
        self.answers = Answers("systematic", self._answers_key)
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._failures = 0
        self._missed: set[str] = set()
        self.misses = 0
        self._ask = lru_cache(maxsize=KEPT)(self._interpret)

    def __reduce__(self) -> tuple[Any, ...]:
        return SystematicNames, ()

    @cached_property
    def _program(self) -> Path | None:
        """OPSIN's own file; the package that carries it is not imported, since that starts Java."""
        spec = importlib.util.find_spec(PACKAGE)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).glob("opsin-cli-*.jar"), reverse=True):
                return path
        return None

    @cached_property
    def _java(self) -> str | None:
        import shutil  # noqa: PLC0415 - not needed before the first name

        home = os.environ.get("JAVA_HOME")
        own = shutil.which("java", path=str(Path(home) / "bin")) if home else None
        return own or shutil.which("java")

    @property
    def missing(self) -> str | None:
        """What is missing for names to be interpreted, a clause; None where nothing is."""
        if self._program is None:
            return f"the extra `{EXTRA}` is not installed"
        if self._java is None:
            return "Java is not installed or not on the path"
        if self._failures >= MAX_FAILURES:
            return "OPSIN could not be run"
        return None

    @cached_property
    def version(self) -> str | None:
        """The package's version; None where names cannot be interpreted."""
        return metadata.version(PACKAGE) if self._program and self._java else None

    @cached_property
    def edition(self) -> str:
        """What tells one OPSIN from another; empty where names cannot be interpreted."""
        program = self._program
        if self.version is None or program is None:
            return ""
        with contextlib.suppress(OSError):
            return f"{self.version} {program.name} {program.stat().st_size}"
        return ""

    def _answers_key(self) -> str | None:
        """A digest of OPSIN, of how it is asked, and of this library."""
        if not self.edition:
            return None
        code = "".join(inspect.getsource(part) for part in (_Process, SystematicNames))
        return digest_of(part.encode() for part in (self.edition, code, software_key()))

    @staticmethod
    def looks_systematic(text: str) -> bool:
        """Whether asking is worth the while: cheap, and generous.

        >>> [SystematicNames.looks_systematic(t) for t in ("1-phenylpropan-2-one", "sample 14")]
        [True, False]
        """
        if len(text) > MAX_CHARACTERS or _LINE.search(text):
            return False
        words = [word.lower() for word in _WORDS.findall(text)]
        return bool(words) and all(_ENDING.search(w) or w in _PREFIXES for w in words)

    def structure(self, name: str, *, whatever: bool = False) -> Interpreted | None:
        """The structure of a systematic name.

        Args:
            name: in English, Greek letters written out or as signs.
            whatever: ask also where the text does not look like a systematic name.

        Returns:
            The structure; None where the name is none that can be interpreted, and where the extra
            or Java is missing.
        """
        if self.missing is not None or not name.strip() or len(name) > MAX_CHARACTERS:
            return None
        if not (whatever or self.looks_systematic(name)):
            return None
        name = " ".join(name.split())
        found = self._ask(name)
        if found is None and name in self._missed:
            self.misses += 1
        return found

    def structures(self, names: Sequence[str]) -> dict[str, Interpreted | None]:
        """What OPSIN says of many names, several times as fast as asked one by one.

        Args:
            names: single lines, as `structure` asks about them. Nothing of it is kept here.

        Returns:
            The answers by name; a name that got none, not even that it is none, is left out.
        """
        found: dict[str, Interpreted | None] = {}
        left = list(dict.fromkeys(names))
        while left and self.missing is None:
            told = 0
            with self._lock, contextlib.suppress(_NoAnswerError):
                process = self._running()
                try:
                    for name, answer in process.ask_all(left):
                        found[name] = answer
                        told += 1
                    self._failures = 0
                except (OSError, TimeoutError, ValueError):
                    self._failures = 0 if told else self._failures + 1
                    self._end()
            left = left[told + 1 :]  # it ended at the name after the last that it answered
        return found

    def missed(self, name: str) -> bool:
        """Whether OPSIN was asked about a name and gave no answer, not even that it is none."""
        return " ".join(name.split()) in self._missed

    def close(self) -> None:
        """Ends the process; the next name starts another."""
        with self._lock:
            self._end()

    def _interpret(self, name: str) -> Interpreted | None:
        """What was said of a name before, or what OPSIN says of it now."""
        question = f"name {name}"
        known = self.answers.get(question)
        if known is not None:
            return Interpreted(known[1:], known[0] == _OPEN) if known else None
        try:
            found = self._asked(name)
        except _NoAnswerError:
            self._missed.add(name)  # another process may have the answer: nothing is kept
            return None
        said = (_OPEN if found.open else _SURE) + found.smiles if found is not None else ""
        self.answers.put(question, said)
        return found

    def _asked(self, name: str) -> Interpreted | None:
        """What OPSIN says of a name.

        Raises:
            _NoAnswerError: it could not be run, or did not answer.
        """
        with self._lock:
            process = self._running()
            try:
                answer = process.ask(name)
            except (OSError, TimeoutError, ValueError):
                self._failures += 1
                self._end()
                raise _NoAnswerError from None
            self._failures = 0
            return answer

    def _running(self) -> _Process:
        """The process, started where there is none.

        Raises:
            _NoAnswerError: it could not be run.
        """
        if self._process is not None and self._process.pid != os.getpid():
            self._process = None  # of the process that this one was forked from
        if self._process is None:
            if self._failures >= MAX_FAILURES:
                raise _NoAnswerError
            assert self._java is not None
            assert self._program is not None
            try:
                self._process = _Process(self._java, self._program)
            except OSError:
                self._failures = MAX_FAILURES
                raise _NoAnswerError from None
            atexit.register(self.close)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None
            atexit.unregister(self.close)


class _NoAnswerError(Exception):
    """OPSIN could not be run, or took too long."""


# Java that dies writes the environment and its memory to files where it was started.
_LEAVES_NOTHING = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    "-XX:+SuppressFatalErrorMessage",
    "-XX:-CreateCoredumpOnCrash",
)


class _Process:
    """One running OPSIN that answers line by line."""

    def __init__(self, java: str, program: Path) -> None:
        import queue  # noqa: PLC0415 - not needed before the first name
        import subprocess  # noqa: PLC0415

        self.pid = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 - Java and the file of an installed package
            [
                java,
                *("-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"),
                *_LEAVES_NOTHING,
                *("-Dfile.encoding=UTF-8", "-jar", str(program), "-osmi", "--name"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # where it says that a name leaves something open
            encoding="utf-8",
            errors="replace",
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._started = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(None)

    def ask(self, name: str) -> Interpreted | None:
        """One name.

        Raises:
            OSError: the process is gone.
            TimeoutError: it took too long.
        """
        (found,) = self.ask_all((name,))
        return found[1]

    def ask_all(self, names: Sequence[str]) -> Iterator[tuple[str, Interpreted | None]]:
        """Several names, each with its answer as it comes; all are written before.

        Raises:
            OSError: the process is gone.
            TimeoutError: the name after the last that was answered took too long.
        """
        assert self._process.stdin is not None
        self._process.stdin.writelines(f"{name}\n" for name in names)
        self._process.stdin.flush()
        for name in names:
            yield name, self._answer(name)

    def _answer(self, name: str) -> Interpreted | None:
        """The answer to a name that was written.

        Raises:
            OSError: the process is gone.
            TimeoutError: it took too long.
        """
        from queue import Empty  # noqa: PLC0415

        seconds = NAME_SECONDS if self._started else START_SECONDS
        unsure = False
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except Empty:
                raise TimeoutError(name) from None
            if line is None:
                raise OSError("OPSIN ended")
            smiles, tab, said = line.rstrip("\r\n").partition("\t")
            if tab and said.strip() == name:
                self._started = True
                return Interpreted(smiles, unsure) if smiles else None
            unsure = unsure or line.startswith("APPEARS_AMBIGUOUS") or "stereo" in line.lower()

    def end(self) -> None:
        """Ends it without waiting for what it is at."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        with contextlib.suppress(Exception):  # it may take its time to go
            self._process.wait(timeout=5)
