"""An entry as one self-contained page: picture, prose, timeline, versions."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from screening.entry_prose import picture, prose, timeline
from screening.errors import NoPictureError
from screening.report.page import asset, environment, write_page
from screening.rules.load import Bundle
from screening.rules.model import Entry


def write_entry_page(path: Path, entry: Entry, bundle: Bundle) -> None:
    """Writes the page of an entry.

    Args:
        path: the file to write; one that is there is replaced.
        entry: the entry.
        bundle: the lists that it stands in.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        drawn = Markup(picture(entry))  # noqa: S704 - drawn here, every text in it escaped
    except NoPictureError:
        drawn = None
    page = environment().get_template("entry.html.j2")
    values = {
        "entry": entry,
        "watchlist": bundle.lists[entry.list].file,
        "picture": drawn,
        "paragraphs": prose(entry, bundle),
        "periods": timeline(entry),
        "digest": bundle.digest,
        "style": asset("style.css"),
    }
    write_page(path, page.generate(**values))
