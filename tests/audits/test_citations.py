"""What papers say of others, against those others' own documents; and the documents of claims themselves."""

from pathlib import Path
from typing import Any

import pytest

from crlm_bayes.audits.citations import citations
from crlm_bayes.audits.finding import Finding
from crlm_bayes.documents.claims import Claim, check_claims, read_claims
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError
from makers.ministudy import ministudy

CITED = ministudy(
    n=(100, 100),
    head={"id": "cited2010", "name": "CITED"},
    survival=[
        {"endpoint": "os", "arm": "control", "months": "36", "percent": "40.6"},
        {"endpoint": "os", "arm": "drug", "months": "36", "percent": "47.2"},
        {"endpoint": "pfs", "arm": "drug", "months": "12", "percent": "70"},
    ],
    counts=[
        {"endpoint": "orr", "arm": "control", "n": 100, "percent": "34"},
        {"endpoint": "orr", "arm": "drug", "n": 100, "events": 45},
    ],
    medians=[
        {"endpoint": "os", "arm": "control", "months": "15.6"},
        {"endpoint": "os", "arm": "drug", "months": "20.3"},
    ],
    contrasts=[
        {"endpoint": "os", "measure": "hr", "value": "0.66", "ci": ["0.54", "0.81"], "p": "<0.001", "numerator": "drug",
         "denominator": "control", "adjusted": False},
        {"endpoint": "ae:leak", "measure": "or", "value": "1.64", "ci": ["0.93", "2.94"], "p": "0.08",
         "numerator": "control", "denominator": "drug", "adjusted": False},
    ],
    differences=[{"endpoint": "rfs", "minuend": "drug", "subtrahend": "control", "months": "60", "points": "-4.1"}],
    tests=[{"endpoint": "complication", "test": "chi2", "p": "0.673"}],
)  # fmt: skip


def found(**claim: Any) -> list[Finding]:
    one = Claim.model_validate({"study": "mini2020", "about": "cited2010", "says": "so", "locator": "p. 1", **claim})
    return citations([one], {"cited2010": CITED})


@pytest.mark.parametrize(
    "claim",
    [
        {"endpoint": "os", "arm": "drug", "months": "36", "percent": "47.2"},
        {"endpoint": "os", "arm": "drug", "months": "36", "percent": "47"},  # rounded
        {"endpoint": "os", "arm": "control", "months": "36.0", "percent": "41"},
        {"endpoint": "orr", "arm": "drug", "percent": "45"},  # from the count
        {"endpoint": "os", "gain": "4.7"},
        {"endpoint": "os", "months": "36", "points": "6.6"},
        {"endpoint": "rfs", "months": "60", "points": "4"},
        {"endpoint": "os", "measure": "hr", "value": "0.66"},
        {"endpoint": "os", "effect": "lower"},
        {"endpoint": "ae:leak", "effect": "none"},
        {"endpoint": "complication", "p": "0.67"},
    ],
)
def test_a_claim_that_stands_in_the_study_raises_nothing(claim: dict[str, Any]) -> None:
    assert found(**claim) == []


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"endpoint": "os", "arm": "drug", "months": "36", "percent": "48"}, "overall survival of 47.2% at 36 months"),
        ({"endpoint": "os", "arm": "drug", "months": "12", "percent": "70"}, "no overall survival at that time"),
        ({"endpoint": "orr", "arm": "drug", "percent": "46"}, "45 of 100"),
        ({"endpoint": "os", "gain": "5.7"}, "medians of 15.6 and 20.3 months"),
        ({"endpoint": "os", "months": "36", "points": "11"}, "40.6% and 47.2%"),
        ({"endpoint": "rfs", "months": "60", "points": "11"}, "a difference of 4.1 percentage points"),
        ({"endpoint": "os", "measure": "hr", "value": "0.56"}, "HR 0.66 of drug over control"),
        ({"endpoint": "os", "effect": "none"}, "HR 0.66 (95% CI 0.54 to 0.81), p <0.001, a lower rate"),
        ({"endpoint": "ae:leak", "effect": "higher"}, "OR 1.64 (95% CI 0.93 to 2.94), p = 0.08, an interval that includes no effect"),
        ({"endpoint": "complication", "p": "0.0673"}, "p = 0.673"),
    ],
)  # fmt: skip
def test_a_claim_that_does_not_is_a_warning_with_both_numbers(claim: dict[str, Any], words: str) -> None:
    (one,) = found(**claim)
    assert one.severity == "warning" and one.study == "mini2020" and words in one.message and "CITED" in one.message
    assert one.locator.startswith("p. 1; CITED: Table ")


