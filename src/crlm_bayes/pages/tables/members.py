"""The studies of a synthesis as text: what each is, what was taken of it, and what it says beside the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crlm_bayes.answers.answer import Answer
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study, design_words, title_of
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.evidence.values import ArmLevelEvidence, RatioEvidence, StudyEvidence, SynthesisEvidence
from crlm_bayes.exact.synthesis.pooled import Effect
from crlm_bayes.pages.tables.sources import address
from crlm_bayes.prose.limits import SECOND_HAND
from crlm_bayes.prose.several.hierarchy import apart_words, weight_words
from crlm_bayes.words.nouns import READINGS, capital, counted, endpoint_noun
from crlm_bayes.words.numbers import ABSENT, number, percent, ratio_of, ratio_span, short

PRIOR: Final = "prior"
"""Name of the weight that belongs to the prior of the pooled effect."""

SOURCES: Final = {"primary": "paper or abstract", "secondary": SECOND_HAND}

CONVERTED: Final = ("contrasts", "tests")
"""Tables whose rows are converted before a likelihood takes them."""


@dataclass(frozen=True)
class StudyRow:
    """What one study is.

    Attributes
    ----------
    anchor : str
        Its place on the page of the audit.
    concern : str
        What speaks for or against it, by design, source and audit: no formal assessment.
    """

    name: str
    year: str
    link: str | None
    anchor: str
    design: str
    randomised: bool
    timing: str
    resectability: str
    n: str
    source: str
    relevance: str
    concern: str
    serious: int


@dataclass(frozen=True)
class EffectRow:
    """What one study says by itself and beside the others; ratios, treatment over control.

    Attributes
    ----------
    taken : str
        The reading; the endpoint where it is not that of the analysis.
    conversion : str
        How print became numbers where that takes more than reading them.
    counted : str
        Its weight as evidence, and whether it may be biased.
    weight : str
        Its share in the pooled mean.
    """

    name: str
    taken: str
    conversion: str
    counted: str
    raw: str
    raw_limits: str
    effect: str
    effect_limits: str
    weight: str


def study_rows(answer: Answer) -> list[StudyRow]:
    """Describe every study, in the order of the analysis."""
    rows = []
    for name, audit in answer.question.audits.items():
        study = audit.study
        serious = sum(f.severity == "serious" for f in audit.findings)
        mine = [row.entry for row in answer.question.evidence.rows if row.study == name]
        touched = sum(f.severity == "serious" for f in audit.about(mine))
        rows.append(
            StudyRow(
                title_of(study),
                str(study.year or ABSENT),
                address(study),
                f"audit-{name}",
                capital(design_words(study)),
                study.design == "rct",
                study.timing,
                study.resectability.replace("_", " "),
                ABSENT if study.patients is None else number(study.patients, 0),
                SOURCES[study.source],
                study.relevance or "not stated",
                _concern(study, serious, touched),
                serious,
            )
        )
    return rows


def _concern(study: Study, serious: int, touched: int) -> str:
    """What the record holds for or against a study."""
    said = ["randomised" if study.design == "rct" else "not randomised: confounding possible"]
    if study.source == "secondary":
        said.append(f"known only through {SECOND_HAND}")
    if study.relevance == "doubtful":
        said.append("the study itself is doubtful")
    if touched:
        said.append(f"{counted(touched, 'serious audit finding')} about numbers taken here")
    elif serious:
        said.append(f"{counted(serious, 'serious audit finding')}, about other numbers")
    else:
        said.append("no serious audit finding")
    return "; ".join(said)


def effect_rows(answer: Answer) -> list[EffectRow]:
    """Say what each study contributes, and the prior last; effects and weights only where studies are pooled by effect."""
    evidence = answer.question.evidence
    titles = {study.id: title_of(study) for study in answer.question.studies}
    if isinstance(evidence, ArmLevelEvidence):
        return [_of_arms(name, titles[name], evidence, answer.spec) for name in titles]
    assert isinstance(evidence, SynthesisEvidence), "asked only of analyses of several studies"
    pooled = answer.pooled
    weights = {weight.name: percent(weight.share) for weight in pooled.weights}
    effects: Mapping[str, Effect] = {effect.name: effect for effect in pooled.effects}
    rows = [
        _of_member(member, titles[member.study], effects[member.study], weights[member.study], answer.spec)
        for member in evidence.members
    ]
    prior = EffectRow(f"the {answer.spec.primary.replace('_', ' ')} prior", "", "", "", "", "", "", "", weights[PRIOR])
    return [*rows, prior]


def _of_member(member: StudyEvidence, title: str, effect: Effect, weight: str, spec: AnalysisSpec) -> EffectRow:
    own = spec.of_study(member.study)
    raw, limits = _raw(member, effect)
    shrunken = effect.estimated if spec.structure == "meta_regression" else effect.effect
    return EffectRow(
        title,
        _taken(own, spec),
        "; ".join(_conversions(member.evidence.rows)),
        _counted(member, spec),
        raw,
        limits,
        ratio_of(shrunken.median),
        ratio_span(shrunken.interval),
        weight,
    )


def _taken(own: AnalysisSpec, spec: AnalysisSpec) -> str:
    text = READINGS[own.reading]
    return text if own.endpoint == spec.endpoint else f"{text}, of {endpoint_noun(own.endpoint)}"


def _conversions(rows: tuple[PrintedRow, ...]) -> list[str]:
    """How ratios and tests became a log ratio; and numbers at risk that the analysis states."""
    found = [f"{row.printed}: {row.used} ({row.how})" for row in rows if row.table in CONVERTED]
    return found or list(dict.fromkeys(row.how for row in rows if row.how.startswith("effective")))


def _counted(member: StudyEvidence, spec: AnalysisSpec) -> str:
    weight = weight_words("learnt" if member.learnt else member.discount)
    return f"{weight}; {apart_words(spec)}" if member.shifted else weight


def _raw(member: StudyEvidence, effect: Effect) -> tuple[str, str]:
    """The study's own estimate with its limits; the size alone where its direction is not printed."""
    evidence = member.evidence
    if isinstance(evidence, RatioEvidence) and evidence.direction == "unknown":
        return f"{ratio_of(-evidence.log_ratio)} or {ratio_of(evidence.log_ratio)}", "direction not printed"
    if effect.estimate is None or effect.limits is None:
        return ABSENT, "no estimate by itself"
    return ratio_of(effect.estimate), ratio_span(effect.limits)


def _of_arms(name: str, title: str, evidence: ArmLevelEvidence, spec: AnalysisSpec) -> EffectRow:
    arms = [
        f"{arm.label} ({'with' if arm.treated else 'without'} the treatment): {short(arm.events, 4)} of {short(arm.n, 4)}"
        for arm in evidence.compared
        if arm.study == name
    ]
    taken = READINGS[spec.of_study(name).reading]
    return EffectRow(title, taken, "; ".join(arms), "arm by arm", ABSENT, "", ABSENT, "", ABSENT)
