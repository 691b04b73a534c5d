"""One rule for every decision: coherent, monotone, the same on both sides of no effect, and put into words that read well."""

import itertools
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.pages.html import environment
from crlm_bayes.pages.tables.decision import decision_section
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal
from crlm_bayes.prose.absolute import Difference
from crlm_bayes.prose.decision import paragraph, wording
from crlm_bayes.rule import LOWER, SURVIVES, Z, standing
from crlm_bayes.run.one import conclude
from crlm_bayes.scepticism.decision import (
    Decision,
    PriorDecision,
    Readers,
    Sides,
    TurningPoint,
    Verdict,
    decide,
    decision,
    readers,
    turning_point,
    verdict_of,
)
from crlm_bayes.scepticism.panel import examine
from crlm_bayes.words.nouns import vocabulary

PROBABILITIES = {1: 0.99, 0: 0.5, -1: 0.01}
MADE = ("neutral", "sceptical", "enthusiastic", "pessimistic")


def normal(mean: float, sd: float) -> Prior:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def curve(mode: float, width: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - mode) / width) ** 2)


def analysis(endpoint: str = "pfs", better: str = "lower", names: tuple[str, ...] = MADE) -> AnalysisSpec:
    words = {"id": "made", "title": "Made", "question": "?", "studies": ["made2020"], "structure": "single"}
    words |= {"likelihood": "log_ratio", "reading": "contrast", "primary": "sceptical", "effect_priors": names}
    mcid = 0.8 if better == "lower" else 1.25
    return AnalysisSpec.model_validate(words | {"endpoint": endpoint, "measure": "hr", "better": better, "mcid": mcid})


PANEL = {"neutral": normal(0, 0.355), "sceptical": normal(0, 0.205)}
PANEL |= {"enthusiastic": normal(-0.28768, 0.1749), "pessimistic": normal(0.22314, 0.2153)}

triples = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)
"""P(beyond the MCID) <= P(benefit) <= P(no relevant harm), as in every posterior."""


def judged(f: list[float]) -> Verdict:
    return verdict_of(f[0], f[1], 1 - f[2])


# the rule


def test_every_possible_combination_has_a_verdict_and_every_verdict_a_combination() -> None:
    possible = [s for s in itertools.product((-1, 0, 1), repeat=3) if list(s) == sorted(s)]
    found = {verdict_of(*(PROBABILITIES[x] for x in s[:2]), 1 - PROBABILITIES[s[2]]) for s in possible}
    assert found == set(Verdict) and len(possible) == len(Verdict) == 10
    assert all(verdict.sides in possible for verdict in Verdict)


@given(triples)
def test_the_stronger_statement_implies_the_weaker(f: list[float]) -> None:
    mcid, no_effect, harm = judged(f).sides
    assert mcid <= no_effect <= harm


@given(triples, triples)
def test_evidence_for_benefit_never_lowers_a_verdict(f: list[float], g: list[float]) -> None:
    better, worse = [max(x) for x in zip(f, g, strict=True)], [min(x) for x in zip(f, g, strict=True)]
    assert judged(better).rank >= judged(f).rank >= judged(worse).rank


def test_order_of_the_verdicts_extends_that_of_what_they_establish() -> None:
    for a, b in itertools.product(Verdict, repeat=2):
        if a != b and all(x >= y for x, y in zip(a.sides, b.sides, strict=True)):
            assert a.rank > b.rank
    assert [Verdict.WORTHWHILE.rank, Verdict.RELEVANT_HARM.rank] == [9, 0]


@given(triples)
def test_seen_from_the_other_arm_the_verdict_is_its_mirror(f: list[float]) -> None:
    swapped = judged(sorted(1 - x for x in f)).sides
    assert swapped == Sides(*(-x for x in judged(f).sides[::-1]))


