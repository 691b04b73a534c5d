"""Proofs: whether the record of a run shows what the checklist asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crlm_bayes.answers.lookup import by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.answers.several.variants import Variants
from crlm_bayes.pages.tables.sources import published
from crlm_bayes.priors.content import content
from crlm_bayes.prose.absolute import differences


@dataclass(frozen=True)
class Shown:
    """What a page is made from."""

    result: Result
    figures: Mapping[str, str]

    @property
    def variants(self) -> Variants | None:
        """Other ways of taking the studies, where several are pooled."""
        return self.result.variants if self.result.synthesis is not None else None


Proof = Callable[[Shown], bool]


def stated(_: Shown) -> bool:
    """Proved by words that every page carries."""
    return True


def absent(_: Shown) -> bool:
    """Not part of this kind of analysis."""
    return False


def figure(name: str) -> Callable[[Shown], bool]:
    """Proved by a figure."""
    return lambda shown: bool(shown.figures.get(name))


def recorded(*keys: str) -> Callable[[Shown], bool]:
    """Proved by entries of the run record."""
    return lambda shown: all(shown.result.record.get(key) for key in keys)


def gated(*keys: str) -> Callable[[Shown], bool]:
    """Proved by numbers of the gate, for every posterior."""

    def proved(shown: Shown) -> bool:
        fits = shown.result.record.get("fits", {}).values()
        return bool(fits) and all(np.isfinite(fit["gate"].get(key, np.nan)) for fit in fits for key in keys)

    return proved


def exact_numbers(shown: Shown) -> list[float | None]:
    """Every number of the panel by the exact engine."""
    spec, named = shown.result.spec, by_name(shown.result.estimates)
    rows = [named.get((prior, "curve", spec.measure)) for prior in spec.effect_priors]
    return [x for e in rows for x in ((e.median, e.lower, e.upper, e.p_benefit, e.p_mcid, e.p_harm) if e else (None,))]


def whole_panel(shown: Shown) -> bool:
    """Every prior has its exact numbers."""
    return all(x is not None for x in exact_numbers(shown))


def located(shown: Shown) -> bool:
    """Every row that was used says where it is printed and how it was turned into numbers."""
    rows = shown.result.question.evidence.rows
    return bool(rows) and all(row.locator and row.how for row in rows)


def spectrum(shown: Shown) -> bool:
    """At least two priors without a side, one for benefit and one against it."""
    spec = shown.result.spec
    held = [content(p, spec.sign, spec.mcid).p_benefit for p in shown.result.question.priors.values()]
    return sum(abs(p - 0.5) < 0.01 for p in held) >= 2 and max(held) > 0.6 and min(held) < 0.4


def weights(shown: Shown) -> bool:
    """Every prior has a weight in events."""
    spec = shown.result.spec
    held = [content(p, spec.sign, spec.mcid).events for p in shown.result.question.priors.values()]
    return spec.measure in ("hr", "or") and all(x is not None for x in held)


def convergence_computed(shown: Shown) -> bool:
    """Convergence was computed; whether it was good is for the gate to say."""
    table = shown.result.estimates
    return bool((table["engine"] == "nuts").any()) and gated("max_r_hat")(shown)


def conflict_computed(shown: Shown) -> bool:
    """The data alone give an estimate, and every prior was held against it."""
    return all(one.conflict is not None for one in shown.result.reverse.priors)


def compared(shown: Shown) -> bool:
    """The paper prints a result for the same endpoint."""
    return bool(published(shown.result))


def on_absolute_scale(shown: Shown) -> bool:
    """A difference of proportions was estimated."""
    return bool(differences(shown.result))


def reasoned(shown: Shown) -> bool:
    """Every effect prior says why."""
    return all(prior.rationale for prior in shown.result.question.priors.values())


def spectrum_in_figure(shown: Shown) -> bool:
    """The panel is drawn, and holds the whole spectrum."""
    return figure("panel")(shown) and spectrum(shown)


def heterogeneous(shown: Shown) -> bool:
    """The spread between studies and the effect in a new one are estimated, with their intervals."""
    named = by_name(shown.result.estimates)
    rows = [named.get((shown.result.spec.primary, "curve", quantity)) for quantity in ("tau", "predictive")]
    return all(row is not None and row.lower is not None and row.upper is not None for row in rows)


def borrowing_varied(shown: Shown) -> bool:
    """The weight of what is borrowed, or an assumed bias, runs over values, nothing borrowed among them."""
    return shown.variants is not None and (shown.variants.borrowing is not None or shown.variants.bias is not None)


def without_each(shown: Shown) -> bool:
    """Every study was left out once."""
    found = shown.variants.without_each if shown.variants is not None else ()
    return bool(found) and len(found) == len(shown.result.question.studies)


def forms_varied(shown: Shown) -> bool:
    """The prior of the spread was varied, one common effect among the alternatives."""
    return shown.variants is not None and len(shown.variants.spreads) > 1


def studies_judged(shown: Shown) -> bool:
    """Design, source and audit of every study are on the page."""
    return set(shown.result.question.audits) == set(shown.result.spec.studies)
