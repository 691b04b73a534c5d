"""What the print says: the rows an analysis used, and what the paper itself gives for the endpoint beside our answer."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS, Structure
from crlm_bayes.documents.printed.entries import MedianEntry, TestEntry
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.study import Study, design_words, reference, title_of
from crlm_bayes.evidence.ratios import printed_ratio
from crlm_bayes.evidence.values import ArmLevelEvidence, SynthesisEvidence
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.prose.limits import SECOND_HAND
from crlm_bayes.words.nouns import MEASURES, READINGS, listed
from crlm_bayes.words.numbers import LEVEL, as_percent, ratio, span

TESTS: Mapping[str, str] = {
    "chi2": "chi-square test",
    "logrank": "log-rank test",
    "t": "t test",
    "wald": "Wald test",
    "exact": "exact test",
}

STATISTICS: Mapping[str, str] = {"chi2": "χ²", "logrank": "χ²", "t": "t", "wald": "Wald", "exact": "statistic"}

STRUCTURES: Mapping[Structure, str] = {
    "common": "common effect: the same in all studies",
    "random": "random effects: they scatter around a pooled one",
    "bias_adjusted": "random effects; studies that were not randomised may be biased",
    "meta_regression": "random effects in two groups of studies",
    "arm_level": "arms compared across studies, without randomisation",
}


@dataclass(frozen=True)
class PublishedRow:
    """One printed result for the same endpoint; `study` is its name among several, else empty."""

    what: str
    printed: str
    turned: str
    locator: str
    study: str = ""


class Published(NamedTuple):
    """The one ratio that a paper prints for a claim, treatment over control, and the one p value that it prints."""

    value: str
    interval: str
    p: str


def published_claim(answer: Answer) -> Published | None:
    """Find what the paper itself claims: None unless it prints a ratio of this measure for these arms.

    A ratio that the analysis takes goes before others, then one that is adjusted. The p value is that of the ratio, else
    that of the one test of the endpoint that is printed.
    """
    spec, evidence = answer.spec, answer.question.evidence_of_arms
    if spec.is_synthesis or spec.hypothetical:
        return None
    study, used, arms = answer.question.study, set(answer.question.entries), set(evidence.arms)
    ratios = [
        c
        for c in study.contrasts
        if c.endpoint == spec.endpoint and c.measure == spec.measure and {c.numerator, c.denominator} == arms
    ]
    if not ratios:
        return None
    chosen = min(ratios, key=lambda c: (reference("contrasts", c) not in used, not c.adjusted))
    value, _, limits = _turned(chosen, evidence.arms[1]).removesuffix(")").partition(" (")
    tests = [printed_p(t) for t in study.tests if t.endpoint == spec.endpoint and t.p]
    p = printed_p(chosen) if chosen.p else tests[0] if len(tests) == 1 else ""
    kind = "adjusted" if chosen.adjusted else "not adjusted"
    return Published(value, "; ".join(x for x in (limits.removeprefix(f"{LEVEL} CI "), kind) if x), p)


def published(answer: Answer) -> list[PublishedRow]:
    """List every printed ratio, test and median of the endpoint that concerns the two arms, study by study."""
    spec, evidence = answer.spec, answer.question.evidence
    if isinstance(evidence, SynthesisEvidence):
        arms = {member.study: member.evidence.arms for member in evidence.members}
        return [
            replace(row, study=title_of(study))
            for study in answer.question.studies
            for row in _published(study, spec.of_study(study.id).endpoint, arms[study.id])
        ]
    if isinstance(evidence, ArmLevelEvidence):
        return []
    return _published(answer.question.study, spec.endpoint, evidence.arms)


def _published(study: Study, endpoint: str, compared: tuple[str, str]) -> list[PublishedRow]:
    arms = set(compared)
    rows = [
        _contrast(c, compared[1])
        for c in study.contrasts
        if c.endpoint == endpoint and {c.numerator, c.denominator} == arms
    ]
    rows += [_test(t) for t in study.tests if t.endpoint == endpoint]
    rows += [_median(m) for m in study.medians if m.endpoint == endpoint and (m.arm is None or m.arm in arms)]
    return rows


def _contrast(entry: ContrastEntry, treatment: str) -> PublishedRow:
    level = f"{as_percent(entry.level)} CI"
    interval = f" ({level} {entry.ci[0]} to {entry.ci[1]})" if entry.ci else ""
    p = f", {printed_p(entry)}" if entry.p else ""
    kind = "adjusted" if entry.adjusted else "not adjusted"
    return PublishedRow(
        f"{MEASURES[entry.measure].capitalize()}, {kind}, {entry.numerator} over {entry.denominator}",
        f"{entry.value or printed_ratio(entry)}{interval}{p}",
        _turned(entry, treatment),
        entry.locator,
    )


def _turned(entry: ContrastEntry, treatment: str) -> str:
    """Write a printed ratio, treatment over control."""
    power = -1 if entry.denominator == treatment else 1
    turned = ratio(math.exp(power * entry.log_ratio))
    if entry.ci:
        low, high = sorted(x.value**power for x in entry.ci)
        turned += f" ({as_percent(entry.level)} CI {span(low, high)})"
    return turned


def _test(entry: TestEntry) -> PublishedRow:
    when = f" at {entry.months} months" if entry.months else ""
    statistic = f"{STATISTICS[entry.test]} = {entry.statistic}" if entry.statistic else ""
    p = printed_p(entry) if entry.p else ""
    return PublishedRow(
        f"{TESTS[entry.test].capitalize()}{when}", ", ".join(x for x in (statistic, p) if x), "", entry.locator
    )


def printed_p(entry: ContrastEntry | TestEntry) -> str:
    """Write a printed p value: ``p = 0.03``."""
    assert entry.p is not None, "asked only of entries that print one"
    return f"p {'' if entry.p.bound else '= '}{entry.p}{' (one-sided)' if entry.sided == 'one' else ''}"


def _median(entry: MedianEntry) -> PublishedRow:
    kinds = {"ci": "confidence interval", "iqr": "interquartile range", "unstated": "not stated what the interval is"}
    interval = f" ({entry.interval[0]} to {entry.interval[1]}; {kinds[entry.interval_kind]})" if entry.interval else ""
    return PublishedRow(f"Median months, {entry.arm or 'all patients'}", f"{entry.months}{interval}", "", entry.locator)


def facts(answer: Answer) -> list[tuple[str, str]]:
    """Terms and their values: what the analysis rests on."""
    return _facts_of_several(answer) if answer.spec.is_synthesis else _facts_of_one(answer)


def _facts_of_one(answer: Answer) -> list[tuple[str, str]]:
    spec, study, evidence = answer.spec, answer.question.study, answer.question.evidence
    left_out = [a.label for a in study.arms if a.id not in evidence.arms]
    control, treatment = (study.arm(role).n for role in ("control", "treatment"))
    found = [
        ("Study", study.citation),
        ("Design", design_words(study)),
        ("Control arm", f"{evidence.labels[0]}{_size(control)}"),
        ("Treatment arm", f"{evidence.labels[1]}{_size(treatment)}"),
        ("Reading", f"{READINGS[spec.reading]}; likelihood: {_likelihood(spec)}"),
    ]
    if left_out:
        found.append(("Arms not used", "; ".join(left_out)))
    if study.enrolment:
        found.append(("Enrolment", " to ".join(study.enrolment)))
    if study.source == "secondary":
        found.append(("Source", f"{SECOND_HAND}: the paper itself was not read"))
    if spec.accepts:
        found.append(("Accepted findings", ", ".join(spec.accepts)))
    return found


def _size(n: int | None) -> str:
    return "" if n is None else f" (n = {n})"


def _facts_of_several(answer: Answer) -> list[tuple[str, str]]:
    spec, studies = answer.spec, answer.question.studies
    likelihoods = dict.fromkeys(
        [spec.likelihood] if spec.model == "arm_level" else [spec.of_study(name).likelihood for name in spec.studies]
    )
    found = [
        ("Studies", listed(title_of(study) for study in studies)),
        ("Structure", STRUCTURES[spec.structure]),
        ("Likelihoods", listed(LEAVES[likelihood].NOUN for likelihood in likelihoods)),
    ]
    if spec.moderator is not None:
        levels = listed((level.replace("_", " ") for level in spec.moderator.levels), "or")
        found.append(("Moderator", f"{spec.moderator.key}: {levels}, against the rest"))
    if spec.accepts:
        found.append(("Accepted findings", ", ".join(spec.accepts)))
    return found


def _likelihood(spec: AnalysisSpec) -> str:
    name = LEAVES[spec.likelihood].NOUN
    if LIKELIHOODS[spec.likelihood].intervals:
        name += ", hazards proportional" if spec.proportional else ", hazards not proportional"
    return name


def address(study: Study) -> str | None:
    """Address of the paper: by its doi, its PubMed number, or the one that its citation gives."""
    if study.doi:
        return f"https://doi.org/{study.doi}"
    if study.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/"
    found = re.search(r"https://[^\s()<>]+", study.citation)
    return found[0].rstrip(".,;") if found else None