def test_thresholds_themselves_establish() -> None:
    assert verdict_of(0.5, SURVIVES, LOWER) is Verdict.BENEFIT
    assert verdict_of(SURVIVES, SURVIVES, LOWER) is Verdict.WORTHWHILE
    assert verdict_of(0.5, 0.97499, LOWER) is Verdict.NOT_HARMFUL
    assert verdict_of(LOWER, LOWER, SURVIVES) is Verdict.RELEVANT_HARM
    assert verdict_of(LOWER, 0.5, LOWER) is Verdict.EQUIVALENT


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.8, 0.8), st.floats(0.01, 0.4), st.floats(0.05, 0.5), st.sampled_from(("lower", "higher")))
def test_moving_a_curve_towards_benefit_never_lowers_a_verdict(
    mode: float, shift: float, width: float, better: str
) -> None:
    spec = analysis(better=better)
    here, there = (decision(curve(spec.sign * x, width), spec, PANEL) for x in (mode, mode - shift))
    assert all(b.verdict.rank >= a.verdict.rank for a, b in zip(here.under, there.under, strict=True))


# on curves


@pytest.mark.parametrize("mode", [-0.4, 0.1, 0.35])
def test_benefit_lies_on_the_side_that_the_analysis_says(mode: float) -> None:
    lower = decision(curve(mode, 0.15), analysis(), PANEL)
    higher = decision(curve(-mode, 0.15), analysis(better="higher"), PANEL)
    for a, b in zip(lower.under, higher.under, strict=True):
        assert a.verdict == b.verdict
        assert [a.p_benefit, a.p_worthwhile, a.p_equivalent, a.p_harm] == pytest.approx(
            [b.p_benefit, b.p_worthwhile, b.p_equivalent, b.p_harm], abs=1e-8
        )


