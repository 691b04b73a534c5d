"""P values and limits of ratios: does each ratio lie in the middle of its limits, and do they give the p value?"""

import math
from collections.abc import Iterable
from typing import Final

from crlm_bayes.audits.counts.ratios_of_counts import count_variants
from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, sided_as, troubles
from crlm_bayes.audits.p_values.exact_tests import p_of_chi2
from crlm_bayes.audits.p_values.statistics import p_of_z_range
from crlm_bayes.audits.ratios.printed import Ratio, over, ratios, written
from crlm_bayes.audits.ratios.regression import coefficient, information
from crlm_bayes.documents.printed.rounding import TINY, Range, decimals, stands_for
from crlm_bayes.documents.study import Study
from crlm_bayes.words.numbers import fixed

__all__ = ["coefficient", "comparisons", "information", "ratio_interval", "ratio_p"]

FACTOR_OF_TWO: Final = 2.0
"""How far a p value must be from the nearest recomputation for a change of sides to be serious."""

SKEWED: Final = 0.05
"""Share of the width of an interval up to which a hazard ratio off its middle is only a note."""

LOPSIDED: Final = {"hr": 0.25, "or": 0.25, "rr": 0.35}
"""Share of the width from its middle to the ratio that no method gives.

Wald's limits have none. Over all tables the limits of scores, likelihoods and exact tests have at most 0.22 for odds ratios,
and 0.34 for risk ratios, whose limits are pressed where nearly all have the event. Those that lie symmetrically about the
ratio itself, not its logarithm, can have more and are told apart.
"""


class RatioComparison(Comparison):
    """A p value beside those of a ratio and its limits.

    A log-rank or exact p value is often printed beside a Wald interval, and may fall on the other side of 0.05.
    """

    @property
    def severity(self) -> Severity | None:
        """Serious only if the p value changes sides and is also half or twice the nearest, or beyond."""
        severity, said, found = super().severity, stands_for(self.printed), self.nearest.p
        far = found.low >= FACTOR_OF_TWO * said.high or said.low >= FACTOR_OF_TWO * found.high
        return "warning" if severity == "serious" and not far else severity


def comparisons(study: Study) -> list[Comparison]:
    """Printed p values of ratios beside those of their limits, standard errors and Wald statistics.

    Altman and Bland 2011 (p value from a confidence interval); Tierney 2007.
    """
    # beside an unadjusted ratio many papers print the p value of the table or of the log-rank test, which has its own check
    others = {(test.endpoint, test.p.text) for test in study.tests if test.p and test.months is None}
    return [
        c
        for ratio in ratios(study)
        if (ratio.row.adjusted or not ratio.row.p or (ratio.row.endpoint, ratio.row.p.text) not in others)
        and (c := _comparison(ratio, study)) is not None
    ]


@check("Does the p value of each ratio follow from its limits, coefficient or Wald statistic?")
def ratio_p(study: Study) -> Iterable[Trouble]:
    """Recompute the p values of ratios."""
    yield from troubles(comparisons(study))


@check("Does each ratio lie in the middle of its limits?")
def ratio_interval(study: Study) -> Iterable[Trouble]:
    """Place ratios in their intervals; limits that are not Wald's need not be symmetric on the log scale."""
    for ratio in ratios(study):
        row, ci, value = ratio.row, ratio.row.ci, ratio.value
        if ratio.limits is None or ci is None:
            continue
        low, high = ratio.limits
        middle = Range((low.low + high.low) / 2, (low.high + high.high) / 2)
        if value.meets(middle):
            continue
        shown_as = written(row)
        if not value.meets(Range(low.low, high.high)):
            message = (
                f"The printed {ratio.noun} {row.written} for {ratio.name} is outside its own limits {ci[0]} to {ci[1]}."
            )
            yield ratio.trouble("serious", shown_as, f"limits {ci[0]} to {ci[1]}", message)
            continue
        geometric = math.exp((middle.low + middle.high) / 2)
        shown = ratio.like(geometric)
        if row.value is not None and shown == row.value.text:
            shown = fixed(geometric, decimals(row.value) + 2)
        off = value.gap(middle) / max(high.high - low.low, TINY)
        mild = row.measure != "hr" or off <= SKEWED
        lower, upper = map(stands_for, ci)
        half = Range((lower.low + upper.low) / 2, (lower.high + upper.high) / 2)
        plain = row.value is not None and half.meets(stands_for(row.value))
        message = (
            f"The printed {ratio.noun} {row.written} for {ratio.name} is not the geometric middle of its limits {ci[0]} to "
            f"{ci[1]}, which is {shown}{', but their arithmetic middle' if plain else ''}."
        )
        severity: Severity = "serious" if off > LOPSIDED[row.measure] and not plain else "note" if mild else "warning"
        if severity == "note" and off > SKEWED:
            message = f"{message[:-1]}, as limits of exact tests and of likelihoods need not be."
        elif severity == "serious":
            message = f"{message[:-1]}: by no method are limits so lopsided."
        yield ratio.trouble(severity, shown_as, f"geometric middle {shown}", message)


def _comparison(ratio: Ratio, study: Study) -> Comparison | None:
    row, printed_se = ratio.row, ratio.printed_se
    if row.p is None:
        return None
    variants, basis = [], []
    if ratio.se is not None and row.ci is not None:
        variants.append(Variant("from the limits", p_of_z_range(over(ratio.value, ratio.se))))
        basis.append(f"the printed {ratio.noun} {written(row)}")
    if printed_se is not None:
        effect = ratio.effect
        words = (
            f"the printed {ratio.noun} {row.written}"
            if row.coefficient is None
            else f"the coefficient {row.coefficient}"
        )
        variants.append(Variant("from the standard error", p_of_z_range(over(effect, printed_se))))
        basis.append(f"{words} with standard error {row.se}")
    if row.wald is not None:
        basis.append(f"the Wald statistic {row.wald}")
        wald, (squared, plain) = stands_for(row.wald), ratio.wald_kinds
        if squared:
            p = Range(p_of_chi2(wald.high), p_of_chi2(wald.low))
            variants.append(Variant("from the Wald chi-square", p))
        if plain:
            variants.append(Variant("from the Wald z", p_of_z_range(wald)))
    # beside an unadjusted ratio of counts stands as often the p value of a test of the table
    counts, of_table = count_variants(study, row)
    if of_table:
        variants += of_table
        basis.append(counts)
    if not variants:
        return None
    sided = sided_as(row.sided, variants, row.p)
    return RatioComparison(ratio.subject, " and ".join(basis), (ratio.entry,), (row.locator,), row.p, sided, row.sided)
