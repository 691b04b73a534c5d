"""156 real survival curves: from landmarks and numbers at risk alone, the Cox estimate of the full data comes back."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crlm_bayes.audits.survival.jumps import hazard_jump
from crlm_bayes.documents.analysis import AnalysisSpec, NuisancePriors
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.families import Normal
from makers.ministudy import ministudy

pytestmark = pytest.mark.statistical

FOLDER = Path(__file__).parent / "kmdata"
MONTHS = (6, 12, 18, 24, 36, 48, 60)
COMPLETE = {"complete_follow_up_months": 60.0, "complete_follow_up_basis": "to compare"}
REFERENCE = Normal(dist="normal", mean=0, sd=10, rationale="flat, to compare with maximum likelihood")
SPEC = AnalysisSpec(
    id="curve",
    title="t",
    question="q",
    endpoint="os",
    measure="hr",
    better="lower",
    studies=("trial",),
    likelihood="piecewise_exponential",
    reading="at_risk",
    structure="single",
    effect_priors=("reference",),
    primary="reference",
    mcid=0.8,
    priors=NuisancePriors(
        baseline=Normal(dist="normal", mean=math.log(0.03), sd=2.0, rationale="as in the bundled analyses"),
    ),
)


def study(points: pd.DataFrame, reference: str, comparison: str) -> Study | None:
    """Make a study document of the landmarks while anyone is at risk in both arms."""
    roles = {reference: ("control", "a"), comparison: ("treatment", "b")}
    start = points[points["month"] == 0].set_index("arm")["at_risk"]
    rows = []
    for month in MONTHS:
        here = points[points["month"] == month].set_index("arm")
        if len(here) < 2 or (here["at_risk"] < 1).any() or (here["survival"] <= 0).any():
            break
        rows += [
            {
                "endpoint": "os",
                "arm": roles[arm][1],
                "months": str(month),
                "percent": f"{100 * row['survival']:.4f}",
                "at_risk": int(row["at_risk"]),
                "locator": "figure",
            }
            for arm, row in here.iterrows()
        ]
    if not rows:
        return None
    arms = [{"id": i, "role": role, "label": arm, "n": int(start[arm])} for arm, (role, i) in roles.items()]
    head = {"id": "trial", "citation": "kmdata", "design": "rct", "timing": "palliative"}
    head |= {"resectability": "not_applicable", "source": "secondary"}
    return Study.model_validate(head | {"arms": arms, "survival": rows})


def comparison_of_curves() -> pd.DataFrame:
    """One row a curve: the Cox estimate of the full data, and what the landmarks give."""
    landmarks = pd.read_csv(FOLDER / "landmarks.csv")
    rows = []
    for cox in pd.read_csv(FOLDER / "cox.csv").itertuples():
        trial = study(landmarks[landmarks["curve"] == cox.curve], cox.reference_arm, cox.comparison_arm)
        if trial is None:
            continue
        posterior = evidence_curve(of_study(SPEC, trial), SPEC).apply(REFERENCE)
        low, high = posterior.interval
        rows.append((cox.curve, cox.cox_log_hr, cox.cox_se, posterior.mean, posterior.sd, low, high))
    return pd.DataFrame(rows, columns=["curve", "cox", "cox_se", "mean", "sd", "low", "high"])


@pytest.fixture(scope="module")
def comparison() -> pd.DataFrame:
    return comparison_of_curves()


def test_nearly_every_curve_can_be_used(comparison):
    assert len(comparison) >= 150


def test_no_bias_beyond_its_standard_error(comparison):
    difference = comparison["mean"] - comparison["cox"]
    standard_error = difference.std() / math.sqrt(len(difference))
    assert abs(difference.mean()) < max(3 * standard_error, 0.01)


def test_landmarks_lose_little(comparison):
    difference = comparison["mean"] - comparison["cox"]
    assert math.sqrt(np.mean(difference**2)) < 0.08
    assert 0.95 < float(np.median(comparison["sd"] / comparison["cox_se"])) < 1.10


def test_every_cox_estimate_lies_inside_the_interval(comparison):
    outside = comparison[(comparison["cox"] < comparison["low"]) | (comparison["cox"] > comparison["high"])]
    assert outside.empty, outside


MARKS = ((6, 12), (12, 24, 36), (12, 36), (12, 24, 36, 48, 60), (6, 12, 18, 24))


def test_no_real_curve_has_a_jump_of_the_hazard() -> None:
    """Every arm printed in five ways, with its median, with and without censoring known: what is never seen is a warning."""
    points = pd.read_csv(FOLDER / "landmarks.csv").groupby(["curve", "arm"])
    medians = pd.read_csv(FOLDER / "medians.csv").set_index(["curve", "arm"])
    printed, found = 0, []
    for name, curve in points:
        survival = curve.set_index("month")["survival"]
        row = medians.loc[name]
        times = (
            [] if pd.isna(row["median"]) else [{"endpoint": "os", "arm": "control", "months": f"{row['median']:.1f}"}]
        )
        for marks, head in itertools.product(MARKS, ({}, COMPLETE)):
            points_of = [
                {"endpoint": "os", "arm": "control", "months": str(t), "percent": f"{100 * survival[t]:.1f}"}
                for t in marks
                if t in survival
            ]
            if points_of:
                printed += 1
                found += hazard_jump(ministudy((int(row["n"]), 50), head, survival=points_of, medians=times))
    assert printed > 2500
    assert not found
