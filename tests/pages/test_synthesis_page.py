"""The page of a synthesis: its numbers are those of the engine, doubts are answered, and what cannot be shown is said."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crlm_bayes.answers.absolute import carried
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.result import Result
from crlm_bayes.answers.several.variants import Variants
from crlm_bayes.answers.synthesis_rows import carried_rows
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.commands.fit import print_verdicts
from crlm_bayes.commands.list import catalogue, print_catalogue
from crlm_bayes.commands.sceptic import print_scepticism, sceptic_rows
from crlm_bayes.commands.show import print_question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.assemble import assemble
from crlm_bayes.exact.synthesis.members import Structure
from crlm_bayes.exact.synthesis.synthesis import synthesise
from crlm_bayes.likelihoods.studies.exact import members_of
from crlm_bayes.pages.checklist import checklist
from crlm_bayes.pages.markdown import verdict_table
from crlm_bayes.pages.pages import analysis_page, index_page
from crlm_bayes.pages.tables.absolute import absolute_rows
from crlm_bayes.pages.tables.members import effect_rows, study_rows
from crlm_bayes.pages.tables.overview import overview
from crlm_bayes.priors.density import Prior
from crlm_bayes.prose.absolute import absolute, chief
from crlm_bayes.prose.index import sentences_of_answers, sentences_of_index
from crlm_bayes.prose.limits import limits_of
from crlm_bayes.prose.several.pooled import holds, scatter, studies_in_words
from crlm_bayes.run.index import studies_used, verdicts
from crlm_bayes.run.one import conclude
from crlm_bayes.words.numbers import number, percent, probability, ratio, span
from makers.pages import SVG, Document, assert_sound

TWO = ("sceptical", "neutral")
RECORD = {
    "analysis": "made",
    "started": "2026-01-01T00:00:00",
    "versions": {"crlm_bayes": "0.0"},
    "settings": {"draws": 100},
    "digests": {"spec": "ab"},
}
NORMAL = {"dist": "normal", "mean": 0.0, "sd": 0.15, "rationale": "test"}
SPREAD = {"dist": "half_normal", "sd": 0.25, "rationale": "test"}
STRUCTURES: Mapping[str, dict[str, Any]] = {
    "common": {},
    "random": {"heterogeneity": SPREAD},
    "bias_adjusted": {"heterogeneity": SPREAD, "bias_mean": NORMAL, "bias_spread": SPREAD},
    "meta_regression": {"heterogeneity": SPREAD, "moderator": NORMAL},
}


def hazards(id: str, ratio: str, low: str, high: str, design: str = "rct", **more: Any) -> Study:
    """An invented study that prints a hazard ratio and one landmark of its control arm."""
    arms = [
        {"id": "control", "role": "control", "label": "Control", "n": 1000},
        {"id": "drug", "role": "treatment", "label": "Drug", "n": 1000},
    ]
    contrast = {"endpoint": "os", "measure": "hr", "value": ratio, "ci": [low, high], "level": 0.95}
    contrast |= {"numerator": "drug", "denominator": "control", "adjusted": False, "locator": "made"}
    landmark = {"endpoint": "os", "arm": "control", "months": "24", "percent": "50.0", "locator": "made"}
    head = {"id": id, "citation": "Made & told <for> a test", "year": int(id[-4:]), "design": design}
    head |= {
        "timing": "adjuvant",
        "resectability": "resected",
        "source": "primary",
        "relevance": "direct",
        "arms": arms,
    }
    return Study.model_validate(head | {"contrasts": [contrast], "survival": [landmark]} | more)


STUDIES = (
    hazards("alpha2019", "0.70", "0.50", "0.98"),
    hazards("beta2021", "0.60", "0.45", "0.80", "cohort", timing="neoadjuvant"),
    hazards("gamma2017", "0.95", "0.75", "1.20"),
    hazards("delta2015", "0.80", "0.70", "0.91", relevance="indirect", source="secondary"),
)
HALF = {"delta2015": {"discount": 0.5}}


def made(
    structure: str,
    priors: Mapping[str, Prior],
    studies: tuple[Study, ...] = STUDIES,
    per_study: Mapping[str, Any] = HALF,
    **more: Any,
) -> Result:
    """Synthesise invented studies."""
    document: dict[str, Any] = {
        "id": "made", "title": "Survival, synthesis: made", "question": "Does <it> help?", "endpoint": "os", "measure": "hr",
        "better": "lower", "studies": [s.id for s in studies], "likelihood": "log_ratio", "reading": "contrast",
        "structure": structure, "effect_priors": TWO, "primary": "sceptical", "mcid": 0.8, "priors": STRUCTURES[structure],
        "per_study": {name: own for name, own in per_study.items() if name in [s.id for s in studies]},
    }  # fmt: skip
    if structure == "meta_regression":
        document["moderator"] = {"key": "timing", "levels": ["neoadjuvant"]}
    spec = AnalysisSpec.model_validate(document | more)
    by_id = {study.id: study for study in studies}
    named = {name: priors[name] for name in TWO}
    question = Question(spec, audit_studies(by_id), assemble(spec, by_id), named)
    return conclude(Answer(question), {}, {}, dict(RECORD))


@pytest.fixture(scope="module")
def of(priors: dict[str, Prior]) -> Callable[[str], Result]:
    """Invented syntheses by structure."""
    return cache(lambda structure: made(structure, priors))


@pytest.fixture(scope="module")
def variants_of(of: Callable[[str], Result]) -> Callable[[str], Variants]:
    return cache(lambda structure: of(structure).variants)


@pytest.fixture(scope="module")
def page_of(of: Callable[[str], Result]) -> Callable[[str], str]:
    return cache(lambda structure: analysis_page(of(structure), {"forest_plot": SVG, "panel": SVG}))


@pytest.fixture(scope="module")
def bundled(root: Path) -> Callable[[str], Result]:
    """Bundled analyses, under two priors."""

    @cache
    def find(name: str) -> Result:
        (question,) = read_questions(root / "data" / "published", root / "models", [name])
        spec = question.spec.model_copy(update={"effect_priors": TWO})
        named = {prior: question.priors[prior] for prior in TWO}
        return conclude(Answer(replace(question, spec=spec, priors=named)), {}, {}, dict(RECORD))

    return find


@pytest.fixture(scope="module")
def seeds_page(seeds: Result) -> str:
    return analysis_page(seeds, {})


@pytest.fixture(scope="module")
def seeds(bundled: Callable[[str], Result]) -> Result:
    return bundled("pfs_seeds")


def p_benefit(result: Result, structure: Structure, **changes: Any) -> float:
    """P(benefit) under the primary prior of the same evidence in another structure."""
    members = [replace(m, **changes) for m in members_of(result.question.evidence, result.spec)]  # type: ignore[arg-type]
    prior = result.spec.effect_prior(result.question.priors["sceptical"])
    return float(synthesise(members, structure).curve.apply(prior).p_below(0.0))


# the page


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_structure_has_a_sound_page(structure: str, page_of: Callable[[str], str]) -> None:
    html = page_of(structure)
    document = assert_sound(html)
    assert all("scope" in found for tag, found in document.tags if tag == "th")
    assert sum(tag == "table" for tag, _ in document.tags) == sum(tag == "caption" for tag, _ in document.tags)
    assert "Does <it> help?" in document.words and "<it>" not in html
    assert "no figure" not in document.words


@pytest.mark.parametrize("name", ["pfs_seeds", "orr_arm_level"])
def test_bundled_analyses_of_several_studies_have_a_sound_page(
    name: str, bundled: Callable[[str], Result], seeds_page: str
) -> None:
    words = assert_sound(seeds_page if name == "pfs_seeds" else analysis_page(bundled(name), {})).words
    apart = "the spread that is estimated is between arms, not between studies" in words
    assert apart == (name == "orr_arm_level")
    assert "no formal assessment of the risk of bias" in words
    line = "numbers taken here (Yan 2025)"
    assert (line in words) == (name != "orr_arm_level")
    rule = words.index("The rule.")
    assert name == "orr_arm_level" or words.index("randomised") < words.index(line) < rule < words.index(
        "taken together"
    )


def test_the_numbers_of_the_page_are_those_of_the_engine(seeds: Result, seeds_page: str) -> None:
    document, pooled = Document(seeds_page), seeds.pooled
    assert pooled.tau is not None
    for shown in (
        f"{ratio(math.exp(pooled.mu.median))} {span(*map(math.exp, pooled.mu.interval))} More per 1,000 progression-free at 36 months",
        f"P(benefit) — {probability(pooled.mu.p_below(0.0))} P(worthwhile): 0.80 or lower",
        f"standard deviation τ of {number(pooled.tau.median)} (95% interval {span(*pooled.tau.interval, write=number)})",
        f"is predicted to be {ratio(math.exp(pooled.predictive.median))} (95% prediction interval {span(*map(math.exp, pooled.predictive.interval))})",
    ):
        assert shown in document.words
    weights = {weight.name: percent(weight.share) for weight in pooled.weights}
    for title, effect in zip(("Chen 2025", "Yan 2025"), pooled.effects, strict=True):
        (row,) = [row for row in document.cells(title) if len(row) == 6]
        assert effect.estimate is not None and effect.limits is not None
        assert row[3] == f"{ratio(math.exp(effect.estimate))} {span(*map(math.exp, effect.limits))}"
        assert row[4] == f"{ratio(math.exp(effect.effect.median))} {span(*map(math.exp, effect.effect.interval))}"
        assert row[5] == weights[effect.name]
    assert document.cells("the sceptical prior")[0][-1] == weights["prior"]


def test_every_row_and_every_printed_result_is_shown(seeds: Result, seeds_page: str) -> None:
    words = Document(seeds_page).words
    for row in seeds.question.evidence.rows:
        assert all(text in words for text in (row.printed, row.locator, row.used, row.how))
    assert "1.324" in words and "Complete follow-up" not in words and "complete follow-up to 36 months" in words


# answers to doubts


def test_the_studies_are_named_by_design_with_their_patients(of: Callable[[str], Result]) -> None:
    assert studies_in_words(of("random")) == (
        "Three randomised trials (Alpha 2019, Gamma 2017 and Delta 2015; 6,000 patients) and one study that was not "
        "(Beta 2021; 2,000 patients) are taken together."
    )


def test_leaving_out_is_synthesising_the_rest(variants_of: Callable[[str], Variants]) -> None:
    variants = variants_of("bias_adjusted")
    lines = {line.what: line for line in variants.without_each}
    rest = [member for member in variants.synthesis.members if member.name != "gamma2017"]
    mu = synthesise(rest, variants.synthesis.structure).curve.apply(variants.view.pooled.prior)
    found = lines["without Gamma 2017"]
    assert found.studies == 3 and found.p_benefit == pytest.approx(mu.p_below(0.0), abs=1e-5)
    assert found.median == pytest.approx(math.exp(mu.median), abs=1e-4)
    assert len(lines) == 4


def test_what_is_taken_otherwise_is_another_synthesis(of: Callable[[str], Result]) -> None:
    result = of("bias_adjusted")
    variants = result.variants
    structure = variants.synthesis.structure
    assert variants.at_face_value and variants.in_full and variants.direct_alone
    plain = replace(structure, shift=None)
    assert variants.at_face_value.p_benefit == pytest.approx(p_benefit(result, plain, shifted=False), abs=1e-6)
    assert variants.in_full.p_benefit == pytest.approx(p_benefit(result, structure, discount=1.0), abs=1e-6)
    assert variants.in_full.p_benefit > variants.as_it_is.p_benefit > variants.direct_alone.p_benefit
    # a bias that is known to be none is no bias
    p = [variants.p_overstated(factor) for factor in (1.0, 2.0)]
    assert p[0] == pytest.approx(variants.at_face_value.p_benefit, abs=1e-4) and p[0] > p[1]  # type: ignore[operator]
    assert [line.what for line in variants.otherwise] == [
        "as analysed", "randomised studies alone", "every study at face value: no bias",
        "discounted studies count for nothing", "discounted studies count in full", "one common effect: τ = 0",
    ]  # fmt: skip
    assert variants.otherwise[0].p_benefit == pytest.approx(result.pooled.mu.p_below(0.0), abs=1e-9)


def test_a_doubt_that_changes_the_verdict_says_so(priors: dict[str, Prior]) -> None:
    strong, weak = hazards("alpha2019", "0.50", "0.40", "0.62"), hazards("gamma2017", "0.95", "0.75", "1.20")
    third = hazards("epsilon2018", "0.98", "0.80", "1.20")
    result = made("common", priors, (strong, weak, third), {})
    said = {held.doubt: held.answer for held in holds(result.variants)}
    alone = 1 - p_benefit(result, Structure(None))
    assert alone < 0.025 and "the verdict is another without Alpha 2019" in said["Without any one study"]
    assert set(said) == {"Without any one study"}  # all randomised, none discounted, no scatter


def test_two_studies_stand_each_alone(seeds: Result) -> None:
    said = {held.doubt: held.answer for held in holds(seeds.variants)}
    left = {s.name: s.p_below for s in seeds.synthesis.leave_one_out(seeds.pooled.prior)}  # type: ignore[union-attr]
    assert f"Yan 2025 alone gives P(benefit) {probability(left['chen2025'])}" in said["Each study alone"]
    assert f"Chen 2025 alone gives P(benefit) {probability(left['yan2025'])}" in said["Each study alone"]


def test_without_scatter_none_is_claimed(of: Callable[[str], Result], page_of: Callable[[str], str]) -> None:
    assert scatter(of("common")).startswith("Studies share one effect")
    assert "in the group (timing: neoadjuvant) it is times" in Document(page_of("meta_regression")).words


def test_randomised_trials_alone_have_nothing_to_weigh(priors: dict[str, Prior]) -> None:
    trials = tuple(study for study in STUDIES if study.design == "rct")
    result = made("random", priors, trials, {})
    variants = result.variants
    assert variants.bias is None and variants.borrowing is None and variants.randomised_alone is None
    words = Document(analysis_page(result, {})).words
    assert "Not shown: no study is discounted, and all are of one kind" in words
    assert "borrowing and bias varied, conclusion at zero borrowing — not shown : nothing is discounted" in words


# absolute effects


def test_a_pooled_ratio_is_carried_to_every_direct_control_risk(of: Callable[[str], Result]) -> None:
    result = of("random")
    hr = [math.exp(x) for x in (result.pooled.mu.median, *result.pooled.mu.interval)]
    found = carried(result)
    assert [c.study for c in found] == ["Alpha 2019", "Beta 2021", "Gamma 2017"]  # the indirect one is none of ours
    treated = [0.5**x for x in hr]
    assert found[0].treatment.median == pytest.approx(treated[0]) and found[0].treatment.lower == pytest.approx(
        treated[2]
    )
    assert found[0].difference.upper == pytest.approx(treated[1] - 0.5)
    p = result.pooled.mu.p_below(0.0)
    assert found[0].difference.p_benefit == p
    rows = {str(row["quantity"]): row for row in carried_rows(result)}
    (name,) = (name for name in rows if name.startswith("risk_difference[alpha"))
    assert rows[name]["p_benefit"] == p and "p_benefit" not in rows[name.replace("risk_difference", "nntb")]
    assert rows[name.replace("risk_difference", "nntb")]["median"] == pytest.approx(1 / (treated[0] - 0.5))
    assert chief(result) is not None and chief(result).given.startswith("where 50.0% are alive at 24 months without")  # type: ignore[union-attr]
    assert "as Alpha 2019 prints (taken as known)" in absolute(result)
    assert [row.control.value for row in absolute_rows(result)] == ["50.0%"] * 3


def test_an_odds_ratio_is_carried_by_the_odds(bundled: Callable[[str], Result]) -> None:
    result = bundled("orr_direct")
    control = 111 / 217
    odds = control / (1 - control) * math.exp(result.pooled.mu.median)
    assert carried(result)[0].treatment.median == pytest.approx(odds / (1 + odds))
    assert "where 51.2% have objective response without the treatment, as Chen 2025 prints" in absolute(result)


def test_without_a_printed_control_risk_no_absolute_effect_is_shown(priors: dict[str, Prior]) -> None:
    bare = tuple(study.model_copy(update={"survival": ()}) for study in STUDIES)
    result = made("random", priors, bare)
    assert absolute(result).startswith("No absolute effect is shown: no direct study")
    assert 27 not in shown(result)


def test_a_control_risk_of_nothing_is_no_risk(priors: dict[str, Prior]) -> None:
    def all_dead(study: Study) -> Study:
        (landmark,) = study.survival
        return study.model_copy(
            update={"survival": (landmark.model_copy(update={"percent": PrintedNumber.parse("0.0")}),)}
        )

    first, *others = STUDIES
    result = made("random", priors, (all_dead(first), *others))
    assert [c.id for c in carried(result)] == ["beta2021", "gamma2017"]
    assert absolute(result).endswith("Alpha 2019 prints 0% in its control arm, which no ratio changes.")
    result = made("random", priors, tuple(all_dead(study) for study in STUDIES))
    assert not absolute_rows(result) and not list(carried_rows(result)) and 27 not in shown(result)
    assert absolute(result).startswith("No absolute effect is shown: Alpha 2019 prints 0% in its control arm")


# tables, checklist, limits_of


def test_studies_are_described_by_design_source_and_audit(of: Callable[[str], Result]) -> None:
    rows = {row.name: row for row in study_rows(of("bias_adjusted"))}
    assert rows["Beta 2021"].concern.startswith("not randomised: confounding possible")
    assert (
        "known only through another paper’s account" in rows["Delta 2015"].concern and rows["Delta 2015"].n == "2,000"
    )
    counted = {row.name: row.counted for row in effect_rows(of("bias_adjusted"))}
    assert counted["Beta 2021"] == "in full; may be biased" and counted["Delta 2015"] == "weight 0.5"


def anchors(result: Result) -> dict[int, str | None]:
    return {item.id: item.anchor for _, group in checklist.fill(result, {}) for item in group}


def shown(result: Result) -> set[int]:
    return {item for item, anchor in anchors(result).items() if anchor is not None}


def test_the_checklist_proves_what_a_synthesis_shows(
    of: Callable[[str], Result], page_of: Callable[[str], str]
) -> None:
    adjusted, common = of("bias_adjusted"), of("common")
    assert {26, 34, 35, 36, 38} <= shown(adjusted) and 40 not in shown(adjusted)
    assert not {26, 36} & shown(common) and {35, 38} <= shown(common)
    table = adjusted.estimates
    assert anchors(replace(adjusted, estimates=table[table["quantity"] != "tau"]))[26] is None
    assert set(anchors(adjusted).values()) - {None} <= set(Document(page_of("bias_adjusted")).ids)


def test_limits_are_those_of_these_studies(of: Callable[[str], Result], bundled: Callable[[str], Result]) -> None:
    said = " ".join(limits_of(of("bias_adjusted")))
    for text in (
        "Beta 2021 was not randomised. Their bias is modelled",
        "Delta 2015 was not read",
        "Delta 2015 answer a neighbouring question",
        "Whether some patients are counted in two studies",
        "no funnel could show it",
    ):
        assert text in said
    assert "Exchangeability" in said and "Exchangeability" not in " ".join(limits_of(of("common")))
    assert "Arms compared without randomisation" in " ".join(limits_of(bundled("orr_arm_level")))
    assert "Numbers of Yan 2025 contradict each other" in " ".join(limits_of(bundled("pfs_seeds")))


# the index, the README, the terminal


@pytest.fixture(scope="module")
def records(of: Callable[[str], Result], seeds: Result, bundled: Callable[[str], Result]) -> dict[str, dict[str, Any]]:
    found = {}
    for result in (bundled("pfs_chen2025_landmark"), seeds, bundled("orr_direct")):
        found[result.spec.id] = dict(result.record)
    return found


def test_the_index_lists_syntheses_first(
    records: dict[str, dict[str, Any]], seeds: Result, published: dict[str, Study]
) -> None:
    table = verdicts(records)
    assert list(dict.fromkeys(table["study"])) == ["synthesis", "chen2025"]
    together = overview(table, {"pfs_seeds": seeds.estimates}, records)
    assert [group.endpoint for group in together] == ["Progression-free survival", "Objective response"]
    row, tau = together[0].rows[0], seeds.pooled.tau
    assert tau is not None and (row.studies, row.tau) == (2, number(tau.median)) and row.what == "the two papers alone"
    assert together[1].rows[0].tau == "—" and together[1].rows[0].answer
    used = studies_used(records)
    assert used == {"chen2025", "yan2025", "lu2016"}
    audits = audit_studies({name: published[name] for name in used})
    document = assert_sound(index_page(table, {"synthesis": SVG}, audits, {}, (), (), together))
    groups = [" ".join(row[0].split()) for row in document.rows if len(row) == 1]
    assert groups == ["Progression-free survival", "Objective response"]
    words = document.words
    assert (
        words.index("The papers, each by itself" if "The papers," in words else "The paper by itself")
        < words.index("All syntheses, and what they rest on")
        < words.index("Is there a benefit?")
    )
    assert {"pfs_seeds/report.html", "orr_direct/report.html"} <= set(document.links)


def test_syntheses_have_sentences_of_their_own(records: dict[str, dict[str, Any]]) -> None:
    table = verdicts(records)
    alone = table[table["analysis"] != "orr_direct"].copy()
    assert sentences_of_answers(alone) == []  # none of them is said to be the answer
    alone.loc[alone["analysis"] == "pfs_seeds", "answers"] = "pfs"
    first, pfs = sentences_of_answers(alone)
    assert first == "Under the sceptical prior the benefit does not survive for progression-free survival."
    assert pfs.startswith(
        "Progression-free survival: the benefit does not survive, P(benefit) 0.935, hazard ratio 0.78"
    )
    assert pfs.endswith("(the two papers alone).")
    assert not any("synthesis" in sentence.lower() for sentence in sentences_of_index(table))
    single = table[table["study"] != "synthesis"]
    assert sentences_of_answers(single) == [] and sentences_of_index(single) == sentences_of_index(table)


def test_the_readme_has_a_table_of_syntheses_above_that_of_studies(records: dict[str, dict[str, Any]]) -> None:
    table = verdicts(records)
    text = verdict_table(table)
    assert (
        text.index("| benefit |")
        < text.index("| benefit, several studies |")
        < text.index("| Progression or relapse, synth")
        < text.index("| benefit, one study |")
    )
    assert text.count("| --- |") == 3
    assert verdict_table(table[table["study"] != "synthesis"]).count("| --- |") == 1


def test_the_terminal_has_syntheses_before_single_studies(
    records: dict[str, dict[str, Any]], seeds: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_verdicts(records, tmp_path, 0)
    text = capsys.readouterr().err
    assert text.index("Progression-free survival") < text.index("pfs_seeds") < text.index("pfs_chen")
    print_question(seeds.question)
    assert "yan2025: said to be a randomised trial; progression-free survival" in capsys.readouterr().out
    (row,) = catalogue(tmp_path, [seeds.question])
    print_catalogue([row | {"study": "chen2025", "analysis": "a_trial"}, row], [seeds.question], tmp_path)
    listed = capsys.readouterr().out
    assert listed.index("Progression-free survival") < listed.index("pfs_seeds") < listed.index("a_trial")


def test_the_sceptic_reads_spread_prediction_and_weights(seeds: Result, capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(seeds.question)
    (row,) = sceptic_rows([answer])
    pooled = seeds.pooled
    assert pooled.tau is not None
    assert row["under"] == seeds.spec.primary
    assert row["tau"]["median"] == pytest.approx(pooled.tau.median, rel=1e-6)
    assert row["predictive"]["upper"] == pytest.approx(math.exp(pooled.predictive.interval[1]), rel=1e-6)
    assert set(row["weights"]) == {"chen2025", "yan2025", "prior"} and sum(row["weights"].values()) == pytest.approx(1)
    print_scepticism([answer])
    text = " ".join(capsys.readouterr().out.split())
    assert "scatters with a standard deviation τ of 0.14" in text and "Weights in the pooled mean: chen2025" in text
