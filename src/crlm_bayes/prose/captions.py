"""Captions of figures."""

from collections.abc import Mapping
from typing import Final

from crlm_bayes.words.numbers import LEVEL

SYNTHESIS_CAPTIONS: Final[Mapping[str, str]] = {
    "forest_plot": f"Every study as printed (black square, sized by its weight, with {LEVEL} limits) and as it stands beside "
    f"the others (open circle, posterior median and {LEVEL} equal-tailed interval, free of bias where the model has one), the "
    "primary prior, the pooled effect (diamond) and the effect to be expected in a new study. The weight is the share of a "
    "study, and of the prior, in the pooled mean; it is negative where a study far out makes the others count for less. Open squares in pairs: the print says how far from no effect, but not on "
    "which side.",
    "influence": "The pooled effect under the primary prior without each study in turn. A conclusion that hangs on one study "
    "shows as a row that steps out of line.",
    "cumulative": "The pooled effect under the primary prior as it was after each study, by year of publication, from the "
    "prior alone to all studies. Indirect studies and discounts enter as they do in the analysis.",
    "heterogeneity": "Prior and posterior of everything beside the pooled effect: spread between studies, mean and spread of "
    "bias, difference between groups, learnt weight. Where the posterior stays with the prior the studies cannot say.",
    "borrowing": "P(benefit) under each prior where the secondary evidence counts with a weight from 0 (left out) to 1 (as it "
    "stands), and where studies that were not randomised overstate the benefit by a factor taken as known. The triangle is "
    "where the claim is won or lost under the primary prior.",
    "tau_priors": "The pooled effect under the primary prior for other priors of the spread between studies, among them none "
    "at all (a common effect).",
    "funnel": "Each estimate against its standard error, with the pooled effect and the limits between which 95% of estimates "
    "would lie. Asymmetry can come from small studies that were not published, but as well from small studies that "
    "differ in patients, treatment or quality, or from chance; symmetry does not prove that nothing is missing.",
    "prior_predictive": "What the model expects to be printed of every study before it has seen the print, in standard "
    "deviations. What is printed should be neither impossible nor singled out.",
    "predictive": "What the fitted model would print again of every study, in standard deviations. What is printed should "
    "lie well inside; a study whose numbers all lie on one side is at odds with the others.",
}
"""Captions by figure, for the page of a synthesis."""

CAPTIONS: Final[Mapping[str, str]] = {
    "panel": f"The prior panel: posterior median and {LEVEL} equal-tailed interval of the ratio under each prior, from "
    "the exact curve, on a log scale.",
    "densities": "Prior, likelihood and posterior of the ratio under each prior. Where the posterior stays with the "
    "prior the data say little; where it moves to the likelihood they say much.",
    "survival": f"Fitted survival in each arm with {LEVEL} bands under the primary prior, over the printed landmarks.",
    "probability": f"Event probability in each arm, and the difference, with {LEVEL} intervals under the primary "
    "prior, beside what is printed.",
    "prior_predictive": "What the model expects to be printed before it has seen the print. What is printed should be "
    "neither impossible nor singled out.",
    "predictive": "What the fitted model would print again. What is printed should lie well inside.",
    "chains": "Ranks of the draws of each chain, as deviations from what equal chains would give. Chains that wander "
    "near zero together have found the same distribution.",
    "robustness": "How much the claim bears before it falls: scepticism, a bias that overstates it, a discount on its evidence, and "
    "confounding, each by itself.",
    "mean_sd": "P(benefit) under every normal prior. The heavy line is where a claim of benefit just survives; the marks are the priors of the panel.",
    "bias_discount": "P(benefit) under priors centred on no effect: where the study overstates the benefit (left), and where only part "
    "of its evidence counts (right).",
    "arm_level": f"Every arm, without the treatment and with it, whatever its study: the printed proportion, and the probability with its {LEVEL} interval under "
    "the primary prior. Arms of different studies differ in more than the treatment.",
    "centres": "P(benefit) over what is assumed of the centres: how far they differ, and whether those with a better prognosis treated more of their patients. A "
    "sensitivity analysis: the print says almost nothing of either.",
    "synthesis": f"Every synthesis under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "forest": f"Every analysis of one study under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "readings": "How much of the verdict is the reading: P(benefit) of each endpoint under every reading of the same print. "
    "Readings concern the same patients; hypothetical ones ask what if, and are no evidence.",
}
