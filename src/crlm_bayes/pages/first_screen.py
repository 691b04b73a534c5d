"""What a reader meets first on the page of an analysis: question, who, verdict, numbers, priors, findings, other readings."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.pages.tables.sources import Published, published_claim
from crlm_bayes.prose import verdicts
from crlm_bayes.prose.absolute import chief
from crlm_bayes.prose.beside.hangs import headline
from crlm_bayes.prose.beside.who import who
from crlm_bayes.rule import Z
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import EVENT_FREE, SIGNS, Vocabulary, capital, prior_name, vocabulary
from crlm_bayes.words.numbers import per_1000, probability, ratio, short, span

WIDEST = 3.3
"""Standard normal quantile at the ends of the bar of priors."""


class StripRow(NamedTuple):
    """One number as published and under the primary prior; an empty cell is not printed, or not known."""

    what: str
    before: str
    before_note: str
    after: str
    after_note: str


class Strip(NamedTuple):
    """From what is published to what is left of it: what stands in the first column, and the rows."""

    before: str
    rows: tuple[StripRow, ...]


class BarRow(NamedTuple):
    """One prior of the panel: where its probability of the claim lies on the bar, in percent of its width."""

    prior: str
    primary: bool
    place: float
    p: str
    sign: str
    mark: str
    verdict: str


class Sibling(NamedTuple):
    """Another analysis of the same endpoint."""

    id: str
    title: str
    said: str


class FirstScreen(NamedTuple):
    """Everything that stands there."""

    what_if: bool
    mark: str
    sign: str
    who: Any
    headline: Any
    strip: Strip
    bar: tuple[BarRow, ...]
    limits: tuple[float, float]
    siblings: tuple[Sibling, ...]


def first_screen(result: Result, verdict_rows: Iterable[Mapping[str, Any]] = ()) -> FirstScreen:
    """Fill the first screen of an analysis of one study or of several.

    Parameters
    ----------
    verdict_rows : iterable of mapping
        Rows of `verdicts.csv`, of the analyses that may be named as other readings.
    """
    footing, primary = result.question.footing, _primary(result)
    mark = mark_of(primary.p_benefit, footing)
    return FirstScreen(
        footing == "what_if",
        mark,
        SIGNS[mark],
        who(result),
        headline(result),
        _strip(result, primary),
        tuple(_bar(result)),
        (_place(-Z), _place(Z)),
        tuple(_siblings(result.spec, verdict_rows)),
    )


def _primary(answer: Answer) -> PriorVerdict:
    return next(v for v in answer.panel if v.prior == answer.spec.primary)


def _strip(result: Result, v: PriorVerdict) -> Strip:
    words = vocabulary(result.spec)
    printed = published_claim(result)
    rows = [_ratio(result, words, v, printed)]
    if absolute := _per_1000(result):
        rows.append(absolute)
    p = printed.p if printed is not None else ""
    rows.append(StripRow(words.p_claim, p, "", words.chance(v.p_benefit), ""))
    good = "P(much lower)" if words.safety else "P(worthwhile)"
    beyond = [
        StripRow(f"{good}: {words.worth}", "", "", probability(v.p_mcid), ""),
        StripRow(f"P(relevant harm): {words.harm}", "", "", probability(v.p_harm), ""),
    ]
    rows += reversed(beyond) if words.harmful else beyond
    return Strip("Published" if printed is not None else "Data alone", tuple(rows))


def _ratio(result: Result, words: Vocabulary, v: PriorVerdict, printed: Published | None) -> StripRow:
    after = ratio(v.median), span(v.lower, v.upper)
    name = capital(f"pooled {words.measure}" if result.synthesis is not None else words.measure)
    if printed is not None:
        return StripRow(name, printed.value, printed.interval, *after)
    if not result.scepticism.has_estimate:
        return StripRow(name, "", "no estimate by itself", *after)
    mode, width = result.scepticism.likelihood
    limits = span(math.exp(mode - Z * width), math.exp(mode + Z * width))
    return StripRow(name, ratio(math.exp(mode)), limits, *after)


def _per_1000(result: Result) -> StripRow | None:
    """Patients in 1,000 at the latest landmark: as printed, and under the primary prior where it was sampled or carried over."""
    found, before, spec = chief(result), _printed_difference(result), result.spec
    if found is None and before is None:
        return None
    months = found.months if found is not None else ""
    if found is None and isinstance(evidence := result.question.evidence_of_arms, SurvivalEvidence):
        months = short(evidence.times[-1])
    alive = EVENT_FREE.get((found.endpoint if found is not None else "") or spec.endpoint, "free of it")
    what = f"More per 1,000 {alive} at {months} months" if months else "More per 1,000 with it"
    after = (
        ("", "not yet sampled") if found is None else (per_1000(found.difference.median), _between(found.difference))
    )
    return StripRow(what, "" if before is None else per_1000(before), "", *after)


def _between(difference: Any) -> str:
    return span(difference.lower, difference.upper, per_1000)


def _printed_difference(result: Result) -> float | None:
    """Treatment minus control as printed, where one study prints both; of survival at the latest landmark."""
    evidence = None if result.spec.is_synthesis else result.question.evidence_of_arms
    if isinstance(evidence, SurvivalEvidence):
        return float(evidence.printed[-1, 1] - evidence.printed[-1, 0])
    if isinstance(evidence, BinomialEvidence):
        control, treated = evidence.risks
        return treated - control
    return None


def _bar(result: Result) -> Iterable[BarRow]:
    spec, words, normal = result.spec, vocabulary(result.spec), NormalDist()
    for v in result.panel:
        mark = mark_of(v.p_benefit, result.question.footing)
        p = words.of_claim(v.p_benefit)
        z = WIDEST if p >= 1 else -WIDEST if p <= 0 else normal.inv_cdf(p)
        yield BarRow(
            prior_name(v.prior),
            v.prior == spec.primary,
            _place(z),
            words.chance(v.p_benefit),
            SIGNS[mark],
            mark,
            verdicts.word_of(mark, words),
        )


def _place(z: float) -> float:
    """Put a standard normal quantile on the bar, whose ends are those of :data:`WIDEST`."""
    return 50 * (1 + max(-1.0, min(1.0, z / WIDEST)))


def _siblings(spec: AnalysisSpec, rows: Iterable[Mapping[str, Any]]) -> Sequence[Sibling]:
    """Other analyses of the same endpoint that ask the same, answers first, suppositions last, each under its primary prior."""
    ours = [r for r in rows if r["primary"] and r["analysis"] != spec.id]
    ours = [r for r in ours if (r["endpoint"], r["asks"]) == (spec.endpoint, spec.asks)]
    ours.sort(key=lambda r: (bool(r["hypothetical"]), not isinstance(r["answers"], str) or not r["answers"]))
    return [Sibling(str(r["analysis"]), str(r["title"]), _said(spec, r)) for r in ours]


def _said(spec: AnalysisSpec, row: Mapping[str, Any]) -> str:
    words = vocabulary(spec)
    found = f"{words.p_claim} {words.chance(float(row['p_benefit']))}"
    return f"{found}, {verdicts.word_of(str(row['mark']), words)}"
