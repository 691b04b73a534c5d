"""Tables of counts, one at a time: the exact engine itself, its curve and its searches."""

from typing import Any, Final

import numpy as np

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.question import Question
from crlm_bayes.arrays import Floats
from crlm_bayes.batches.plan import OF_TRIAL, UNDER_PRIOR, Plan
from crlm_bayes.batches.trials import COUNTED, Flags, Trials
from crlm_bayes.documents.analyses import spec_of
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.memory import unkept

DOCUMENT: Final[dict[str, Any]] = {
    "id": "batch", "title": "batch", "question": "batch", "endpoint": "event", "measure": COUNTED, "studies": ["trial"],
    "likelihood": next(name for name, module in LEAVES.items() if module.EVIDENCE is BinomialEvidence), "reading": "counts", "structure": "single",
    "priors": {
        "baseline": {
            "dist": "normal", "mean": 0.0, "sd": 1.5,
            "rationale": "logit of the event probability at the middle of the arms: close to uniform on the probability",
        },
    },
}  # fmt: skip
"""The analysis of every row; its prior of the baseline is that of all bundled analyses of counts."""

ARMS = ("control", "treatment")


def answers(trials: Trials, rows: Flags, plan: Plan) -> dict[str, Floats]:
    """Answer the rows that are flagged, all of them sound counts; as for ratios."""
    with unkept():
        found = [
            _answer(tuple(trials.counts[i].tolist()), trials.betters[i], float(trials.mcid[i]), plan)
            for i in np.flatnonzero(rows).tolist()
        ]
    return {name: np.array([row[name] for row in found], dtype=float) for name in plan.numbers}


def _answer(counts: tuple[float, ...], better: str, mcid: float, plan: Plan) -> dict[str, float | None]:
    treated, n_treated, untreated, n_untreated = counts
    document = DOCUMENT | {"better": better, "mcid": mcid, "effect_priors": list(plan.priors), "primary": plan.primary}
    spec = spec_of(document, plan.priors, "batch")
    evidence = BinomialEvidence("trial", ARMS, ARMS, np.array([untreated, treated]), np.array([n_untreated, n_treated]))
    answer = Answer(Question(spec, {}, evidence, plan.priors))
    scepticism, reverse, borne = answer.scepticism, answer.reverse, answer.robustness
    head = borne.headline
    of_trial = (
        mcid, scepticism.matthews_limit, scepticism.critical_sd, borne.null_events, scepticism.e_value,
        scepticism.e_value_ci, reverse.advocacy_limit, reverse.critical_advocacy, reverse.p_intrinsic,
        None if head.bias is None or np.isinf(head.bias) else head.bias, head.discount,
    )  # fmt: skip
    row = dict(zip(OF_TRIAL, of_trial, strict=True))
    for seen, against in zip(answer.panel, reverse.priors, strict=True):
        under = (
            seen.median, seen.lower, seen.upper, seen.p_benefit, seen.p_mcid, seen.p_harm,
            against.bayes_factor.bf10, against.bayes_factor.prior_needed(), against.fail_safe_mean,
            None if against.conflict is None else against.conflict.p,
        )  # fmt: skip
        row |= {f"{key}_{seen.prior}": value for key, value in zip(UNDER_PRIOR, under, strict=True)}
    return row
