"""From fits and curves to tidy tables whose columns name their interval."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import betainc, ndtri

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, arguments
from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.answers.synthesis_rows import carried_rows, needed_rows, synthesis_rows, variant_rows
from crlm_bayes.digests import digest
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import design_words, title_of
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import LOWER, UPPER
from crlm_bayes.sampling.gate import Gate, convergence, flatten, gate
from crlm_bayes.scepticism.panel import PriorVerdict, verdict
from crlm_bayes.words.marks import mark_of

COLUMNS = (
    "analysis", "prior", "engine", "quantity", "median", "mean", "sd", "eti95_lower", "eti95_upper",
    "p_benefit", "p_mcid", "p_harm", "ess_bulk", "ess_tail", "r_hat", "mcse_mean",
)  # fmt: skip


DIFFERENCES = ("risk_difference", "rmst_difference")
"""Quantities of which a row says how probably they favour the treatment."""


def reported(spec: AnalysisSpec, evidence: Evidence, parameters: xr.Dataset) -> xr.Dataset:
    """The ratio, its log, and every absolute effect, from draws of the parameters.

    `theta` becomes ``log_hr`` (or ``log_or``, ``log_rr``) and ``hr``.
    """
    theta = parameters["theta"]
    ratio = xr.Dataset({spec.measure: np.exp(theta), spec.quantity: theta})
    return ratio.merge(module_of(spec.model).derive(parameters, evidence, spec), compat="override")


def nuts_estimates(spec: AnalysisSpec, evidence: Evidence, prior: str, posterior: xr.Dataset) -> pd.DataFrame:
    """Tidy estimates of every reported quantity and parameter of one posterior.

    Parameters
    ----------
    posterior : Dataset
        Group `posterior` of a fit, dims chain and draw.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; engine is ``nuts``.
    """
    everything = reported(spec, evidence, posterior)
    parameters = posterior.drop_vars([v for v in posterior.data_vars if v == "theta" or v in everything])
    flat = {**flatten(everything), **flatten(parameters)}
    checks = convergence(everything).to_dict("index") | convergence(parameters).to_dict("index")
    rows = []
    for quantity, draws in flat.items():
        lower, median, upper = np.quantile(draws, [LOWER, 0.5, UPPER])
        row = {
            "quantity": quantity,
            "median": median,
            "mean": draws.mean(),
            "sd": draws.std(ddof=1),
            "eti95_lower": lower,
            "eti95_upper": upper,
        }
        if quantity in (spec.measure, spec.quantity):
            row |= _probabilities(spec, flat[spec.quantity])
        checked = checks.get(quantity, {})
        if (name := arguments(quantity)[0]) in DIFFERENCES:
            # what is left alive at a landmark, and time lived, are always good
            rising = quantity != name or spec.better == "higher"
            row["p_benefit"] = float(np.mean(draws > 0 if rising else draws < 0))
            difference = EstimateRow(float(median), float(lower), float(upper))
            # a number needed to treat has no draws of its own: it is read off the difference
            needed = needed_rows(quantity, difference, rising=rising) if name == "risk_difference" else ()
            rows += [row | checked, *(one | checked | {"mcse_mean": math.nan} for one in needed)]
        else:
            rows.append(row | checked)
    return _table(spec, prior, "nuts", rows)


def _probabilities(spec: AnalysisSpec, log_ratio: np.ndarray) -> dict[str, float]:
    turned, mcid = spec.sign * log_ratio, spec.sign * math.log(spec.mcid)
    return {
        "p_benefit": float(np.mean(turned < 0)),
        "p_mcid": float(np.mean(turned < mcid)),
        "p_harm": float(np.mean(turned > -mcid)),
    }


def exact_estimates(answer: Answer) -> pd.DataFrame:
    """Everything that the exact engine estimates of an analysis, as in `estimates.csv`.

    Beside :func:`curve_estimates`: of a study that may be biased the ratio that allows for it (``hr[allowing_for_bias]``),
    of a meta-regression that of each group (``hr[timing=neoadjuvant]``); of a synthesis, under the primary prior, absolute
    effects on the control risk of each study that is taken for one (``risk_difference[study,months]``, ``nntb[...]``,
    ``nnth[...]`` and the proportions in both arms), and the ratio with the same studies taken in other ways (``hr[without:study]`` ...).
    """
    spec = answer.spec
    own = curve_estimates(spec, answer.curve, answer.question.priors, answer.synthesis)
    panels = {group.key: group.panel for group in answer.moderated}
    if answer.allowing_for_bias is not None:
        panels["allowing_for_bias"] = answer.allowing_for_bias
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in spec.effect_priors}
    for key, panel in panels.items():
        for found in panel:
            rows[found.prior].append(_ratio_row(spec, f"{spec.measure}[{key}]", found))
    if answer.synthesis is not None:
        rows[spec.primary] += [*carried_rows(answer), *variant_rows(answer)]
    tables = [own, *(_table(spec, name, "curve", more) for name, more in rows.items() if more)]
    return pd.concat(tables, ignore_index=True)


def curve_estimates(
    spec: AnalysisSpec, curve: EvidenceCurve, priors: Mapping[str, Prior], synthesis: Synthesis | None = None
) -> pd.DataFrame:
    """Tidy estimates of the ratio and its log from the evidence curve; engine is ``curve``.

    Parameters
    ----------
    synthesis : Synthesis, optional
        Of an analysis of several studies, whose other quantities are added.
    """
    tables = []
    for name in spec.effect_priors:
        of = digest("estimates", curve.identity, spec, name, priors[name], synthesis and synthesis.identity)
        rows = ANSWERS.recall(of, partial(_curve_rows, spec, curve, name, priors[name], synthesis))
        tables.append(_table(spec, name, "curve", rows))
    return pd.concat(tables, ignore_index=True)


def _curve_rows(
    spec: AnalysisSpec, curve: EvidenceCurve, name: str, prior: Prior, synthesis: Synthesis | None
) -> list[dict[str, object]]:
    posterior = curve.apply(spec.effect_prior(prior))
    panel = verdict(posterior, spec, name)
    ratio_mean = posterior.expect(np.exp)
    ratio_sd = math.sqrt(max(posterior.expect(lambda t: np.exp(2 * t)) - ratio_mean**2, 0.0))
    shared = _chances(panel)
    ratio = {
        "quantity": spec.measure,
        "median": panel.median,
        "mean": ratio_mean,
        "sd": ratio_sd,
        "eti95_lower": panel.lower,
        "eti95_upper": panel.upper,
    }
    log = {
        "quantity": spec.quantity,
        "median": posterior.median,
        "mean": posterior.mean,
        "sd": posterior.sd,
    }
    log |= {"eti95_lower": math.log(panel.lower), "eti95_upper": math.log(panel.upper)}
    rows: list[dict[str, object]] = [ratio | shared, log | shared]
    if synthesis is not None:
        rows += [log | shared | {"quantity": "mu"}]
        rows += synthesis_rows(spec, synthesis, prior, whole=name == spec.primary)
    return rows


def _ratio_row(spec: AnalysisSpec, quantity: str, found: PriorVerdict) -> dict[str, object]:
    """A ratio under one prior with its probabilities."""
    ends = {"eti95_lower": found.lower, "eti95_upper": found.upper}
    return {"quantity": quantity, "median": found.median} | ends | _chances(found)


def _chances(found: PriorVerdict) -> dict[str, object]:
    return {key: value for key, value in asdict(found).items() if key.startswith("p_")}


def _table(spec: AnalysisSpec, prior: str, engine: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    head: dict[str, object] = {"analysis": spec.id, "prior": prior, "engine": engine}
    return pd.DataFrame([head | row for row in rows], columns=list(COLUMNS))


def judge(spec: AnalysisSpec, estimates: pd.DataFrame, exact: pd.DataFrame, stats: xr.Dataset) -> Gate:
    """Hold one posterior to the diagnostics gate and to the exact engine: every mean on the log scale that both have.

    Parameters
    ----------
    estimates, exact : DataFrame
        The same prior by NUTS and by curve.
    stats : Dataset
        `sample_stats` of the fit.
    """
    sampled, known = estimates.set_index("quantity"), exact.set_index("quantity")
    both = [q for q in known.index if q in sampled.index and q != spec.measure and np.isfinite(known.loc[q, "mean"])]
    distances = (sampled.loc[both, "mean"] - known.loc[both, "mean"]).abs() / sampled.loc[both, "mcse_mean"]
    ours, theirs, distance = sampled.loc[spec.quantity], known.loc[spec.quantity], distances.astype(float).max()
    p = float(theirs["p_benefit"])
    draws = float(min(ours["ess_bulk"], ours["ess_tail"]))
    # a constant has nothing to diagnose, a number needed to treat is judged by the difference that it inverts
    varying = estimates[estimates["sd"].astype(float) > 0]
    table = varying.set_index("quantity")[["r_hat", "ess_bulk", "ess_tail", "mcse_mean"]].astype(float)
    return gate(table, stats, float(distance), share_distance(float(ours["p_benefit"]), p, draws))


def share_distance(share: float, p: float, draws: float) -> float:
    """How far a share of draws lies from its probability, as the deviate of a standard normal that is as rare.

    By the binomial distribution of an effective number of draws, through the incomplete beta function: where the share is
    that of a few draws in a far tail, a distance in standard errors would call one draw more an error of the sampler.
    """
    k = share * draws
    above = betainc(k, draws - k + 1, p) if k > 0 else 1.0
    below = betainc(draws - k, k + 1, 1 - p) if k < draws else 1.0
    return max(0.0, float(-ndtri(max(min(above, below), 1e-300))))


def verdict_rows(answer: Answer, passed: bool) -> list[dict[str, object]]:
    """One row for each prior of an analysis, as in `verdicts.csv`; numbers from the exact curve.

    A verdict is a comparison with a threshold, which Monte Carlo error must not decide: NUTS is held to the curve by
    the gate instead. `hangs_on` names the studies of a synthesis without any one of which the primary prior's verdict is
    another; `mark` is what the row may be called (:mod:`crlm_bayes.words.marks`).
    """
    question, scepticism, spec = answer.question, answer.scepticism, answer.spec
    head: dict[str, object] = {
        "analysis": spec.id,
        "title": spec.title,
        "study": question.group,
        "endpoint": spec.endpoint,
    }
    head |= {
        "reading": spec.reading,
        "likelihood": spec.likelihood,
        "measure": spec.measure,
        "better": spec.better,
        "mcid": spec.mcid,
        "hypothetical": spec.hypothetical,
        "asks": spec.asks,
        "answers": spec.answers or "",
        "design": "" if spec.is_synthesis else design_words(question.study),
        "footing": question.footing,
        "prior_share": answer.prior_share,
        "indirect_share": None if answer.synthesis is None else answer.view.indirect_share,
        "hangs_on": "; ".join(title_of(study) for study in answer.decisive),
    }
    allowed, rows = {v.prior: v.p_benefit for v in answer.allowing_for_bias or ()}, []
    for row in scepticism.panel:
        numbers: dict[str, float | None] = {"median": row.median, "eti95_lower": row.lower, "eti95_upper": row.upper}
        numbers |= {"p_benefit": row.p_benefit, "p_mcid": row.p_mcid, "p_harm": row.p_harm}
        numbers |= {"p_allowing_for_bias": allowed.get(row.prior)}
        flags = {
            "mark": mark_of(row.p_benefit, question.footing),
            "survives": row.survives,
            "gate_passed": passed,
            "critical_sd": scepticism.critical_sd,
        }
        rows.append(head | {"prior": row.prior, "primary": row.prior == spec.primary} | numbers | flags)
    return rows
