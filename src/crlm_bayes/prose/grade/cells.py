"""The cells of a summary of findings as text, the same on the page and in a word processor; notes are numbered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crlm_bayes.answers.summary import OnRisk, Outcome
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.documents.judgements import Judgement
from crlm_bayes.documents.study import Study, said_to_be, title_of
from crlm_bayes.prose.grade.doubts import Doubt, designs, doubts, has_cut, regions
from crlm_bayes.prose.grade.notes import (
    NOT_JUDGED,
    OF_ABSOLUTE,
    OF_CLAIM,
    OF_DOUBTS,
    OF_PARTS,
    OF_PATIENTS,
    OF_SAID,
    OF_SINGLE,
    STARS,
    UNJUDGED,
    Notes,
)
from crlm_bayes.prose.index import subtitle
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.words.nouns import (
    EVENT_FREE,
    SIGNS,
    Vocabulary,
    capital,
    endpoint_noun,
    listed,
    prior_name,
    vocabulary,
)
from crlm_bayes.words.numbers import count, estimate, number, probability, signed, threshold


class Part(NamedTuple):
    """One region of the ratio, its cut in words, and its probability."""

    label: str
    cut: str
    share: float
    p: str


@dataclass(frozen=True)
class Cells:
    """One row; `..._notes` are numbers of notes."""

    analysis: str
    outcome: str
    question: str
    how: str
    designs: str
    designs_notes: tuple[int, ...]
    patients: str
    patients_notes: tuple[int, ...]
    control: str
    treated: str
    proportion: str
    whose: str
    absolute: str
    absolute_notes: tuple[int, ...]
    measure: str
    relative: str
    parts: tuple[Part, ...]
    p_claim: str
    p: str
    prior: str
    mark: str
    sign: str
    verdict: str
    doubts: tuple[Doubt, ...]
    stars: str
    certainty: str
    certainty_notes: tuple[int, ...]
    failed: bool


class Group(NamedTuple):
    """Rows that ask for benefits, or for harms."""

    heading: str
    rows: tuple[Cells, ...]


class Summary(NamedTuple):
    """All that a summary of findings says."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    heads: Mapping[str, int]
    abbreviations: tuple[tuple[str, str], ...]


def summary(outcomes: Sequence[Outcome]) -> Summary:
    """Write the cells of all outcomes, grouped by what they ask."""
    notes = Notes()
    said = {"patients": OF_PATIENTS, "parts": OF_PARTS, "claim": OF_CLAIM, "doubts": OF_DOUBTS}
    heads = {head: notes.number(text) for head, text in said.items()}
    sides = {"Benefits": "benefit", "Harms": "harm"}
    found = {
        head: tuple(_cells(one, notes) for one in outcomes if one.row.asks == asks) for head, asks in sides.items()
    }
    groups = tuple(Group(head, rows) for head, rows in found.items() if rows)
    return Summary(groups, tuple(notes), heads, _abbreviations(outcomes))


def _cells(outcome: Outcome, notes: Notes) -> Cells:
    row, words = outcome.row, vocabulary(outcome.row)
    said = (notes.number(OF_SAID),) if any(said_to_be(s) for s in outcome.studies) else ()
    patients, lacking = _patients(outcome.studies, notes)
    chief = _chief(outcome)
    control, treated, proportion, whose = ("", "", "", "") if chief is None else _risk(chief, outcome)
    absolute, absolute_notes = _absolute(outcome, chief, notes)
    stars, certainty, judged = _certainty(outcome.judged, notes)
    return Cells(
        analysis=str(row.analysis),
        outcome=capital(endpoint_noun(outcome.endpoint)),
        question=outcome.question,
        how=subtitle(str(row.title)),
        designs=designs(outcome.studies),
        designs_notes=said,
        patients=patients,
        patients_notes=lacking,
        control=control,
        treated=treated,
        proportion=proportion,
        whose=whose,
        absolute=absolute,
        absolute_notes=absolute_notes,
        measure=capital(words.measure),
        relative=estimate(float(row.median), float(row.eti95_lower), float(row.eti95_upper)),
        parts=tuple(_parts(outcome, words)),
        p_claim=words.p_claim,
        p=words.chance(float(row.p_benefit)),
        prior=prior_name(str(row.prior)),
        mark=str(row.mark),
        sign=SIGNS[str(row.mark)],
        verdict=word_of(str(row.mark), words),
        doubts=tuple(doubts(outcome)),
        stars=stars,
        certainty=certainty,
        certainty_notes=judged,
        failed=not row.gate_passed,
    )


def _patients(studies: Sequence[Study], notes: Notes) -> tuple[str, tuple[int, ...]]:
    """Sum the patients of the compared arms where they are printed, and say of whom they are not."""
    total, whole, lacking = 0, [], []
    for study in studies:
        arms = [arm for arm in study.arms if arm.role != "other"]
        sizes = [arm.n for arm in arms if arm.n is not None]
        if len({arm.role for arm in arms}) == 2 and len(sizes) == len(arms):
            total += sum(sizes)
        elif study.patients is not None:
            total += study.patients
            whole.append(title_of(study))
        else:
            lacking.append(title_of(study))
    said = [notes.number(f"Not printed: patients of {listed(lacking)}.")] if lacking else []
    said += [notes.number(f"All patients of {listed(whole)}, not those of two arms.")] if whole else []
    if not total:
        return "not printed", tuple(said)
    return f"{'at least ' if lacking else ''}{count(total)}", tuple(said)


