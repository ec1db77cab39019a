"""What every HTML file of the library is made with: templates, content policy, whole or not at all.

Nothing submitted is trusted: every value is escaped, control characters are shown and not obeyed,
and a page's own content policy forbids every script but those it carries.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from screening.report.language import SOURCE, catalogue
from screening.report.words import visible, words

HTML_LANGUAGE = {"zh": "zh-Hans"}


def _shown(value: object) -> object:
    """Every value of a template passes here."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return visible(value)


def _messages(language: str) -> dict[str, Callable[..., Markup]]:
    """What templates translate with; the values put into a message are shown as any other value."""
    messages = catalogue(language)

    def filled(text: str, values: dict[str, object]) -> Markup:
        return Markup(text) % {name: _shown(value) for name, value in values.items()}  # noqa: S704

    def gettext(text: str, **values: object) -> Markup:
        return filled(messages.gettext(text), values)

    def ngettext(one: str, more: str, num: int, **values: object) -> Markup:
        return filled(messages.ngettext(one, more, num), {"num": num} | values)

    return {"gettext": gettext, "ngettext": ngettext, "_": gettext}


@lru_cache(maxsize=4)
def environment(language: str = SOURCE) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=PackageLoader("screening.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the extension
    made.globals.update(_messages(language))
    said = words(language)
    made.globals.update(
        words=said, place=said.place, html_language=HTML_LANGUAGE.get(language, language)
    )
    return made


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """A file beside the templates, to be written into a page."""
    return resources.files("screening.report").joinpath("templates", name).read_text("utf-8")


def script_digest(script: str) -> str:
    """A script's digest for the content policy: no other script of the page may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def chunks(stream: IO[str]) -> Iterator[str]:
    """What was rendered into a stream, piece by piece."""
    stream.seek(0)
    while chunk := stream.read(1 << 16):
        yield chunk


def write_page(path: Path, pieces: Iterable[str]) -> None:
    """Writes a file beside its place and moves it there when it is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
