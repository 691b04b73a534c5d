"""Prose made from numbers: every pattern of verdicts gives sentences that are true and read well."""

import itertools
import math
import re

import pandas as pd
import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.prose.answer import answer_of
from crlm_bayes.prose.index import sentences_of_answers, sentences_of_index
from crlm_bayes.rule import LOWER, SURVIVES, standing
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words import numbers as fmt
from crlm_bayes.words.nouns import counted, endpoint_noun, is_safety, listed, study_name, vocabulary
from makers.verdict_rows import completed

PRIORS = ("sceptical", "reference", "strongly_sceptical", "pessimistic")


def analysis(
    endpoint: str = "pfs", measure: str = "hr", better: str = "lower", mcid: float | None = None
) -> AnalysisSpec:
    mcid = mcid or (0.8 if better == "lower" else 1.25)
    words = {"id": "made", "title": "Made", "question": "?", "studies": ["made2020"], "structure": "single"}
    words |= {"likelihood": "log_ratio", "reading": "contrast", "primary": "sceptical", "effect_priors": PRIORS}
    return AnalysisSpec.model_validate(
        words | {"endpoint": endpoint, "measure": measure, "better": better, "mcid": mcid}
    )


def verdicts(*p_benefit: float) -> list[PriorVerdict]:
    """One verdict for each probability, in the order of PRIORS: the primary prior first."""
    return [PriorVerdict(n, 0.77, 0.61, 0.97, p, 0.64, 0.012) for n, p in zip(PRIORS, p_benefit, strict=False)]


def test_survives_all() -> None:
    first, second = answer_of(analysis(), verdicts(0.988, 0.997, 0.981, 0.976), 0.1)
    assert first == (
        "The benefit survives the primary, sceptical prior: the posterior median hazard ratio for progression-free survival "
        "is 0.77 (95% interval 0.61 to 0.97), P(benefit) is 0.988, and the probability of a ratio worth having "
        "(0.80 or lower) is 0.640."
    )
    assert second == (
        "It survives every other prior as well (P(benefit) 0.997 under the reference prior, 0.981 under the strongly sceptical "
        "and 0.976 under the pessimistic); the claim of benefit falls to a sceptic who holds 95% of ratios "
        "between 0.82 and 1.22, or closer to 1."
    )


def test_survives_some() -> None:
    _, second = answer_of(analysis(), verdicts(0.988, 0.997, 0.97, 0.957), 0.1462)
    assert second.startswith(
        "It also survives the reference prior (P(benefit) 0.997), but not the strongly sceptical (0.970) or pessimistic (0.957) prior; "
    )
    assert "between 0.75 and 1.33" in second


def test_survives_only_the_primary() -> None:
    _, second = answer_of(analysis(), verdicts(0.98, 0.9, 0.8, 0.7), None)
    assert second.startswith(
        "It does not survive the reference (P(benefit) 0.900), strongly sceptical (0.800) or pessimistic (0.700) prior; "
    )


def test_survives_none() -> None:
    first, second = answer_of(analysis(), verdicts(0.91, 0.93, 0.8, 0.6), None)
    assert first.startswith("The benefit does not survive the primary, sceptical prior: ")
    assert "P(benefit) is 0.910, below the 0.975 that the rule asks for" in first
    assert second.startswith("Nor does it survive any other prior (P(benefit) 0.930 under the reference prior, ")
    assert second.endswith("; no prior centred on no effect, however wide, lets a claim of benefit stand.")


def test_survives_others_but_not_the_primary() -> None:
    _, second = answer_of(analysis(), verdicts(0.91, 0.99, 0.8, 0.6), 0.5)
    assert second.startswith(
        "It does survive the reference prior (P(benefit) 0.990), but not the strongly sceptical (0.800) or pessimistic (0.600) prior; "
    )


@pytest.mark.parametrize("p", [0.025, 0.024, 0.0001])
def test_harm_is_called_harm(p: float) -> None:
    first, second = answer_of(analysis(), verdicts(p, 0.02, 0.01, 0.003), None)
    assert first.startswith("The data point to harm under the primary, sceptical prior: ")
    assert "the probability of a relevant harm (1.25 or higher) is 0.012" in first
    assert "worth having" not in first
    assert second.startswith("Every other prior says the same (P(benefit) 0.020 under the reference prior, ")
    assert second.endswith("however wide, lets a claim of benefit stand.")


def test_harm_under_the_primary_prior_alone() -> None:
    _, second = answer_of(analysis(), verdicts(0.01, 0.5, 0.3, 0.02), None)
    assert second.startswith(
        "The question stays open under the reference (P(benefit) 0.500) and strongly sceptical (0.300) priors; "
        "the data also point to harm under the pessimistic prior (0.020); "
    )


def test_harm_under_another_prior() -> None:
    _, second = answer_of(analysis(), verdicts(0.3, 0.5, 0.4, 0.02), None)
    assert second.startswith(
        "It does not survive the reference (P(benefit) 0.500) or strongly sceptical (0.400) prior either; "
        "the data point to harm under the pessimistic prior (0.020); "
    )


