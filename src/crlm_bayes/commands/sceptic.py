"""The sceptic in the terminal: the prior panel, reverse-Bayes, robustness and decision of each analysis."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from crlm_bayes.answers.answer import Doubt, Inquiry
from crlm_bayes.commands.console import LEGEND, SINGLE_STUDIES, SYNTHESES, inverse
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.prose.priors import statement
from crlm_bayes.prose.scepticism import confounding_words, critical_sentence
from crlm_bayes.rule import standing
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.scepticism.replication import pairs
from crlm_bayes.scepticism.robustness import Robustness
from crlm_bayes.words.nouns import SIGNS, listed, prior_name
from crlm_bayes.words.numbers import number, p_value, percent, probability, ratio, span

NUMBERS = ("median", "lower", "upper", "p_benefit", "p_mcid", "p_harm")

WHOLE = 3
"""Up to so many analyses are printed with everything; more, with the panel and a summary each."""


def sceptic_rows(inquiries: Iterable[Inquiry]) -> list[dict[str, Any]]:
    """Rows of `sceptic --json`; ratios as reported, means and limits on the benefit scale in logarithms.

    A synthesis has more: `tau` and `predictive` (the ratio in a new study), each with median, lower and upper, and
    `weights`, by study, the prior's among them; all under the primary prior and of the evidence as it is printed.
    """
    every = list(inquiries)
    found = pairs(one for inquiry in every if (one := inquiry.estimated()) is not None)
    return [
        _row(inquiry)
        | {
            "replicates": [
                {
                    "original": pair.original.analysis,
                    "p_sceptical": pair.found.p_one_sided,
                    "relative_effect": pair.found.relative_effect,
                }
                for pair in found
                if pair.replica.analysis == inquiry.question.spec.id
            ]
        }
        for inquiry in every
    ]


def _row(inquiry: Inquiry) -> dict[str, Any]:
    answer, spec = inquiry.scepticism, inquiry.question.spec
    borne, reverse, verdicts = inquiry.robustness(), inquiry.reverse(), inquiry.verdicts()
    head = borne.headline
    against = [
        {
            "name": one.prior,
            "bf10": _finite(one.bayes_factor.bf10),
            "prior_needed": one.bayes_factor.prior_needed(),
            "fail_safe_mean": one.fail_safe_mean,
            "conflict_p": None if one.conflict is None else one.conflict.p,
            "decision": str(verdicts[one.prior]),
        }
        for one in reverse.priors
    ]
    return {
        "analysis": spec.id,
        "measure": spec.measure,
        "priors": [_numbers(v) for v in answer.panel],
        "matthews_limit": answer.matthews_limit,
        "critical_sd": answer.critical_sd,
        "e_value": answer.e_value,
        "e_value_ci": answer.e_value_ci,
        "others": [_numbers(v) for v in inquiry.others()],
        "against": against,
        "advocacy_limit": reverse.advocacy_limit,
        "critical_advocacy": reverse.critical_advocacy,
        "p_intrinsic": reverse.p_intrinsic,
        "bias_limit": _finite(head.bias),
        "discount_limit": head.discount,
        "null_events": borne.null_events,
    } | pooled_numbers(inquiry)


def _numbers(v: PriorVerdict) -> dict[str, Any]:
    return {"name": v.prior, **{key: getattr(v, key) for key in NUMBERS}}


def _finite(x: float | None) -> float | None:
    return None if x is None or not math.isfinite(x) else x


def print_scepticism(inquiries: Sequence[Inquiry], doubt: Doubt) -> None:
    """Print each analysis to stdout; everything of a few, the panel and a summary of many."""
    console = Console(highlight=False)
    for sentence in _assumed(doubt):
        console.print(f"[bold]{sentence}[/]", soft_wrap=True)
    together = [inquiry for inquiry in inquiries if inquiry.question.spec.is_synthesis]
    single = [inquiry for inquiry in inquiries if not inquiry.question.spec.is_synthesis]
    for inquiry in [*together, *single]:
        if together and single and inquiry in (together[0], single[0]):
            console.rule(SYNTHESES if inquiry is together[0] else SINGLE_STUDIES, align="left", style="dim")
        spec, answer = inquiry.question.spec, inquiry.scepticism
        console.print(f"[bold]{spec.title}[/]  [dim]{spec.id}[/]", soft_wrap=True)
        console.print(_panel(inquiry, answer.panel))
        if not answer.has_estimate:
            console.print("The data alone give no estimate: the likelihood does not fall on both sides.")
        for sentence in [*_scatter(inquiry), *_summary(inquiry, inquiry.robustness())]:
            console.print(sentence, soft_wrap=True)
        if len(inquiries) <= WHOLE:
            _print_whole(console, inquiry)
        console.print()
    _print_replications(console, inquiries)
    console.print(LEGEND, soft_wrap=True)
    if len(inquiries) > WHOLE:
        console.print("Name an analysis for Bayes factors, conflict, the decision and other priors.", style="dim")


def _print_replications(console: Console, inquiries: Iterable[Inquiry]) -> None:
    found = pairs(one for inquiry in inquiries if (one := inquiry.estimated()) is not None)
    if not found:
        return
    console.print("[bold]Replication[/]: sceptical p, one-sided, of a second study for a first (Held 2020)")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("original", overflow="fold")
    table.add_column("taken as its replication", overflow="fold")
    table.add_column("sceptical p", justify="right", no_wrap=True)
    for pair in found:
        table.add_row(pair.original.analysis, pair.replica.analysis, p_value(pair.found.p_one_sided))
    console.print(table)
    console.print()


def _assumed(doubt: Doubt) -> list[str]:
    said = []
    if doubt.bias:
        way = "overstate" if doubt.bias > 0 else "understate"
        said.append(f"Each study is taken to {way} the benefit by a factor of {math.exp(abs(doubt.bias)):.3g}.")
    if doubt.discount:
        said.append(f"{percent(doubt.discount, 0)} of the evidence of each study is set aside.")
    return said


def _panel(inquiry: Inquiry, rows: Iterable[PriorVerdict]) -> Table:
    spec = inquiry.question.spec
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in (
        f"{spec.measure.upper()} (95% ETI)",
        "P(benefit)",
        f"beats {spec.mcid:g}",
        f"harm {inverse(spec.mcid)}",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for v in rows:
        effect = f"{v.median:.3f} ({v.lower:.3f}-{v.upper:.3f})"
        benefit = f"{probability(v.p_benefit)} {SIGNS[standing(v.p_benefit)]}"
        table.add_row(prior_name(v.prior), effect, benefit, probability(v.p_mcid), probability(v.p_harm))
    return table


def _scatter(inquiry: Inquiry) -> list[str]:
    """How far studies scatter, and the ratio in a new one."""
    pooled = inquiry.pooled
    if pooled is None or pooled.tau is None:
        return []
    low, high = (math.exp(x) for x in pooled.predictive.interval)
    spread = f"{number(pooled.tau.median)} (95% ETI {span(*pooled.tau.interval, write=number)})"
    new = f"{ratio(math.exp(pooled.predictive.median))} ({span(low, high)})"
    return [f"Spread between studies, tau: {spread}. In a new study: {inquiry.question.spec.measure.upper()} {new}."]


def _print_weights(console: Console, inquiry: Inquiry) -> None:
    pooled = inquiry.pooled
    if pooled is not None:
        shares = listed(f"{weight.name} {percent(weight.share)}" for weight in pooled.weights)
        console.print(f"Weights in the pooled mean: {shares}.", soft_wrap=True)


def _summary(inquiry: Inquiry, borne: Robustness) -> list[str]:
    answer, head = inquiry.scepticism, borne.headline
    limit = "none" if answer.matthews_limit is None else f"{answer.matthews_limit:.3f}"
    said = [f"{critical_sentence(answer.critical_sd)} Matthews' scepticism limit: {limit}."]
    primary = prior_name(borne.primary)
    if head.survives and head.bias is not None and head.discount is not None:
        said.append(
            f"Under the {primary} prior the claim falls if the benefit is overstated by a factor of {math.exp(min(head.bias, 9)):.3g}, "
            f"or if {percent(head.discount, 0)} of the evidence is set aside."
        )
    contrasts = [c for study in inquiry.question.studies for c in study.contrasts]
    adjusted = any(c.adjusted for c in contrasts) and inquiry.question.spec.reading == "contrast"
    said.append(confounding_words(answer.e_value, answer.e_value_ci, inquiry.question.spec.measure, adjusted=adjusted))
    return said


def _print_whole(console: Console, inquiry: Inquiry) -> None:
    spec, reverse, verdicts = inquiry.question.spec, inquiry.reverse(), inquiry.verdicts()
    _print_weights(console, inquiry)
    groups: dict[str, list[str]] = {}
    for name, found in verdicts.items():
        groups.setdefault(str(found), []).append(prior_name(name))
    console.print("\n[bold]Decision[/]")
    for said, names in groups.items():
        console.print(f"  {said}: {listed(names)}", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in ("BF10", "needed for 95%", "fail-safe mean", "conflict p"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in reverse.priors:
        safe = "none" if one.fail_safe_mean is None else f"{math.exp(spec.sign * one.fail_safe_mean):.2f}"
        conflict = "" if one.conflict is None else p_value(one.conflict.p)
        factor = one.bayes_factor
        table.add_row(prior_name(one.prior), number(factor.bf10, 3), percent(factor.prior_needed()), safe, conflict)
    console.print("\n[bold]Against each prior[/]: Bayes factor of the prior over no effect, and what it takes")
    console.print(table)
    console.print("\n[bold]Other priors[/]")
    console.print(_panel(inquiry, inquiry.others()))
    for name, prior in {**inquiry.question.priors, **inquiry.question.others}.items():
        console.print(
            f"  [dim]{prior_name(name)}: {statement(prior, spec.better, spec.measure, spec.mcid)}[/]", soft_wrap=True
        )


def pooled_numbers(inquiry: Inquiry) -> dict[str, Any]:
    """Keys `tau`, `predictive` and `weights` of a synthesis; none for one study.

    `tau` is None for a common effect. `predictive` is a ratio, as reported.
    """
    pooled = inquiry.pooled
    if pooled is None:
        return {}
    new = _pooled_numbers(pooled.predictive)
    return {
        "tau": None if pooled.tau is None else _pooled_numbers(pooled.tau),
        "predictive": {key: math.exp(value) for key, value in new.items()},
        "weights": {weight.name: weight.share for weight in pooled.weights},
    }


def _pooled_numbers(posterior: GridPosterior) -> dict[str, float]:
    lower, upper = posterior.interval
    return {"median": posterior.median, "lower": lower, "upper": upper}
