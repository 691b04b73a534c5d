"""The centres of a study on its page: what the map of assumptions shows, and the effect in each that prints outcomes."""

from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import arguments, by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.prose.centres import SPREADS, sentences
from crlm_bayes.words.numbers import number, ratio, span


class CentreRow(NamedTuple):
    """One quantity under the primary prior: median and interval."""

    what: str
    median: str
    interval: str


def centre_sentences(answer: Answer) -> tuple[str, ...]:
    """Say what the map of centres shows; empty without one."""
    found = answer.centre_map
    return () if found is None else sentences(found, answer.spec)


def centre_rows(result: Result) -> list[CentreRow]:
    """List how far centres differ, after the ratio in each that prints outcomes, by NUTS; empty where none was sampled."""
    if result.spec.structure != "centres":
        return []
    ratios, spreads = [], []
    for (prior, engine, quantity), e in by_name(result.estimates).items():
        name, inside = arguments(quantity)
        if (prior, engine) != (result.spec.primary, "nuts"):
            continue
        if name == "centre_ratio":
            ratios.append(CentreRow(", ".join(inside), ratio(e.median), span(e.lower, e.upper)))
        elif name in SPREADS:
            spreads.append(CentreRow(SPREADS[name], number(e.median), span(e.lower, e.upper, number)))
    return ratios + spreads
