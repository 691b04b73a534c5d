"""The registry: every check, in the order in which a reader would ask, and the audit of studies by all of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from crlm_bayes.audits import designs, identifiers, repeats, sample_size, statements
from crlm_bayes.audits.applied import applies
from crlm_bayes.audits.citations import ASKS, NAME, citations
from crlm_bayes.audits.counts import denominators, differences, percentages, pinned, ratios_of_counts, totals
from crlm_bayes.audits.finding import SEVERITIES, Check, Finding
from crlm_bayes.audits.means import grim, t_tests
from crlm_bayes.audits.means import t_tests as means
from crlm_bayes.audits.p_values import logrank_tests, statistics, tables
from crlm_bayes.audits.p_values.comparison import Comparison
from crlm_bayes.audits.ratios import direction, intervals
from crlm_bayes.audits.ratios import intervals as ratios
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.audits.survival import curves, favoured, hazards, jumps, medians
from crlm_bayes.documents.claims import Claim
from crlm_bayes.documents.study import Study

CHECKS: Final[tuple[Check, ...]] = (
    designs.design,
    # counts and percentages
    denominators.denominator,
    percentages.count_percent,
    percentages.impossible_percent,
    pinned.pinned_counts,
    percentages.arm_size,
    percentages.odds_as_share,
    totals.response_total,
    totals.graded_total,
    totals.part_of_whole,
    totals.categories_total,
    totals.centres_total,
    totals.arms_total,
    totals.factor_total,
    # p values
    tables.chi_square,
    tables.chi_square_statistic,
    t_tests.t_test,
    t_tests.t_statistic,
    statistics.p_of_statistic,
    # ratios
    intervals.ratio_interval,
    intervals.ratio_p,
    intervals.coefficient,
    intervals.information,
    ratios_of_counts.ratio_of_counts,
    differences.difference_of_arms,
    direction.direction,
    # survival
    curves.monotone,
    medians.median_landmark,
    medians.median_interval,
    medians.median_width,
    curves.ci_contains,
    curves.survival_ci,
    curves.events_landmark,
    curves.follow_up,
    jumps.hazard_jump,
    hazards.landmark_ratio,
    hazards.logrank_landmark,
    favoured.favoured_arm,
    logrank_tests.logrank_range,
    logrank_tests.logrank_order,
    # means
    grim.grim,
    grim.grimmer,
    grim.debit,
    grim.sd_range,
    # repeats
    repeats.duplicate_test,
    repeats.duplicate_mean,
    repeats.swapped,
    # words
    statements.statement,
    statements.order,
    sample_size.sample_size,
    # the document
    identifiers.identifier,
)
"""Checks of one study by itself; what it says of others is asked by :func:`~crlm_bayes.audits.citations.citations`."""

QUESTIONS: Final[tuple[tuple[str, str], ...]] = (*((check.name, check.asks) for check in CHECKS), (NAME, ASKS))
"""Name and question of everything that is asked."""


def audit_study(study: Study) -> list[Finding]:
    """Ask every check of one study; the gravest findings first, then in the order of the registry."""
    return _by_severity([finding for check in CHECKS for finding in check(study)])


def comparisons(study: Study) -> tuple[Comparison, ...]:
    """Every printed p value of a study that can be recomputed, beside its recomputations."""
    return tuple(c for module in (tables, means, logrank_tests, statistics, ratios) for c in module.comparisons(study))


def audit_studies(studies: Mapping[str, Study], claims: Sequence[Claim] = ()) -> dict[str, StudyAudit]:
    """Audit studies, each by itself and for what it says of the others.

    Parameters
    ----------
    studies : mapping of id to Study
    claims : sequence of Claim
        What the papers say of other studies; those without a document among `studies` cannot be checked.
    """
    said, citing = citations([c for c in claims if c.study in studies], studies), {c.study for c in claims}
    return {
        name: StudyAudit(
            study,
            tuple(_by_severity([*audit_study(study), *(f for f in said if f.study == name)])),
            comparisons(study),
            tuple(denominators.scans(study)),
            (*(check.name for check in CHECKS if applies(check.name, study)), *([NAME] if name in citing else [])),
        )
        for name, study in studies.items()
    }


def _by_severity(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
