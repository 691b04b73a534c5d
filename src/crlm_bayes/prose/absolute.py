"""Absolute effects in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from crlm_bayes.answers.absolute import Carried, Needed, carried, numbers_needed, without_risk
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, arguments, by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.words.nouns import EVENT_FREE, Vocabulary, endpoint_noun, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, as_percent, needed, percent, points, span


@dataclass(frozen=True)
class Difference:
    """A difference of two proportions, treatment minus control.

    `months` is empty for an endpoint without a time; `rising` tells whether more is good. Where a pooled ratio is put
    on the control risk of one study, `endpoint` is that study's and `given` says in words whose risk it is.
    """

    months: str
    rising: bool
    difference: EstimateRow
    endpoint: str = ""
    given: str = ""


def differences(result: Result) -> list[Difference]:
    """Collect the differences under the primary prior: in order of time; of a synthesis, by whose control risk."""
    if result.synthesis is not None:
        return [Difference(c.months, c.rising, c.difference, c.endpoint, _given(c)) for c in carried(result)]
    spec, named = result.spec, by_name(result.estimates)
    found = []
    for (prior, engine, quantity), value in named.items():
        name, inside = arguments(quantity)
        if prior == spec.primary and engine == "nuts" and name == "risk_difference":
            # what is left alive at a landmark is always good
            found.append(Difference(inside[0] if inside else "", bool(inside) or spec.better == "higher", value))
    return sorted(found, key=lambda d: float(d.months or 0))


def chief(result: Result) -> Difference | None:
    """The difference to speak of: at the last landmark; of a synthesis, on the control risk of its first direct study."""
    found = differences(result)
    if not found:
        return None
    return found[-1] if result.synthesis is None else found[0]


def certain(answer: Answer) -> str:
    """Say whose printed control risk is 0% or 100%, on which no ratio does anything; empty where nobody's is."""
    risks = without_risk(answer)
    named = "; ".join(f"{study} prints {as_percent(risk)} in its control arm" for study, risk in risks)
    return f"{named}, which no ratio changes" if risks else ""


def _given(c: Carried) -> str:
    alive = EVENT_FREE.get(c.endpoint, "free of it")
    what = f"are {alive} at {c.months} months" if c.months else f"have {endpoint_noun(c.endpoint)}"
    return f"where {percent(c.control)} {what} without the treatment, as {c.study} prints (taken as known)"


def absolute(result: Result) -> str:
    """State the absolute effect at the last landmark in one sentence, under the primary prior."""
    spec, words, last = result.spec, vocabulary(result.spec), chief(result)
    if last is None:
        if no_risk := certain(result):
            return f"No absolute effect is shown: {no_risk}."
        if result.synthesis is not None:
            return "No absolute effect is shown: no direct study that counts in full prints a risk in its control arm to put the pooled ratio on."
        if LIKELIHOODS[spec.likelihood].baseline is None:
            return f"No absolute effect is shown: the printed {words.measure} comes without a risk in the control arm to apply it to."
        return f"No absolute effect is shown: no posterior under the primary prior ({prior_name(spec.primary)}) is among the fits."
    rd = last.difference
    subject = _subject(words, last.endpoint or spec.endpoint, last.months)
    given, before, evidence = "", f", {last.given}," if last.given else "", result.question.evidence
    if isinstance(evidence, RatioEvidence) and evidence.control_survival is not None:
        given = f"; the printed control survival of {percent(evidence.control_survival[1])} is taken as known"
    sentence = f"Under the primary prior{before} {subject} is {points(rd.median)} percentage points {_way(rd.median)} with treatment ({LEVEL} interval {_between(rd)})"
    others = f" {no_risk}." if (no_risk := certain(result)) else ""
    return f"{sentence}{_need(last, words)}{given}.{others}"


def _subject(words: Vocabulary, endpoint: str, months: str) -> str:
    if months:
        alive = EVENT_FREE.get(endpoint)
        return f"the share of patients {alive} at {months} months" if alive else f"{words.endpoint} at {months} months"
    return f"the {'risk' if words.safety else 'probability'} of {words.endpoint}"


def _way(x: float | None) -> str:
    return "lower" if (x or 0.0) < 0 else "higher"


def _between(rd: EstimateRow) -> str:
    low, high = rd.lower or 0.0, rd.upper or 0.0
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{span(near, far, points)} {_way(low if high <= 0 else high)}"
    return f"{points(low)} lower to {points(high)} higher"


def _need(found: Difference, words: Vocabulary) -> str:
    needed_to = numbers_needed(found.difference, rising=found.rising)
    if not needed_to or needed_to[0].median is None:
        return ""
    good = "be spared (NNTB)" if words.safety else "benefit (NNTB)"
    what = good if needed_to[0].kind == "nntb" else "be harmed (NNTH)"
    return f", a number needed to treat for one more patient to {what} of {needed(needed_to[0].median)} ({LEVEL} interval {nnt_span(needed_to)})"


def nnt_span(found: Sequence[Needed]) -> str:
    """Write the interval of a number needed to treat; through infinity where it holds no difference (Altman 1998)."""
    if len(found) > 1:
        return " to ∞ to ".join(f"{n.kind.upper()} {needed(n.lower)}" for n in found)
    return span(found[0].lower, found[0].upper, needed)