def test_the_direction_of_an_effect_is_that_of_the_treatment_whichever_way_the_ratio_is_printed() -> None:
    turned = CITED.model_copy(update={"contrasts": (CITED.contrasts[0].model_copy(update={
        "numerator": "control", "denominator": "drug"}),)})  # fmt: skip
    claim = Claim.model_validate({
        "study": "mini2020", "about": "cited2010", "says": "so", "locator": "p. 1", "endpoint": "os", "effect": "lower",
    })  # fmt: skip
    assert citations([claim], {"cited2010": CITED}) == []
    (one,) = citations([claim], {"cited2010": turned})
    assert "a higher rate" in one.message


@pytest.mark.parametrize(
    "claim",
    [
        {"endpoint": "dfs", "arm": "drug", "months": "24", "percent": "50"},
        {"endpoint": "dfs", "gain": "2"},
        {"endpoint": "dfs", "effect": "lower"},
        {"endpoint": "dfs", "p": "0.5"},
        {"endpoint": "dfs", "points": "3"},
        {"endpoint": "dfs", "measure": "hr", "value": "0.5"},
    ],
)
def test_what_the_document_does_not_hold_is_a_note(claim: dict[str, Any]) -> None:
    (one,) = found(**claim)
    assert one.severity == "note" and "holds no such" in one.message


def test_what_has_no_document_is_one_note_for_each_study() -> None:
    claims = [
        Claim.model_validate({"study": "mini2020", "about": about, "says": f"it was {i}", "locator": f"p. {i}",
                              "endpoint": "os", "p": "0.5", "called": "A trial"})
        for i, about in enumerate(["absent1", "absent1", "absent2"])
    ]  # fmt: skip
    first, second = citations(claims, {})
    assert first.id == "mini2020.citation.absent1" and second.id == "mini2020.citation.absent2"
    assert first.severity == "note" and "it was 0 and it was 1" in first.message and first.locator == "p. 0; p. 1"


def test_the_bundled_papers_misquote_what_they_are_known_to_misquote(published: dict[str, Study], root: Path) -> None:
    claims = read_claims(root / "data" / "published")
    warned = {f.id for f in citations(claims, published) if f.severity == "warning"}
    assert warned == {
        "yan2025.citation.epoc40983-os-36-folfox-percent",  # 36% is near its 3-year PFS
        "yan2025.citation.epoc40983-os-60-points",  # 4.1 points, not 11
        "yan2025.citation.epoc40983-folfox-36-twice",  # 36% at 3 years and at 5
        "chen2025.citation.volk2016-ae:liver_failure-effect",  # 0.61 (0.34 to 1.07), p = 0.08
    }


# documents of claims

GOOD = """
[[claims]]
study = "mini2020"
about = "cited2010"
says = "so"
locator = "p. 1"
endpoint = "os"
arm = "drug"
months = "36"
percent = "36"
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('percent = "36"', "", "a claim holds one of percent, points, effect, gain, p, value; this one has none"),
        ('percent = "36"', 'percent = "36"\np = "0.5"', "this one has percent, p"),
        ('percent = "36"', 'value = "0.5"', "value and measure go together"),
        ('arm = "drug"\n', "", "a percentage needs its arm"),
        ('percent = "36"', 'percnt = "36"', "did you mean 'percent'"),
        ('arm = "drug"', 'arm = "drgu"', "there is no arm 'drgu'; allowed: control, drug; did you mean 'drug'"),
        ('study = "mini2020"', 'study = "mini2021"', "there is no study 'mini2021'"),
    ],
)
def test_a_fault_in_a_claim_is_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "claims.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CrlmBayesError) as caught:
        check_claims(read_claims(tmp_path), {"cited2010": CITED}, ["mini2020", "cited2010"], "claims.toml")
    assert words in str(caught.value) and "claims[1]" in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_without_claims_has_none(tmp_path: Path) -> None:
    assert read_claims(tmp_path) == ()