def test_higher_is_better() -> None:
    spec = analysis("orr", "or", "higher", 1.5)
    first, _ = answer_of(spec, [PriorVerdict("sceptical", 1.872, 1.194, 2.964, 0.9969, 0.8, 0.0001)], 0.2)
    assert "odds ratio for objective response is 1.87 (95% interval 1.19 to 2.96)" in first
    assert "(1.50 or higher) is 0.800" in first


def test_one_prior_alone() -> None:
    _, second = answer_of(analysis(), verdicts(0.99), 0.1)
    assert second.startswith("No other prior was put to it; ")


@pytest.mark.parametrize("endpoint", ["ae:hypertension", "complication", "complication_major"])
@pytest.mark.parametrize(
    "p", [(0.99, 0.99, 0.98, 0.98), (0.5, 0.6, 0.4, 0.3), (0.01, 0.02, 0.01, 0.001), (0.5, 0.99, 0.4, 0.01)]
)
def test_safety_speaks_of_risk_not_of_benefit(endpoint: str, p: tuple[float, ...]) -> None:
    text = " ".join(answer_of(analysis(endpoint, "or"), verdicts(*p), None))
    assert "benefit" not in text
    assert "P(lower risk)" in text and "relevant harm (1.25 or higher)" in text


def test_safety_patterns() -> None:
    spec = analysis("ae:hypertension", "or")
    assert answer_of(spec, verdicts(0.99, 0.98), 0.1)[0].startswith(
        "The lower risk survives the primary, sceptical prior: "
    )
    first, second = answer_of(spec, verdicts(0.3, 0.05), None)
    assert first.startswith("Under the primary, sceptical prior neither a lower nor a higher risk is established: ")
    assert (
        second
        == "No other prior settles it (P(lower risk) 0.050 under the reference prior); no prior centred on no effect, however wide, lets a claim of lower risk stand."
    )
    assert answer_of(spec, verdicts(0.3, 0.99, 0.5), None)[1].startswith(
        "A lower risk survives the reference prior (P(lower risk) 0.990); the question stays open under the strongly sceptical prior (0.500); "
    )


@pytest.mark.parametrize("endpoint", ["pfs", "ae:hypertension"])
def test_every_pattern_is_two_clean_sentences_that_name_every_prior(endpoint: str) -> None:
    for p in itertools.product((0.99, 0.6, 0.01), repeat=4):
        for sd in (None, 0.15):
            sentences = answer_of(analysis(endpoint), verdicts(*p), sd)
            for sentence in sentences:
                assert re.match(r"[A-Z]", sentence) and sentence.endswith(".") and not re.search(r"\. [A-Z]", sentence)
                assert not re.search(r"  | ,| ;|\(\)|nan|None|\{|\}", sentence)
                assert sentence.count("(") == sentence.count(")")
            assert all(name.replace("_", " ") in sentences[1] for name in PRIORS[1:])


def test_standing_uses_the_threshold_itself() -> None:
    assert [standing(p) for p in (0.975, 0.97499, 0.025, 0.02501)] == ["survives", "open", "harm", "open"]


# the index


