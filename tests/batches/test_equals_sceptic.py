"""A batch says of every trial what `sceptic` says of it by itself."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crlm_bayes as cb
from crlm_bayes.commands.sceptic import sceptic_rows
from crlm_bayes.documents.study import Study

PANEL = ["reference", "neutral", "sceptical", "strongly_sceptical", "pessimistic", "enthusiastic"]
MCID = {"lower": 0.8, "higher": 1.25}

TOLERANCE = {
    "median": 1e-8, "lower": 1e-8, "upper": 1e-8, "p_benefit": 1e-8, "p_mcid": 1e-8, "p_harm": 1e-8, "bf10": 2e-8,
    "prior_needed": 1e-9, "fail_safe_mean": 1e-6, "critical_sd": 1e-6, "null_events": 2e-6, "critical_advocacy": 1e-6,
    "bias_limit": 1e-7, "discount_limit": 1e-7, "conflict_p": 1e-12, "e_value": 1e-12, "e_value_ci": 1e-12,
    "p_intrinsic": 1e-12, "matthews_limit": 1e-12, "advocacy_limit": 1e-12,
}  # fmt: skip
"""What one trial by itself may be wrong by; a batch has closed forms, exact to rounding (`test_batch`).

Seen in 1,000 rows: 5e-9 in panel and Bayes factors (interpolation within a cell), 3e-7 in what is searched (its last look);
what rests on estimate and standard error alone is the same.
"""


def made_ratios(size: int) -> pd.DataFrame:
    """Ratios from null to overwhelming, in either direction, of standard errors from tiny to hopeless."""
    rng = np.random.default_rng(20250307)
    se = np.exp(rng.uniform(math.log(0.02), math.log(2.0), size))
    se[::29] = rng.uniform(9.0, 11.0, len(se[::29]))  # about where there is no estimate any more
    z = rng.normal(0, 1, size) * rng.choice([0.0, 1.0, 2.5, 10.0, 30.0], size)
    y = np.clip(z * se, -6, 6)
    level = rng.choice([0.9, 0.95, 0.99], size)
    y[::29], level[::29] = 0.1, 0.9  # so that what is printed stays below 1e9
    half = np.array([{0.9: 1.6448536, 0.95: 1.9599640, 0.99: 2.5758293}[k] for k in level]) * se
    printed = {
        key: [f"{x:.12f}" for x in np.exp(y + k * half)] for key, k in (("estimate", 0), ("lower", -1), ("upper", 1))
    }
    better = rng.choice(["lower", "higher"], size)
    return pd.DataFrame(
        {"id": [f"trial{i}" for i in range(size)], "measure": rng.choice(["hr", "or", "rr"], size), **printed, "level": level,
         "better": better, "mcid": np.where(better == "lower", rng.uniform(0.6, 0.95, size), rng.uniform(1.05, 1.7, size))}
    )  # fmt: skip


def made_counts(size: int) -> pd.DataFrame:
    """Tables of counts, some with an arm in which nobody or everybody has the event."""
    rng = np.random.default_rng(20250308)
    n = rng.integers(5, 300, (size, 2))
    events = rng.binomial(n, rng.uniform(0, 1, (size, 2)))
    events[::7, 0] = 0
    events[1::7] = n[1::7] * rng.integers(0, 2, (len(events[1::7]), 2))
    better = rng.choice(["lower", "higher"], size)
    return pd.DataFrame(
        {"id": [f"table{i}" for i in range(size)], "events_treatment": events[:, 0], "n_treatment": n[:, 0],
         "events_control": events[:, 1], "n_control": n[:, 1], "better": better}
    )  # fmt: skip


def alone(study: Study, document: dict[str, Any]) -> dict[str, Any]:
    """What `sceptic --json` says of one trial, whatever the audit finds in it."""
    accepts = [finding.id for finding in cb.audit({study.id: study})[study.id].findings]
    asked = cb.question(
        {"id": "made", "title": "Made", "question": "Made?", "endpoint": "pfs", "studies": [study.id], "structure": "single",
         "effect_priors": PANEL, "primary": "sceptical", "accepts": accepts, **document},
        studies={study.id: study},
    )  # fmt: skip
    (row,) = sceptic_rows([cb.ask(asked)])
    return row


def worst(found: pd.Series, row: dict[str, Any]) -> dict[str, float]:
    """By how much the numbers of a batch differ from one row of `sceptic --json`: absolutely or relatively, the smaller."""
    pairs = [(key, found[key], row[key]) for key in TOLERANCE if key in row]
    for seen, against in zip(row["priors"], row["against"], strict=True):
        both = seen | against
        pairs += [(key, found[f"{key}_{both['name']}"], both[key]) for key in both if key in TOLERANCE]
        assert found[f"verdict_{both['name']}"] == both["decision"], (found["id"], both["name"])
    assert found["verdict"] == found["verdict_sceptical"]
    gaps: dict[str, float] = dict.fromkeys(TOLERANCE, 0.0)
    for key, ours, theirs in pairs:
        if key == "advocacy_limit" and theirs is not None and abs(theirs) < 1e-9 and np.isnan(ours):
            continue  # the mode of a curve at no effect is zero to rounding only
        assert (theirs is None) == (not np.isfinite(ours)), (found["id"], key, ours, theirs)
        if theirs is not None:
            gap = abs(ours - theirs)
            gaps[key] = max(gaps[key], min(gap, gap / abs(theirs) if theirs else math.inf))
    return gaps


SIZES = [60, pytest.param(1000, marks=pytest.mark.exhaustive)]


@pytest.mark.parametrize("size", SIZES)
def test_ratios_are_those_of_sceptic_to_its_own_accuracy(size: int, make_study: Callable[..., Study]) -> None:
    """The closed forms are exact to rounding (below); what differs is the tabulated curve of one trial by itself."""
    trials = made_ratios(size)
    answers = cb.batch(trials)
    assert answers["error"].isna().all() and list(answers["id"]) == list(trials["id"])
    gaps = []
    for (_, trial), (_, found) in zip(trials.iterrows(), answers.iterrows(), strict=True):
        study = make_study(
            contrasts=[
                {"endpoint": "pfs", "measure": trial["measure"], "numerator": "treated", "denominator": "control",
                 "value": trial["estimate"], "ci": [trial["lower"], trial["upper"]], "level": trial["level"], "adjusted": True}
            ]
        )  # fmt: skip
        document = {"measure": trial["measure"], "likelihood": "log_ratio", "reading": "contrast"}
        gaps.append(worst(found, alone(study, document | {"better": trial["better"], "mcid": trial["mcid"]})))
    most = pd.DataFrame(gaps).max()
    assert (most < pd.Series(TOLERANCE)).all(), most[most >= pd.Series(TOLERANCE)]


@pytest.mark.parametrize("size", [14, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_counts_are_those_of_sceptic_to_the_last_digit(size: int, make_study: Callable[..., Study]) -> None:
    trials = made_counts(size)
    for (_, trial), (_, found) in zip(trials.iterrows(), cb.batch(trials, workers=1).iterrows(), strict=True):
        study = make_study(
            (trial["n_control"], trial["n_treatment"]),
            counts=[
                {"endpoint": "pfs", "arm": arm, "events": trial[f"events_{key}"], "n": trial[f"n_{key}"]}
                for arm, key in (("control", "control"), ("treated", "treatment"))
            ],
        )
        baseline = {"dist": "normal", "mean": 0.0, "sd": 1.5, "rationale": "made"}
        document = {"measure": "or", "likelihood": "binomial", "reading": "counts", "priors": {"baseline": baseline}}
        gaps = worst(found, alone(study, document | {"better": trial["better"], "mcid": MCID[trial["better"]]}))
        assert max(gaps.values()) == 0.0, (trial["id"], gaps)
