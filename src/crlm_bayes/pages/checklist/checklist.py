"""What a Bayesian reanalysis report must show, item by item, filled from the run's own record.

Distilled from ROBUST (Sung 2005), BARG (Kruschke 2021), Zampieri 2021 and the FDA's draft guidance of 2026. An item
with proof links to the place on the page; one without says *not shown*, and why.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from crlm_bayes.answers.result import Result
from crlm_bayes.pages.checklist import proofs
from crlm_bayes.pages.checklist.proofs import Proof, Shown, absent, figure, gated, recorded, stated


class Item(NamedTuple):
    """One item: where on the page it would be shown, and what proves it."""

    id: int
    text: str
    anchor: str
    proof: Proof


class Filled(NamedTuple):
    """One item after looking: `anchor` is None where it is not shown, `why` says the reason."""

    id: int
    text: str
    anchor: str | None
    why: str


GROUPS: Final[Mapping[str, tuple[Item, ...]]] = {
    "Question and data": (
        Item(1, "why Bayesian, and what it adds", "question", stated),
        Item(2, "goal and estimand", "question", stated),
        Item(3, "post-hoc reanalysis, and what was fixed in advance", "limits", stated),
        Item(4, "every number's source and derivation", "data", proofs.located),
        Item(5, "selection and exclusions, effect measure and conversions", "data", proofs.located),
        Item(6, "the published estimate beside ours", "published", proofs.compared),
    ),
    "Model": (
        Item(7, "likelihood, all parameters", "model", stated),
        Item(8, "hierarchy and exchangeability in words", "exchangeability", stated),
        Item(9, "the model in mathematics", "model", stated),
        Item(10, "prior of every parameter", "model", stated),
        Item(11, "why each prior", "priors", proofs.reasoned),
        Item(12, "each prior's weight (effective sample size 4/sd² events)", "priors", proofs.weights),
        Item(13, "prior predictive check", "predictive", figure("prior_predictive")),
        Item(14, "a sceptical prior; neutral, optimistic, pessimistic beside it", "priors", proofs.spectrum),
        Item(15, "analysis prior and design prior told apart", "priors", stated),
    ),
    "Computation": (
        Item(16, "software and versions", "reproducibility", recorded("versions")),
        Item(17, "sampler settings and seed", "reproducibility", recorded("settings")),
        Item(18, "R-hat of every parameter and derived quantity", "convergence", proofs.convergence_computed),
        Item(19, "effective sample sizes", "diagnostics", gated("min_ess_bulk", "min_ess_tail")),
        Item(20, "if not MCMC, the approximation and its error", "engines", gated("exact_mean", "exact_p_benefit")),
        Item(21, "divergences", "diagnostics", gated("divergences")),
    ),
    "Posterior": (
        Item(22, "posterior predictive check", "predictive", figure("predictive")),
        Item(23, "central tendency", "panel", proofs.whole_panel),
        Item(24, "interval, kind and level", "panel", proofs.whole_panel),
        Item(25, "the whole posterior as a picture", "densities", figure("densities")),
        Item(26, "heterogeneity with its interval, prediction for a new study or centre", "model", absent),
        Item(27, "absolute as well as relative effects", "absolute", proofs.on_absolute_scale),
    ),
    "Decision": (
        Item(28, "rule and threshold stated before the probability", "decision-rule", stated),
        Item(29, "P(any benefit), P(at least the MCID), P(harm) under each prior", "decision", proofs.whole_panel),
        Item(30, "Bayes factors with the prior odds they need", "reverse", stated),
        Item(31, "one coherent rule", "decision-rule", stated),
    ),
    "Sensitivity": (
        Item(32, "broad, informed and sceptical priors in one figure", "panel", proofs.spectrum_in_figure),
        Item(33, "prior–data conflict", "reverse", proofs.conflict_computed),
        Item(34, "borrowing and bias parameters varied, conclusion at zero borrowing", "model", absent),
        Item(35, "influence of single studies", "model", absent),
        Item(36, "model form varied", "model", absent),
        Item(37, "reverse-Bayes: the scepticism that would overturn the claim", "scepticism", stated),
        Item(38, "risk of bias per study", "limits", absent),
    ),
    "Reproducibility": (
        Item(
            39,
            "code, data, environment, seeds, draws",
            "reproducibility",
            recorded("versions", "settings", "digests", "fits"),
        ),
        Item(40, "calibration by simulation", "diagnostics", absent),
        Item(41, "limits, and what the analysis cannot say", "limits", stated),
    ),
}
"""All items, in the order of the list."""

NO_FIGURE: Final = "this run has no such figure"

WHY_NOT: Final[dict[int, str]] = {
    6: "the paper prints no ratio, test or median for this endpoint",
    12: "4/sd² is no number of events for this measure, or for one of these priors",
    13: NO_FIGURE,
    14: "the panel lacks one of them",
    22: NO_FIGURE,
    25: NO_FIGURE,
    26: "one study: nothing is pooled",
    27: "no risk in the control arm is at hand, or the primary prior was not sampled",
    32: "the figure, or one of the priors, is missing",
    33: "the data alone give no estimate that a prior could conflict with",
    34: "one study: nothing is borrowed; the bias that the claim bears is shown under scepticism",
    35: "one study: nothing is pooled",
    36: "one model here; other readings and models are on the page of all analyses",
    38: "no assessment of the risk of bias is in the record",
    40: "no simulation study belongs to this run",
}
"""What to say where an item is not shown."""

OF_SYNTHESES: Final[Mapping[int, Item]] = {
    5: Item(5, "selection and exclusions, effect measure and conversions", "effects", proofs.located),
    26: Item(26, "heterogeneity with its interval, prediction for a new study", "heterogeneity", proofs.heterogeneous),
    34: Item(34, "borrowing and bias varied, conclusion at zero borrowing", "borrowing", proofs.borrowing_varied),
    35: Item(35, "influence of single studies", "influence", proofs.without_each),
    36: Item(
        36, "model form varied: other syntheses of the same studies, priors of τ", "otherwise", proofs.forms_varied
    ),
    38: Item(
        38, "risk of bias per study (by design, source and audit; no formal tool)", "studies", proofs.studies_judged
    ),
}
"""Items that an analysis of several studies proves in its own way."""

WHY_NOT_SYNTHESES: Final[dict[int, str]] = {
    6: "no study prints a ratio, test or median for this endpoint",
    26: "no spread between studies is estimated",
    27: "no direct study that counts in full prints a risk in its control arm",
    34: "nothing is discounted, and all studies are of one kind: the bias that the claim bears is shown under scepticism",
    35: "the studies are not pooled by their effects",
    36: "one effect in all studies is assumed; other structures are on the page of all analyses",
}
"""What to say where it is not shown there."""

WHY_NOT_APART: Final[Mapping[str, dict[int, str]]] = {
    "arm_level": {
        6: "arms are compared across studies, not what a study prints of its own arms",
        26: "the spread that is estimated is between arms, not between studies",
        34: "all arms count alike, and none is taken as biased",
        36: "other ways to take these studies are on the page of all analyses",
    },
    "centres": {26: "no prediction for a new centre is in the record; how far centres differ is mostly assumed"},
}
"""What to say instead in structures of their own."""


def fill(result: Result, figures: Mapping[str, str]) -> list[tuple[str, list[Filled]]]:
    """Look for the proof of every item, group by group."""
    shown = Shown(result, figures)
    own = OF_SYNTHESES if result.spec.is_synthesis else {}
    reasons = WHY_NOT | (WHY_NOT_SYNTHESES if result.spec.is_synthesis else {})
    reasons |= WHY_NOT_APART.get(result.spec.structure, {})
    return [
        (group, [_look(own.get(item.id, item), shown, reasons) for item in items]) for group, items in GROUPS.items()
    ]


def _look(item: Item, shown: Shown, reasons: Mapping[int, str]) -> Filled:
    if item.proof(shown):
        return Filled(item.id, item.text, item.anchor, "")
    return Filled(item.id, item.text, None, reasons.get(item.id, "the record of this run does not prove it"))
