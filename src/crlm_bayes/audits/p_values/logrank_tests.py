"""Log-rank tests of survival by a time against the printed events: what is possible, and what is usual."""

import math
from collections.abc import Iterable

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.p_values import tables
from crlm_bayes.audits.p_values.comparison import Comparison, troubles, two_sided
from crlm_bayes.audits.p_values.exact_tests import p_of_chi2
from crlm_bayes.audits.p_values.logrank_range import Orders, orders_of, usual_range
from crlm_bayes.audits.p_values.statistics import span, statistic_trouble, titled
from crlm_bayes.audits.p_values.tabulated import LOGRANK, TIED, Tabulated
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.rule import INTERVAL
from crlm_bayes.words.nouns import spelled_out
from crlm_bayes.words.numbers import as_percent


def tests(study: Study) -> list[Tabulated]:
    """Log-rank tests of a time for which the events are known; one that is printed twice is told once, with its chi-square."""
    told = {(x.test.endpoint, x.test.months, x.test.p) for x in tables.tabulations(study) if x.orders}
    found = []
    for subject, test in titled(study):
        if test.test != "logrank" or (test.endpoint, test.months, test.p) in told:
            continue
        orders = orders_of(study, test)
        if orders is None:
            continue
        arms = test.between or tuple(arm.id for arm in study.arms)
        rows = [row for row in study.survival if row.endpoint == test.endpoint and row.arm in arms]
        rows = [row for row in rows if test.months and row.months.value <= test.months.value]
        basis = f"the events printed by then, {_events(orders)}"
        entries = (*(reference("survival", row) for row in rows), reference("tests", test))
        locators = (*(row.locator for row in rows), test.locator)
        found.append(Tabulated(test, subject, basis, entries, locators, (), orders=orders))
    return found


def _events(orders: Orders) -> str:
    *_, last = orders.points
    counts = (f"{x[0]}" if len(x) == 1 else f"{x[0]} to {x[-1]}" for x in last)
    return " v ".join(f"{count} of {n}" for count, n in zip(counts, orders.sizes, strict=True))


def comparisons(study: Study) -> list[Comparison]:
    """Printed p values of log-rank tests of a time beside those of all orders of the events."""
    return [c for tabulated in tests(study) if (c := tabulated.comparison) is not None]


@check("Is each log-rank p value or statistic of a time possible with the events printed by then?")
def logrank_range(study: Study) -> Iterable[Trouble]:
    """Hold log-rank tests of a time against all orders of events; a statistic only whose p value raised nothing."""
    for tabulated in tests(study):
        found = list(troubles([tabulated.comparison] if tabulated.comparison else []))
        statistics = tabulated.statistics
        statistics |= {f"root of {name}": Range(math.sqrt(x.low), math.sqrt(x.high)) for name, x in statistics.items()}
        test = tabulated.test
        of_statistic = statistic_trouble(test, "log-rank statistic", tabulated.subject, tabulated.basis, statistics)
        yield from found or ([of_statistic] if of_statistic else [])


@check("Is each log-rank p value of a time one of a usual order of the events?")
def logrank_order(study: Study) -> Iterable[Trouble]:
    """Note tests that follow from nothing but an order of events outside the central 95% of random ones."""
    for tabulated in (*tables.tabulations(study), *tests(study)):
        comparison, orders = tabulated.comparison, tabulated.orders
        usual = usual_range(orders) if orders and comparison and comparison.agrees else None
        if comparison is None or usual is None:
            continue
        said = two_sided(comparison.printed, comparison.sided)
        others = [v for v in comparison.variants if v.name.removesuffix(", one-sided") not in (LOGRANK, TIED)]
        p = Range(p_of_chi2(usual.high), p_of_chi2(usual.low))
        if p.meets(said) or any(v.p.meets(stands_for(comparison.printed)) for v in others):
            continue
        printed = f"p {'' if comparison.printed.bound else '= '}{comparison.printed}"
        subject, part = spelled_out(comparison.subject), as_percent(INTERVAL)
        message = (
            f"The printed {printed} for {subject} can only be that of a log-rank test with an unusual order of the "
            f"events: of random orders with the printed events {part} give a chi-square between {span(usual).replace(' to ', ' and ')}."
        )
        yield Trouble(
            comparison.subject, "note", comparison.entries, comparison.locators, printed,
            f"log-rank chi-square {span(usual)} ({part} of random orders)", message,
        )  # fmt: skip
