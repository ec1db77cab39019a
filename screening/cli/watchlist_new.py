"""`screening watchlist new`: an entry from a few answers, given as options or asked for."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click

from screening.chemistry.outline import numbered_pattern
from screening.cli.common import say
from screening.errors import NewEntryError
from screening.new_entry import (
    LANGUAGES,
    ClassDraft,
    EntryDraft,
    EntryKind,
    PositionKind,
    next_steps,
    read_anchors,
    read_cas,
    read_citation,
    read_codes,
    read_day,
    read_in_force,
    read_list,
    read_names,
    read_smiles,
    read_stem,
    read_words,
    sources_with,
    suggest_stem,
    writable_folder,
    write_entry,
)
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import EffectiveDay, ListFile, Mark

T = TypeVar("T")


@click.command("new")
@click.option("--list", "list_", metavar="ID", help="The list, such as us/list-i.")
@click.option(
    "--kind",
    type=click.Choice([k.value for k in EntryKind]),
    help="By what it is recognised: structure, names and CAS alone, description, or class.",
)
@click.option("--name", metavar="NAMES", help="English names apart by ';', the preferred first.")
@click.option(
    "--other-name",
    multiple=True,
    metavar="LANGUAGE=NAMES",
    help="Names in another language, such as 'zh=...; ...'.",
)
@click.option("--file-name", metavar="NAME", help="Name of the file (default: from the name).")
@click.option("--cas", metavar="NUMBERS", help="CAS numbers apart by ','.")
@click.option("--hs", metavar="CODES", help="Customs codes apart by ','.")
@click.option("--smiles", metavar="SMILES", help="The structure of a substance.")
@click.option(
    "--in-force",
    metavar="DAY|DAY..DAY",
    help="First day; a day that was not read as the days around it; 'list' for the list's own.",
)
@click.option("--published", metavar="DAY", help="Day of the gazette.")
@click.option("--citation", help="The legal text; 'list' for the list's own.")
@click.option("--paragraph", help="The exact place in the instrument.")
@click.option(
    "--membership",
    type=click.Choice([m.value for m in Mark]),
    help="How it was checked that it is listed.",
)
@click.option(
    "--dates", type=click.Choice([m.value for m in Mark]), help="How its days were checked."
)
@click.option("--still-to-read", help="What a later check must settle.")
@click.option("--says", help="What else there is to know, in your own words.")
@click.option("--reference", metavar="SMILES", help="Class: the compound the law starts from.")
@click.option("--reference-name", help="Class: its name.")
@click.option(
    "--reference-is-member/--reference-is-no-member",
    default=None,
    help="Class: whether the law takes it in.",
)
@click.option("--skeleton", metavar="SMARTS", help="Class: what every member keeps, numbered.")
@click.option("--position", help="Class: what the law calls the place that may change.")
@click.option(
    "--position-kind",
    type=click.Choice([k.value for k in PositionKind]),
    help="Class: what kind of place it is.",
)
@click.option("--anchors", metavar="NUMBERS", help="Class: atoms of the skeleton it is at.")
@click.option("--clause", metavar="LETTER", help="Class: the law's letter for the change.")
@click.option("--clause-says", help="Class: the clause in your own words.")
@click.option("--words", metavar="WORDS", help="Class: group words it allows, apart by ','.")
@click.option("--member", multiple=True, metavar="SMILES", help="Class: a member by the clause.")
@click.option("--no-member", multiple=True, metavar="SMILES", help="Class: surely no member.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Your watchlist folder (default: the lists of this checkout).",
)
@click.option(
    "--ask/--no-ask",
    default=None,
    help="Ask for what is missing (default: on a terminal).",
)
def new_command(**given: object) -> None:
    """Write a new entry from a few answers, given as options or asked for one by one.

    Each answer is checked as it is given: check digit, structure, days, citation, names. The entry
    is written only if it loads with the lists and has no error. Nothing is looked up anywhere.
    """
    folder = given.pop("folder")
    folder = writable_folder(folder if isinstance(folder, Path) else None)
    bundle = load_bundle(sources_with(folder))
    ask = given.pop("ask")
    answers = _Answers(given, ask=sys.stdin.isatty() if ask is None else bool(ask))
    draft = _draft(answers, bundle)
    written = write_entry(draft, folder)
    say(f"Written: {written.path}")
    say(written.path.read_text(encoding="utf-8"))
    for problem in written.problems:
        say(str(problem))
    say("Next:")
    for step in next_steps(written, folder):
        say(f"  {step}")


class _Answers:
    """Answers given as options; what is missing is asked for, and asked again until it is right.

    Args:
        given: by the name of the option.
        ask: whether there is somebody to ask.
    """

    def __init__(self, given: Mapping[str, object], *, ask: bool) -> None:
        self._given = given
        self.ask = ask

    def text(self, name: str) -> str | None:
        """An option as text, None where it was not given."""
        value = self._given.get(name)
        if isinstance(value, tuple):
            return ";".join(map(str, value)) or None
        return None if value is None else str(value)

    def several(self, name: str) -> tuple[str, ...]:
        """An option that may be given more than once."""
        value = self._given.get(name)
        return tuple(map(str, value)) if isinstance(value, tuple) else ()

    def required(
        self, name: str, question: str, read: Callable[[str], T], default: str | None = None
    ) -> T:
        """An answer that there must be."""
        text = self.text(name)
        if text is not None:
            return read(text)
        if not self.ask:
            if default:
                return read(default)
            option = name.rstrip("_").replace("_", "-")
            raise click.UsageError(f"--{option} is needed ({question}), or a terminal to ask on")
        while True:
            answer = click.prompt(question, default=default, show_default=bool(default), err=True)
            try:
                return read(str(answer))
            except NewEntryError as error:
                say(f"  {error.reason}", err=True)

    def optional(self, name: str, question: str, read: Callable[[str], T], nothing: T) -> T:
        """An answer that may be left out."""
        text = self.text(name)
        if text is not None:
            return read(text)
        if not self.ask:
            return nothing
        return self.required(
            name, f"{question} (empty: none)", lambda t: read(t) if t.strip() else nothing, ""
        )

    def choice(self, name: str, question: str, options: Sequence[str], default: str) -> str:
        """One of some words."""

        def read(text: str) -> str:
            if text.strip() not in options:
                raise NewEntryError(name, f"answer one of {', '.join(options)}")
            return text.strip()

        return self.required(name, f"{question} ({', '.join(options)})", read, default)


def _draft(answers: _Answers, bundle: Bundle) -> EntryDraft:
    """The draft of an entry, question by question."""
    if answers.ask and answers.text("list_") is None:
        say("Lists: " + ", ".join(bundle.lists), err=True)
    list_id = answers.required("list_", "The list, by its id", lambda t: read_list(t, bundle))
    listed = bundle.lists[list_id].file
    kinds = [k.value for k in EntryKind]
    kind = EntryKind(answers.choice("kind", "Recognised by", kinds, kinds[0]))
    names = {"en": answers.required("name", "English names, apart by ;", read_names)}
    names |= _other_names(answers)
    stem = answers.required(
        "file_name",
        "Name of the file",
        lambda t: read_stem(t, list_id, bundle),
        suggest_stem(names["en"][0]) or None,
    )
    cas: tuple[str, ...] = answers.optional("cas", "CAS numbers, apart by ,", read_cas, ())
    hs: tuple[str, ...] = answers.optional("hs", "Customs codes, apart by ,", read_codes, ())
    smiles = None
    if kind is EntryKind.SUBSTANCE:
        smiles = answers.required("smiles", "Structure (SMILES)", read_smiles)
    definition = _class(answers, bundle, list_id) if kind is EntryKind.CLASS else None
    marks = [m.value for m in Mark]
    membership = Mark(answers.choice("membership", "How is its place in the list known", marks, ""))
    dates = Mark(answers.choice("dates", "How are its days known", marks, ""))
    still: str | None = None
    if Mark.UNVERIFIED in (membership, dates):
        still = answers.required("still_to_read", "What is still to be read", _some_text)
    return EntryDraft(
        list=list_id,
        stem=stem,
        kind=kind,
        names=names,
        cas=cas,
        hs=hs,
        substance=smiles,
        definition=definition,
        in_force=_in_force(answers, listed, dates),
        published=answers.optional("published", "Day of the gazette", _maybe_day, None),
        citation=_citation(answers, listed),
        paragraph=answers.optional("paragraph", "Exact place in the instrument", _maybe, None),
        membership=membership,
        dates=dates,
        still_to_read=still,
        says=answers.optional("says", "What else there is to know", _maybe, None),
        recorded=dt.date.today(),
    )


def _other_names(answers: _Answers) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in answers.several("other_name"):
        language, _, rest = text.partition("=")
        found[_language(language)] = read_names(rest)
    if answers.ask and not found:
        text = answers.optional("zh", "Chinese names, apart by ;", str, "")
        found |= {"zh": read_names(text)} if text else {}
    return found


def _language(code: str) -> str:
    code = code.strip().lower()
    if code not in LANGUAGES:
        raise NewEntryError("names", f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    return code


def _in_force(answers: _Answers, listed: ListFile, dates: Mark) -> EffectiveDay | None:
    own = listed.version.in_force is not None

    def read(text: str) -> EffectiveDay | None:
        return None if own and text.strip() == "list" else read_in_force(text, dates)

    hint = "First day in force" + (" (list: as the list states)" if own else "")
    return answers.required("in_force", hint, read, "list" if own else None)


def _citation(answers: _Answers, listed: ListFile) -> str | None:
    own = listed.version.citation is not None

    def read(text: str) -> str | None:
        return None if own and text.strip() == "list" else read_citation(text)

    hint = "Legal text: instrument, number, date" + (" (list: as the list states)" if own else "")
    return answers.required("citation", hint, read, "list" if own else None)


def _class(answers: _Answers, bundle: Bundle, list_id: str) -> ClassDraft:
    """The beginnings of a class, question by question."""
    jurisdiction = bundle.jurisdictions[list_id.partition("/")[0]]
    read_words(list(jurisdiction.groups)[:1], jurisdiction)  # says so where there is no word
    reference = answers.required("reference", "Reference compound (SMILES)", read_smiles)
    name = answers.required("reference_name", "Its name", _some_text)
    member = answers.choice("reference_is_member", "Is it a member", ["True", "False"], "False")
    pattern = numbered_pattern(reference)
    if answers.ask:
        say(f"  its atoms: {pattern}", err=True)
    skeleton = answers.required(
        "skeleton", "What every member keeps (SMARTS, numbered)", _some_text, pattern
    )
    position = answers.required("position", "What the law calls the place", _some_text)
    kinds = [k.value for k in PositionKind]
    kind = PositionKind(answers.choice("position_kind", "Kind of place", kinds, kinds[0]))
    anchors = answers.required(
        "anchors", "Numbers of its atoms", lambda t: read_anchors(t, skeleton)
    )
    letter = answers.required("clause", "The law's letter for the change", _some_text)
    says = answers.required("clause_says", "The clause in your own words", _some_text)
    if answers.ask:
        say(f"  words: {', '.join(jurisdiction.groups)}", err=True)
    words = answers.required(
        "words",
        "Group words it allows, apart by ,",
        lambda t: read_words(t.split(","), jurisdiction),
    )
    members = _structures(answers, "member", "Members by the clause (SMILES, apart by ;)")
    others = _structures(answers, "no_member", "Surely no members (SMILES, apart by ;)")
    return ClassDraft(
        reference=reference,
        reference_name=name,
        reference_is_member=member == "True",
        position=position,
        position_kind=kind,
        anchors=anchors,
        letter=letter,
        words=words,
        says=says,
        members=members,
        others=others,
        skeleton=skeleton,
    )


def _structures(answers: _Answers, name: str, question: str) -> tuple[str, ...]:
    def read(text: str) -> tuple[str, ...]:
        return tuple(read_smiles(part) for part in text.split(";") if part.strip())

    found: tuple[str, ...] = answers.required(name, question, read)
    return found


def _some_text(text: str) -> str:
    if not text.strip():
        raise NewEntryError("text", "an answer is needed")
    return " ".join(text.split())


def _maybe(text: str) -> str | None:
    return " ".join(text.split()) or None


def _maybe_day(text: str) -> dt.date | None:
    return read_day(text, "published") if text.strip() else None