def test_three_probabilities_make_a_whole_and_agree_with_the_panel(
    bundled: dict[str, AnalysisSpec], priors: dict[str, Prior], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    for name, spec in bundled.items():
        panel = examine(curve_of(name), spec, priors).panel
        for row, v in zip(decide(panel), panel, strict=True):
            assert row.p_worthwhile + row.p_equivalent + row.p_harm == pytest.approx(1, abs=1e-12)
            assert (row.verdict.sides.no_effect == 1) == v.survives
            assert {1: "survives", 0: "open", -1: "harm"}[row.verdict.sides.no_effect] == standing(v.p_benefit)


def test_bundled_analysis(
    analyses: dict[str, AnalysisSpec], priors: dict[str, Prior], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    made = decision(curve_of("pfs_chen2025_landmark"), analyses["pfs_chen2025_landmark"], priors)
    verdicts = {row.prior: row.verdict for row in made.under}
    assert made.verdict is Verdict.BENEFIT and not made.unanimous
    assert verdicts["strongly_sceptical"] is verdicts["pessimistic"] is Verdict.NOT_HARMFUL
    assert made.readers == Readers("neutral", "sceptical", "enthusiastic")
    assert made.turning is not None and made.turning.side == 1 and 0.75 < made.turning.weight < 0.85


@pytest.mark.parametrize(("mode", "width", "sd"), [(-0.3, 0.13, 0.205), (-0.2, 0.15, 0.205), (0.5, 0.15, 0.3)])
def test_turning_point_is_that_of_the_normal_formula(mode: float, width: float, sd: float) -> None:
    # z(w) = |w y / σ²| / √(w / σ² + 1 / τ²) = z_0.975, a quadratic in w
    a, b, c = (mode / width**2) ** 2, -((Z / width) ** 2), -((Z / sd) ** 2)
    expected = (-b + math.sqrt(b**2 - 4 * a * c)) / (2 * a)
    for sign in (1, -1):
        found = turning_point(curve(mode, width), sign, normal(0, sd))
        assert found is not None and found.weight == pytest.approx(expected, rel=1e-4)
        assert found.side == (1 if sign * mode < 0 else -1)


def test_no_turning_point_where_nothing_turns() -> None:
    assert turning_point(curve(0.0, 0.3), 1, normal(0, 0.2)) is None
    assert turning_point(curve(-3.0, 0.1), 1, normal(-3.0, 0.5)) is None


def test_readers_by_name_and_by_what_priors_hold() -> None:
    assert readers(analysis(), PANEL) == Readers("neutral", "sceptical", "enthusiastic")
    other = {"sceptical": normal(0, 0.2), "wide": normal(0, 1), "hopeful": normal(-0.3, 0.2), "dark": normal(0.3, 0.2)}
    assert readers(analysis(names=tuple(other)), other) == Readers("wide", "sceptical", "hopeful")
    assert readers(analysis(names=("sceptical",)), other) == Readers(None, "sceptical", None)
    named = {"a": normal(0, 0.2), "b": normal(0, 1)}
    spec = analysis().model_copy(update={"effect_priors": ("a", "b"), "primary": "a"})
    assert readers(spec, named) == Readers("b", "a", None)
    assert readers(spec, named | {"b": normal(0.5, 0.2)}) == Readers(None, "a", None)


# words


def made(verdicts: list[Verdict], turning: TurningPoint | None = None) -> Decision:
    """A decision with one verdict for each prior of MADE."""
    rows = []
    for name, verdict in zip(MADE, verdicts, strict=False):
        mcid, no_effect, harm = (PROBABILITIES[s] for s in verdict.sides)
        rows.append(PriorDecision(name, no_effect, mcid, harm - mcid, 1 - harm, verdict))
    names = [row.prior for row in rows]
    roles = [name if name in names else None for name in MADE[:3]]
    return Decision("sceptical", tuple(rows), Readers(*roles), turning)


def difference(x: float, low: float, high: float, months: str = "36") -> Difference:
    return Difference(months, True, EstimateRow(x, low, high, *[None] * 6), None)


def test_paragraph_of_a_benefit() -> None:
    verdicts = [Verdict.BENEFIT, Verdict.BENEFIT, Verdict.WORTHWHILE, Verdict.NOT_HARMFUL]
    assert paragraph(made(verdicts, TurningPoint(0.8141, 1)), analysis(), difference(0.0974, 0.0102, 0.1798)) == [
        "The probability of a benefit is 0.990 for a neutral reader, 0.990 for a sceptic and 0.990 for an enthusiast: "
        "a benefit is established for all three.",
        "Under the primary, sceptical prior the probability of a worthwhile benefit (hazard ratio 0.80 or lower) is 0.500, that of a "
        "relevant harm (1.25 or higher) is 0.010; over all priors the first runs from 0.500 to 0.990, the second is 0.010 throughout.",
        "Of 1,000 patients, 97 more would be progression-free at 36 months with the treatment than without (95% interval 10 to 180 more).",
        "The verdict under that prior is “benefit established, size open”; it becomes “worthwhile benefit established” under the "
        "enthusiastic prior and “relevant harm excluded, benefit open” under the pessimistic prior.",
        "With less than 81% of this evidence a benefit would no longer be established under that prior.",
    ]


def test_paragraph_of_an_open_question() -> None:
    said = paragraph(made([Verdict.OPEN] * 4, TurningPoint(1.834, 1)), analysis(), difference(0.054, -0.024, 0.13))
    assert said[0].endswith(": neither it nor harm is established for any of them.")
    assert "54 more would be progression-free" in said[2] and said[2].endswith("(95% interval 24 fewer to 130 more).")
    assert said[3:] == [
        "The verdict under that prior is “open”, and no other prior changes it.",
        "It would take 1.83 times as much evidence that says the same to establish a benefit under that prior.",
    ]
    assert paragraph(made([Verdict.OPEN] * 4), analysis())[-1] == (
        "Even 20 times as much evidence that says the same would establish neither a benefit nor harm under that prior."
    )


def test_paragraph_of_readers_who_part() -> None:
    mixed = made([Verdict.BENEFIT, Verdict.OPEN, Verdict.HARM], TurningPoint(2.0, -1))
    assert paragraph(mixed, analysis())[0].endswith(
        ": a benefit is established for the neutral reader, but not for the sceptic; harm is established for the enthusiast."
    )
    assert paragraph(mixed, analysis())[-1].endswith("to establish harm under that prior.")


def test_safety_speaks_of_risk() -> None:
    spec = analysis("ae:hypertension")
    for verdict in Verdict:
        text = " ".join(paragraph(made([verdict] * 4, TurningPoint(1.5, -1)), spec, difference(0.01, 0, 0.02, "")))
        assert "benefit" not in text and "worthwhile" not in text and "would have hypertension" in text
    words = [wording(v, vocabulary(spec)) for v in Verdict]
    assert words == [
        "much lower risk established",
        "lower risk established, size open",
        "lower risk established, but small",
        "relevant harm excluded, lower risk open",
        "equivalent",
        "open",
        "much lower risk excluded, harm open",
        "higher risk established, but small",
        "higher risk established, size open",
        "relevant harm established",
    ]


@pytest.mark.parametrize("endpoint", ["pfs", "ae:hypertension"])
def test_every_pattern_reads_well(endpoint: str) -> None:
    absolutes = itertools.cycle(
        [None, difference(0.05, -0.01, 0.1), difference(-0.05, -0.1, -0.0002), difference(0, 0, 0)]
    )
    less = itertools.cycle([None, TurningPoint(0.9996, 1), TurningPoint(0.06, -1), TurningPoint(0.984, 1)])
    more = itertools.cycle([None, TurningPoint(1.0004, -1), TurningPoint(12.0, 1), TurningPoint(1.096, -1)])
    for size in (2, 3, 4):
        for verdicts in itertools.product(Verdict, repeat=size):
            turning = next(less if verdicts[1].sides.no_effect else more)
            said = paragraph(made(list(verdicts), turning), analysis(endpoint), next(absolutes))
            assert 4 <= len(said) <= 5
            for sentence in said:
                assert re.match(r"[A-Z]", sentence) and sentence.endswith(".") and not re.search(r"\. [A-Z]", sentence)
                assert not re.search(r"  | ,| ;|\(\)|nan|None|\{|\}|<|>|−|100%", sentence), sentence
                assert not re.search(r"signific|posterior|likelihood| a [aeio]| an [^aeiou]|\b1\.00 times", sentence), (
                    sentence
                )
                assert sentence.count("(") == sentence.count(")") and sentence.count("“") == sentence.count("”")


def test_no_number_of_the_paragraph_crosses_the_threshold_by_rounding() -> None:
    row = replace(made([Verdict.OPEN] * 2).under[1], p_benefit=0.97496)
    text = paragraph(
        Decision("sceptical", (row,), Readers(None, "sceptical", None), TurningPoint(1.001, 1)), analysis()
    )
    assert "0.97496 for a sceptic: neither it nor harm is established." in text[0]


# on the page


def test_section_of_every_bundled_analysis(root: Path) -> None:
    template = environment().from_string(
        '{% import "macros.html.jinja" as m with context %}{% include "parts/decision.html.jinja" %}'
    )
    names = ("pfs_chen2025_landmark", "hypertension_yan2025_counts", "orr_chen2025_counts")
    for question in read_questions(root / "data" / "published", root / "models", names):
        result = conclude(Answer(question), {}, {}, {})
        section = decision_section(result)
        assert len(section.rule) == 10 and len(section.rows) == len(question.spec.effect_priors)
        assert all(np.sum(row.bar) == pytest.approx(1) for row in section.rows)
        assert [row.prior for row in section.rows if row.primary] == [question.spec.primary]
        html = template.render(
            spec=question.spec, words=vocabulary(question.spec), threshold=lambda x: f"{x:.2f}", decided=section
        )
        assert html.count('role="img"') == len(section.rows) and all(s in html for s in section.paragraph)
        assert html.count("<section") == html.count("</section>") == 1 and html.count("<p") == html.count("</p>")
