"""A decision as a piece of a page, for notebooks: the answer first, then pictures, duties, gaps."""

from __future__ import annotations

from markupsafe import Markup

from screening.chemistry.depict import component_svg, legend, proof_key
from screening.chemistry.proof import ClassProof, SubstanceProof
from screening.decision import Decision, Hit
from screening.report.page import environment
from screening.report.rows import due_day
from screening.rules.model import Coverage

MAX_PICTURES = 3
"""Pictures that are shown; a notebook cell is no report."""


def decision_html(decision: Decision) -> str:
    """Renders a decision for a notebook.

    Args:
        decision: what to show.

    Returns:
        One ``<div>`` without scripts; nothing in it is loaded from elsewhere, and every text that
        was submitted is escaped.
    """
    drawn: dict[str, Hit] = {}
    for hit in decision.hits:
        if isinstance(hit.proof, ClassProof | SubstanceProof):
            drawn.setdefault(proof_key(hit.proof), hit)
    pictures = [
        {
            "svg": Markup(component_svg(hit.proof, width=320, height=230)),  # noqa: S704 - drawn here
            "legend": legend(hit.proof),
            "title": hit.title,
        }
        for hit in list(drawn.values())[:MAX_PICTURES]
        if isinstance(hit.proof, ClassProof | SubstanceProof)
    ]
    values = {
        "decision": decision,
        "pictures": pictures,
        "duties": [(due, due_day(due, decision.day)) for due in decision.requirements],
        "partly": sum(item.state is not Coverage.MODELLED for item in decision.coverage),
    }
    return environment().get_template("notebook.html.j2").render(**values)
