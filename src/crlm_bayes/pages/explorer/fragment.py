"""The live explorer as a fragment of a page: everything inside, nothing fetched."""

import json
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from scipy.special import ndtri, stdtrit

from crlm_bayes.pages.explorer.layout import CONTROLS, document, library
from crlm_bayes.pages.explorer.payload import Payload
from crlm_bayes.pages.html import Compiled
from crlm_bayes.priors.families import Cauchy, student_constant
from crlm_bayes.prose.verdicts import HARM_VERDICTS, SAFETY_VERDICTS, VERDICTS
from crlm_bayes.rule import LOWER, SURVIVES, UPPER
from crlm_bayes.words import numbers
from crlm_bayes.words.marks import AT_FACE_VALUE
from crlm_bayes.words.nouns import SIGNS

FOLDER = Path(__file__).parent

FAMILIES = (("normal", "normal"), ("student_t", "Student-t, 3 df"), ("cauchy", "Cauchy"))


def explorer_fragment(payloads: Sequence[Payload], *, select: bool) -> Markup:
    """Write the explorer of one or several analyses; one fragment a page.

    Parameters
    ----------
    payloads : sequence of Payload
        One for each analysis, in the order of the list; the first is shown first.
    select : bool
        Whether the reader chooses among analyses; links then lead to ``<id>/report.html``.

    Returns
    -------
    Markup
        Style, markup, data, BokehJS (compressed) and scripts. Empty without any analysis.
    """
    if not payloads:
        return Markup("")
    drawn = document()
    data = {
        "analyses": list(payloads),
        "rules": _rules(),
        "controls": {c.name: [c.start, c.end] for c in CONTROLS},
        "steps": {c.name: c.step for c in CONTROLS},
        "labels": {c.name: c.label for c in CONTROLS},
        "document": {"docs": drawn.docs, "items": drawn.items},
    }
    groups = [{"name": name, "members": list(members)} for name, members in groupby(payloads, lambda p: p["group"])]
    context: dict[str, Any] = {
        "select": select,
        "groups": groups,
        "named": list({p["name"]: p["title"] for one in payloads for p in one["priors"]}.items()),
        "families": FAMILIES,
        "controls": CONTROLS,
        "level": numbers.LEVEL,
        "survives": numbers.probability(SURVIVES),
        "style": _part("explorer.css"),
        "data": Markup(json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")),
        "library": Markup(library()),
        "arithmetic": _part("explorer.js"),
        "view": _part("view.js"),
    }
    return Markup(_template().render(context))


def _rules() -> dict[str, Any]:
    """Conventions that the page shares with the program: thresholds, words, and how far a family's 95% reaches."""
    cauchy = Cauchy(dist="cauchy", mean=0.0, sd=1.0, rationale="standard").quantile(UPPER)
    return {
        "level": numbers.LEVEL,
        "survives": SURVIVES,
        "lower": LOWER,
        "upper": UPPER,
        "signs": SIGNS,
        "words": {"benefit": VERDICTS, "safety": SAFETY_VERDICTS, "harm": HARM_VERDICTS},
        "atFaceValue": AT_FACE_VALUE,
        "reach": {"normal": float(ndtri(UPPER)), "student_t": float(stdtrit(3, UPPER)), "cauchy": cauchy},
        "student": student_constant(3),
    }


@cache
def _part(name: str) -> Markup:
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


@cache
def _template() -> Template:
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(),
    )
    return env.get_template("explorer.html.jinja")
