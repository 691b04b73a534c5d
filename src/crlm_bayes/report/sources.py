"""What the print says: the rows an analysis used, and what the paper itself gives for the endpoint beside our answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from crlm_bayes.format import ratio, span
from crlm_bayes.published import Study
from crlm_bayes.published.entries import ContrastEntry, MedianEntry, TestEntry
from crlm_bayes.result import AnalysisResult
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.words import DESIGNS, LIKELIHOODS, MEASURES, READINGS

TESTS: Mapping[str, str] = {
    "chi2": "chi-square test",
    "logrank": "log-rank test",
    "t": "t test",
    "wald": "Wald test",
    "exact": "exact test",
}
STATISTICS: Mapping[str, str] = {"chi2": "χ²", "logrank": "χ²", "t": "t", "wald": "Wald", "exact": "statistic"}


@dataclass(frozen=True)
class PublishedRow:
    """One printed result for the same endpoint."""

    what: str
    printed: str
    turned: str
    locator: str


def published(result: AnalysisResult) -> list[PublishedRow]:
    """List every printed ratio, test and median of the endpoint that concerns the two arms."""
    study, endpoint = result.question.study, result.spec.endpoint
    control, treatment = result.question.evidence.arms
    arms = {control, treatment}
    rows = [
        _contrast(c, treatment)
        for c in study.contrasts
        if c.endpoint == endpoint and {c.numerator, c.denominator} == arms
    ]
    rows += [_test(t) for t in study.tests if t.endpoint == endpoint]
    rows += [_median(m) for m in study.medians if m.endpoint == endpoint and (m.arm is None or m.arm in arms)]
    return rows


def _contrast(entry: ContrastEntry, treatment: str) -> PublishedRow:
    level = f"{round(100 * entry.level, 6):g}% CI"
    interval = f" ({level} {entry.ci[0]} to {entry.ci[1]})" if entry.ci else ""
    p = f", p {'' if entry.p.bound else '= '}{entry.p}" if entry.p else ""
    kind = "adjusted" if entry.adjusted else "not adjusted"
    power = -1 if entry.denominator == treatment else 1
    turned = ratio(entry.value.value**power)
    if entry.ci:
        low, high = sorted(x.value**power for x in entry.ci)
        turned += f" ({level} {span(low, high)})"
    return PublishedRow(
        f"{MEASURES[entry.measure].capitalize()}, {kind}, {entry.numerator} over {entry.denominator}",
        f"{entry.value}{interval}{p}",
        turned,
        entry.locator,
    )


def _test(entry: TestEntry) -> PublishedRow:
    when = f" at {entry.months} months" if entry.months else ""
    statistic = f"{STATISTICS[entry.test]} = {entry.statistic}" if entry.statistic else ""
    p = f"p {'' if entry.p.bound else '= '}{entry.p}" if entry.p else ""
    return PublishedRow(
        f"{TESTS[entry.test].capitalize()}{when}", ", ".join(x for x in (statistic, p) if x), "", entry.locator
    )


def _median(entry: MedianEntry) -> PublishedRow:
    kinds = {"ci": "confidence interval", "iqr": "interquartile range", "unstated": "not stated what the interval is"}
    interval = f" ({entry.interval[0]} to {entry.interval[1]}; {kinds[entry.interval_kind]})" if entry.interval else ""
    return PublishedRow(f"Median months, {entry.arm or 'all patients'}", f"{entry.months}{interval}", "", entry.locator)


def facts(result: AnalysisResult) -> list[tuple[str, str]]:
    """Terms and their values: what the analysis rests on."""
    spec, study, evidence = result.spec, result.question.study, result.question.evidence
    left_out = [a.label for a in study.arms if a.id not in evidence.arms]
    found = [
        ("Study", study.citation),
        ("Design", DESIGNS[study.design]),
        ("Control arm", f"{evidence.labels[0]} (n = {study.arm('control').n})"),
        ("Treatment arm", f"{evidence.labels[1]} (n = {study.arm('treatment').n})"),
        ("Reading", f"{READINGS[spec.reading]}; likelihood: {_likelihood(spec)}"),
    ]
    if left_out:
        found.append(("Arms not used", "; ".join(left_out)))
    if study.enrolment:
        found.append(("Enrolment", " to ".join(study.enrolment)))
    if study.source == "secondary":
        found.append(("Source", "another paper's account: the paper itself was not read"))
    if spec.accepts:
        found.append(("Accepted findings", ", ".join(spec.accepts)))
    return found


def _likelihood(spec: AnalysisSpec) -> str:
    name = LIKELIHOODS[spec.likelihood]
    if spec.likelihood == "piecewise_exponential":
        name += ", hazards proportional" if spec.proportional else ", hazards not proportional"
    return name


def address(study: Study) -> str | None:
    """Address of the paper, where it has a doi or a PubMed number."""
    if study.doi:
        return f"https://doi.org/{study.doi}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/" if study.pmid else None