def _chief(outcome: Outcome) -> OnRisk | None:
    """On the control risk of the first study that prints one; of one study, at its last time."""
    if not outcome.risks:
        return None
    return outcome.risks[0] if outcome.several else outcome.risks[-1]


def _decimals(risk: OnRisk) -> int:
    """A rare event, or one that nearly all have, has a decimal."""
    p = risk.control.median or 0.0
    return 0 if 0.01 <= p <= 0.99 else 1


def _risk(risk: OnRisk, outcome: Outcome) -> tuple[str, str, str, str]:
    """Write both proportions of 1,000, what they are of, and whose the control risk is."""
    d = _decimals(risk)

    def of(x: float | None) -> str:
        return number(None if x is None else 1000 * x, d)

    treated = estimate(risk.treatment.median, risk.treatment.lower, risk.treatment.upper, of)
    whose = "estimated" if risk.study is None else f"as {title_of(risk.study)} prints"
    return of(risk.control.median), treated, _proportion(risk, outcome), whose


def _proportion(risk: OnRisk, outcome: Outcome) -> str:
    """Say what a proportion is of: ``alive at 36 months``, ``complications``."""
    if not risk.months:
        return endpoint_noun(outcome.endpoint)
    return f"{EVENT_FREE.get(str(outcome.row.endpoint), 'free of the event')} at {risk.months} months"


def _absolute(outcome: Outcome, chief: OnRisk | None, notes: Notes) -> tuple[str, tuple[int, ...]]:
    if chief is None:
        return "not shown", (notes.number(_why_none(outcome)),)
    d = _decimals(chief)

    def of(x: float | None) -> str:
        return signed(None if x is None else 1000 * x, d)

    e = chief.difference
    said = [notes.number(OF_ABSOLUTE if chief.study else OF_SINGLE)]
    others = [one for one in outcome.risks if one is not chief and one.study]
    if others:
        each = "; ".join(_other(one, outcome) for one in others)
        said.append(notes.number(f"{capital(endpoint_noun(outcome.endpoint))} on other printed control risks: {each}."))
    return estimate(e.median, e.lower, e.upper, of), tuple(said)


def _other(risk: OnRisk, outcome: Outcome) -> str:
    control, _, _, _ = _risk(risk, outcome)
    d = _decimals(risk)

    def of(x: float | None) -> str:
        return signed(None if x is None else 1000 * x, d)

    at = f" at {risk.months} months" if risk.months else ""
    whose = title_of(risk.study) if risk.study else ""
    e = risk.difference
    return f"{whose} ({control} of 1,000{at}) {estimate(e.median, e.lower, e.upper, of)}"


def _why_none(outcome: Outcome) -> str:
    known = LIKELIHOODS.get(outcome.row.likelihood)
    if not outcome.several and not outcome.sampled and known is not None and known.baseline is not None:
        return "The absolute effect of one study is read off its posterior, and none was sampled."
    return "No absolute effect: no risk of a control arm is printed that a ratio could be put on."


def _parts(outcome: Outcome, words: Vocabulary) -> list[Part]:
    """Part the probability by the regions of the ratio, what is asked for first."""
    row, better = outcome.row, outcome.row.better
    p = float(row.p_benefit)
    if has_cut(outcome):
        worth, harm = float(row.p_mcid), float(row.p_harm)
        shares = [worth, p - worth, 1 - p - harm, harm]
        cut, inverse = threshold(float(row.mcid)), threshold(1 / float(row.mcid))
        if better == "lower":
            cuts = [f"≤ {cut}", f"{cut} to 1", f"1 to {inverse}", f"≥ {inverse}"]
        else:
            cuts = [f"≥ {cut}", f"1 to {cut}", f"{inverse} to 1", f"≤ {inverse}"]
    else:
        shares = [p, 1 - p]
        cuts = ["< 1", "> 1"] if better == "lower" else ["> 1", "< 1"]
    clipped = [max(share, 0.0) for share in shares]
    found = [Part(*part, probability(part[2])) for part in zip(regions(outcome), cuts, clipped, strict=True)]
    return found[::-1] if words.harmful else found


def _certainty(judged: Judgement | None, notes: Notes) -> tuple[str, str, tuple[int, ...]]:
    if judged is None:
        return "", NOT_JUDGED, (notes.number(UNJUDGED),)
    said = [f"{name.replace('_', ' ')} {concern.level} ({concern.reason})" for name, concern in judged.concerns.items()]
    because = f": {judged.reason}" if judged.reason else ""
    whole = f"Judged {judged.certainty} by the user{because}{'. ' if said else ''}{capital('; '.join(said))}".rstrip(
        "."
    )
    return STARS[judged.certainty], judged.certainty, (notes.number(f"{whole}."),)


def _abbreviations(outcomes: Sequence[Outcome]) -> tuple[tuple[str, str], ...]:
    found = {"P": "posterior probability", "τ": "standard deviation of the log ratio between studies"}
    if not any(one.tau for one in outcomes):
        del found["τ"]
    signs: dict[str, dict[str, None]] = {}
    for one in outcomes:
        signs.setdefault(SIGNS[str(one.row.mark)], {})[word_of(str(one.row.mark), vocabulary(one.row))] = None
    return (*found.items(), *((sign, listed(words, "or")) for sign, words in signs.items()))
