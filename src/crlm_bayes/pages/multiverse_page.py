"""The page of a multiverse: the answer's range, which choices matter, and every cell to look at; one file that fetches nothing."""

import json
import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from crlm_bayes.answers.multiverse.cells import Cell, Multiverse, logit
from crlm_bayes.pages.captions import drawing
from crlm_bayes.pages.html import TEMPLATES, environment
from crlm_bayes.prose import multiverse as prose
from crlm_bayes.prose.verdicts import rule, word_of
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import SIGNS, vocabulary
from crlm_bayes.words.numbers import estimate, percent, probability, short, span


def multiverse_page(found: Multiverse, figures: Mapping[str, str], report: str | None = None) -> str:
    """Write the page.

    Parameters
    ----------
    figures : mapping of name to SVG text
        ``specification_curve``; it may be absent.
    report : str, optional
        Where the page of the declared analysis is, from here.
    """
    words, spec = vocabulary(found.spec), found.spec
    context = {
        "spec": spec,
        "words": words,
        "title": prose.title(found),
        "report": report,
        "lead": prose.lead(found),
        "ranges": prose.ranges(found),
        "matters": prose.matters(found),
        "no_votes": prose.NO_VOTES,
        "supposed": prose.SUPPOSED if prose.supposes(found) else "",
        "method": prose.METHOD,
        "not_balanced": prose.NOT_BALANCED if any(cell.at is None for cell in found.cells) else "",
        "rule": rule(words),
        "figure": drawing("specification_curve", figures, prose.caption(found)),
        "choices": _choices(found),
        "rest": tuple("" if s is None else percent(prose.rest(s), 0) for s in _shares(found)),
        "combined": prose.COMBINED,
        "exceptions": _one_each(found),
        "cells": [_row(found, cell) for cell in found.cells],
        "marks": [
            (mark, word_of(mark, words)) for mark in dict.fromkeys(_row(found, c)["mark"] for c in found.distinct)
        ],
        "data": _data(found),
        "script": _part("multiverse.js"),
        "own_style": _part("multiverse.css"),
    }
    return environment().get_template("multiverse.html.jinja").render(context)


def _part(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _shares(found: Multiverse) -> tuple[Mapping[str, float] | None, Mapping[str, float] | None]:
    return found.shares_of_ratio, found.shares_of_probability


def _choices(found: Multiverse) -> list[dict[str, Any]]:
    """Each choice with its shares, and how far the answers range with each of its options."""
    words, own = vocabulary(found.spec), found.declared.options
    said = []
    for i, (choice, options) in enumerate(found.choices.items()):
        rows = []
        for option in options:
            cells = found.with_option(choice, option)
            low, high = (
                sorted(found.range_of(lambda at: words.of_claim(at.p_benefit), cells)) if cells else (None, None)
            )
            rows.append(
                {
                    "option": option,
                    "own": own[i] == option,
                    "ratio": span(*found.range_of(lambda at: at.median, cells)) if cells else "",
                    "claim": span(low, high, probability) if cells else "",
                }
            )
        shares = tuple("" if s is None else percent(s[choice], 0) for s in _shares(found))
        said.append({"choice": choice, "shares": shares, "options": rows})
    return said


def _one_each(found: Multiverse) -> list[str]:
    """Reasons of the declared exceptions, each once."""
    return list(dict.fromkeys(cell.reason for cell in found.cells if cell.reason))


def _row(found: Multiverse, cell: Cell) -> dict[str, Any]:
    words, at = vocabulary(found.spec), cell.at
    if at is None:
        return {"cell": cell, "mark": "", "estimate": "", "claim": "", "said": f"no answer: {cell.reason}"}
    mark = mark_of(at.p_benefit, cell.footing)
    return {
        "cell": cell,
        "mark": mark,
        "estimate": estimate(at.median, at.lower, at.upper),
        "claim": words.chance(at.p_benefit),
        "said": f"{SIGNS[mark]} {word_of(mark, words)}".strip(),
    }


def _data(found: Multiverse) -> Markup:
    """What the script draws: places on the axes, and every number as it is written."""
    words, cells = vocabulary(found.spec), []
    for cell in sorted(found.distinct, key=lambda c: found.spec.claim_sign * math.log(c.at.median) if c.at else 0.0):
        assert cell.at is not None, "cells with an answer of their own"
        row, at = _row(found, cell), cell.at
        places = [math.log(at.median), math.log(at.lower), math.log(at.upper), logit(words.of_claim(at.p_benefit))]
        options = [list(o).index(chosen) for o, chosen in zip(found.choices.values(), cell.options, strict=True)]
        cells.append(
            [
                cell.number,
                options,
                [float(short(x, 5)) for x in places],
                row["mark"],
                row["estimate"],
                row["claim"],
                row["said"],
            ]
        )
    data = {
        "choices": [{"name": name, "options": options} for name, options in found.choices.items()],
        "cells": cells,
        "declared": found.declared.number,
        "threshold": logit(SURVIVES),
        "mcid": math.log(found.spec.mcid),
        "measure": found.spec.measure.upper(),
        "claim": words.p_claim,
        "ticks": [[math.log(x), short(x)] for x in (0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10)],
        "chances": [[logit(p), short(p)] for p in (0.001, 0.01, 0.1, 0.5, 0.9, SURVIVES, 0.999)],
    }
    return Markup(json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"))
