"""Which checks apply to a study: those that find printed what they compare.

A check that applies may still have nothing to hold together (a p value of an endpoint whose counts are not printed): what
is said here is that the study prints numbers of the kinds that the check asks for, and no more.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from crlm_bayes.documents.study import Study

Needs = tuple[str | Callable[[Study], bool], ...]
"""All of them: tables with a row, alternatives parted by ``|``; fields behind a table (``survival.ci``) stand in one row."""

SHARES: Final = "counts.percent|survival.percent|baseline.percent"

COUNTED: Final = "counts|survival|baseline"

RATIOS: Final = ("contrasts", "factors")


def _of_ratios(*fields: str) -> str:
    return "|".join(f"{table}.{field}" for table in RATIOS for field in fields)


def _endpoint(*parts: str) -> Callable[[Study], bool]:
    return lambda study: any(part in f"{row.endpoint}/" for row in study.counts for part in parts)


def _logrank(study: Study) -> bool:
    return any(row.test == "logrank" for row in study.tests)


def _values(*kinds: str) -> Callable[[Study], bool]:
    return lambda study: any(row.values in kinds for row in study.continuous)


APPLIES: Final[Mapping[str, Needs]] = {
    "design": ("designs",),
    "denominator": (f"{SHARES}|percentages",),
    "count_percent": ("counts.events.percent|survival.alive.percent|baseline.percent",),
    "impossible_percent": (SHARES,),
    "pinned_counts": (SHARES, "tests.p"),
    "arm_size": ("counts|events|continuous|baseline",),
    "odds_as_share": ("counts",),
    "response_total": (_endpoint("orr/", "dcr/"), _endpoint("cr/", "pr/", "sd/", "pd/", "dcr/")),
    "graded_total": (_endpoint("_grade"),),
    "part_of_whole": (_endpoint("_grade", ":"),),
    "categories_total": ("baseline",),
    "centres_total": ("centres",),
    "arms_total": ("arms.n", lambda study: study.n is not None),
    "factor_total": ("factors",),
    "chi_square": ("tests.p", COUNTED),
    "chi_square_statistic": ("tests.statistic", COUNTED),
    "t_test": ("tests.p", "continuous"),
    "t_statistic": ("tests.statistic", "continuous"),
    "p_of_statistic": ("tests.statistic.p",),
    "ratio_interval": (_of_ratios("ci"),),
    "ratio_p": (_of_ratios("p.ci", "p.se", "p.wald"),),
    "coefficient": (_of_ratios("coefficient", "se", "wald"),),
    "information": (_of_ratios("ci", "se"),),
    "ratio_of_counts": ("contrasts", "counts"),
    "difference_of_arms": ("differences",),
    "direction": ("contrasts", "counts|survival|medians|tests"),
    "monotone": ("survival",),
    "median_landmark": ("medians", "survival"),
    "median_interval": ("medians.interval",),
    "median_width": ("medians.interval",),
    "ci_contains": ("survival.ci.percent",),
    "survival_ci": ("survival.ci.percent",),
    "events_landmark": ("events", "survival"),
    "follow_up": (lambda study: any(row.endpoint == "follow_up" for row in study.medians),),
    "hazard_jump": ("survival",),
    "landmark_ratio": ("contrasts", "survival"),
    "logrank_landmark": (_logrank, "survival|tests"),
    "favoured_arm": ("tests.favours",),
    "logrank_range": ("tests", "survival|counts|events"),
    "logrank_order": ("tests", "survival|counts|events"),
    "grim": (_values("whole", "binary"),),
    "grimmer": (_values("whole"),),
    "debit": (_values("binary"),),
    "sd_range": ("continuous",),
    "duplicate_test": ("tests.statistic.p",),
    "duplicate_mean": ("continuous",),
    "swapped": ("tests.p", f"{COUNTED}|continuous"),
    "statement": (lambda study: any(not row.is_order for row in study.statements),),
    "order": (lambda study: any(row.is_order for row in study.statements),),
    "sample_size": (lambda study: study.sample_size is not None,),
    "identifier": (),
}
"""What each check of one study asks for."""


def applies(check: str, study: Study) -> bool:
    """Whether a study prints what a check compares."""
    return all(need(study) if callable(need) else _is_printed(study, need) for need in APPLIES[check])


def _is_printed(study: Study, need: str) -> bool:
    return any(_has_row(study, *alternative.split(".")) for alternative in need.split("|"))


def _has_row(study: Study, table: str, *fields: str) -> bool:
    rows: tuple[Any, ...] = getattr(study, table)
    return any(all(getattr(row, field) is not None for field in fields) for row in rows)
