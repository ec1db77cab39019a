"""The languages in which the report speaks: message catalogues, read through gettext.

A catalogue is a ``.po`` file under ``locale/``; it is compiled in memory, so there is nothing to
build. What the law says, and the sentences derived from it, stay in the language of the lists.
"""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language in which messages are written."""


def _folder() -> Traversable:
    return resources.files("screening.report").joinpath("locale")


def languages() -> tuple[str, ...]:
    """The languages there are, English first.

    >>> languages()
    ('en', 'zh')
    """
    return SOURCE, *sorted(p.name for p in _folder().iterdir() if p.is_dir())


@lru_cache(maxsize=8)
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language.

    Args:
        language: one of `languages`.

    Raises:
        ValueError: there is no such catalogue.
    """
    if language == SOURCE:
        return gettext.NullTranslations()
    if language not in languages():
        raise ValueError(f"there is no catalogue for {language!r}; there are {languages()}")
    text = _folder().joinpath(language, "messages.po").read_text("utf-8")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.StringIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=4096)
def territory(code: str, language: str) -> str | None:
    """The name of a country in a language, None where the CLDR knows none.

    >>> territory("cn", "zh"), territory("zz9", "zh")
    ('中国', None)
    """
    name = Locale.parse(language).territories.get(code.upper())
    return None if name is None else str(name)


def message(text: str) -> str:
    """Marks a text for the catalogues where it stands; it is translated where it is shown.

    >>> message("Review")
    'Review'
    """
    return text