def table(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Study, endpoint, prior, P(benefit); each pair of study and endpoint is an analysis, the sceptical prior primary."""
    names = ["study", "endpoint", "prior", "p_benefit"]
    frame = pd.DataFrame(rows, columns=names)
    frame["analysis"] = (
        frame["study"] + frame["endpoint"] + frame.groupby(["study", "endpoint", "prior"]).cumcount().astype(str)
    )
    frame["primary"] = frame["prior"] == "sceptical"
    frame["measure"] = "hr"
    frame["asks"] = ["harm" if is_safety(endpoint) else "benefit" for endpoint in frame["endpoint"]]
    frame["title"] = frame["endpoint"] + ": made"
    frame[["median", "eti95_lower", "eti95_upper"]] = 0.8, 0.6, 1.1
    return completed(frame)


def summary(verdicts: pd.DataFrame) -> str:
    return " ".join(sentences_of_index(verdicts))


def test_a_hypothetical_reading_is_counted_nowhere() -> None:
    rows = [("smith2020", "os", "sceptical", 0.90), ("smith2020", "os", "sceptical", 0.99)]
    frame = table(*rows)
    frame["hypothetical"] = [False, True]
    assert summary(completed(frame)) == summary(table(rows[0]))


def test_summary_goes_study_by_study_endpoint_by_endpoint() -> None:
    rows = [
        ("one2020", "orr", "sceptical", 0.968),
        ("one2020", "pfs", "sceptical", 0.988),
        ("one2020", "pfs", "sceptical", 0.913),
        ("one2020", "os", "sceptical", 0.99),
        ("one2020", "os", "pessimistic", 0.976),
        ("two2021", "os", "sceptical", 0.01),
        ("two2021", "ae:rash", "sceptical", 0.28),
    ]
    assert summary(table(*rows)) == (
        "One 2020. Overall survival: survives (P(benefit) 0.990); progression-free survival: survives in part of the readings "
        "(P(benefit) 0.913 to 0.988); objective response: does not survive (P(benefit) 0.968). "
        "Two 2021. Overall survival: points to harm (P(benefit) 0.010); rash: neither a higher nor a lower risk (P(higher risk) 0.720)."
    )


def test_a_study_that_is_not_randomised_survives_at_face_value_and_is_named() -> None:
    frame = table(("one2020", "pfs", "sceptical", 0.988), ("one2020", "os", "sceptical", 0.9))
    frame = completed(frame.assign(footing="face_value", design="cohort study (not randomised)"))
    frame["p_allowing_for_bias"] = [0.847, 0.8]
    assert summary(frame) == (
        "One 2020, cohort study (not randomised). Overall survival: does not survive (P(benefit) 0.900; allowing for bias 0.800); "
        "progression-free survival: survives at face value (P(benefit) 0.988; allowing for bias 0.847)."
    )


def test_answers_are_named_not_counted() -> None:
    rows = [("synthesis", e, "sceptical", p) for e, p in (("os", 0.9), ("pfs", 0.98), ("orr", 0.5), ("ae:rash", 0.01))]
    frame = table(*rows)
    assert sentences_of_answers(frame) == []
    frame["answers"], frame["hangs_on"] = frame["endpoint"], ["", "One 2020", "", ""]
    assert sentences_of_answers(frame) == [
        "Under the sceptical prior the benefit survives for progression-free survival; it does not survive for overall survival "
        "or objective response.",
        "Overall survival: the benefit does not survive, P(benefit) 0.900, hazard ratio 0.80 (0.60 to 1.10) (made).",
        "Progression-free survival: the benefit survives, P(benefit) 0.980, hazard ratio 0.80 (0.60 to 1.10) (made). "
        "The verdict hangs on One 2020: without it, it is another.",
        "Objective response: the benefit does not survive, P(benefit) 0.500, hazard ratio 0.80 (0.60 to 1.10) (made).",
        "Rash: higher risk, P(higher risk) 0.990, hazard ratio 0.80 (0.60 to 1.10) (made).",
    ]


def test_summary_of_extremes() -> None:
    assert summary(pd.DataFrame()) == "" and sentences_of_answers(pd.DataFrame()) == []
    assert summary(table(("one2020", "os", "sceptical", 0.5))) == (
        "One 2020. Overall survival: does not survive (P(benefit) 0.500)."
    )
    safety = summary(table(("one2020", "complication", "sceptical", 0.001)))
    assert safety == "One 2020. Complications: higher risk (P(higher risk) 0.999)."


# numbers and words


def test_ratios_are_never_rounded_onto_one() -> None:
    shown = [fmt.ratio(x) for x in (0.767, 0.9964, 1.0004, 1.0, 1.3296, 0.0238, 42.02, 123.4, 0.0001, 12345.0, 9.996)]
    assert shown == ["0.77", "0.996", "1.0004", "1.00", "1.33", "0.024", "42.0", "123", "<0.001", ">9,999", "10.0"]


def test_probabilities_are_never_rounded_over_the_threshold() -> None:
    shown = [fmt.probability(p) for p in (0.97498, 0.9750001, 0.975, 0.025, 0.02503, 0.9997, 0.0002, 0.0, 1.0, 0.9992)]
    assert shown == ["0.97498", "0.975", "0.975", "0.025", "0.02503", ">0.999", "<0.001", "<0.001", ">0.999", "0.999"]


@pytest.mark.parametrize(
    "write",
    [fmt.ratio, fmt.probability, fmt.percent, fmt.points, fmt.signed_points, fmt.needed, fmt.number, fmt.signed],
)
def test_what_is_no_number_is_never_written_as_one(write: object) -> None:
    assert callable(write)
    assert write(None) == write(math.nan) == "—"
    assert write(math.inf).removeprefix("+") == "∞"


def test_the_thresholds_themselves_are_written_plainly() -> None:
    assert [fmt.probability(p) for p in (SURVIVES, LOWER)] == ["0.975", "0.025"]


def test_signs_percent_and_counts() -> None:
    assert [fmt.signed(x, 1) for x in (0.26, -0.26, 0.01, -0.01)] == ["+0.3", "−0.3", "0.0", "0.0"]
    assert [fmt.percent(0.2894), fmt.points(-0.0976), fmt.signed_points(0.0976)] == ["28.9%", "9.8", "+9.8"]
    assert [fmt.needed(x) for x in (-10.24, 764.9, 20000.0)] == ["10.2", "765", ">9,999"]
    assert fmt.true_minus("Normal(-0.2877, 1²), Student-t(df 3, -1)") == "Normal(−0.2877, 1²), Student-t(df 3, −1)"
    assert [counted(n, "reading") for n in (0, 1, 2, 12)] == [
        "no readings",
        "one reading",
        "two readings",
        "12 readings",
    ]
    assert [listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_names() -> None:
    assert [endpoint_noun(e) for e in ("pfs", "ae:hypertension", "efs", "wound_infection")] == [
        "progression-free survival",
        "hypertension",
        "EFS",
        "wound infection",
    ]
    assert [study_name(s) for s in ("chen2025", "made2020b", "c-08")] == ["Chen 2025", "Made 2020b", "c-08"]
    assert vocabulary(analysis("complication", "or")).p_claim == "P(lower risk)"
