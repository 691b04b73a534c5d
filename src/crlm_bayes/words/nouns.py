"""The nouns of terminal, figures and pages: endpoints, measures, readings and lists, so that one thing has one name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, Literal, Protocol

from crlm_bayes.words.numbers import probability, threshold

ENDPOINTS: Final = {
    "os": "overall survival",
    "pfs": "progression-free survival",
    "dfs": "disease-free survival",
    "rfs": "relapse-free survival",
    "ttp": "time to progression",
    "orr": "objective response",
    "dcr": "disease control",
    "r0": "complete (R0) resection",
    "complication": "complications",
}
"""Nouns of the endpoints; in the order of an index."""

EVENT_FREE: Final = {"os": "alive", "pfs": "progression-free", "dfs": "disease-free", "rfs": "relapse-free"}

MEASURES: Final = {"hr": "hazard ratio", "or": "odds ratio", "rr": "risk ratio"}

DESIGNS: Final = {
    "rct": "randomised trial",
    "cohort": "cohort study (not randomised)",
    "case_control": "case-control study (not randomised)",
    "single_arm": "single-arm study",
    "pooled": "pooled analysis of several studies",
}

READINGS: Final = {
    "counts": "printed counts",
    "percent": "printed percentages, as they stand",
    "landmark": "printed survival at landmarks",
    "pinned": "whole counts that give both the printed percentages and the printed p values",
    "at_risk": "printed survival with numbers at risk",
    "contrast": "printed ratio, or its logarithm, with an interval, a standard error or a p value",
    "logrank": "printed log-rank p value with the number of events",
    "observed_expected": "printed observed minus expected events with their variance",
}

SIGNS: Final = {"survives": "●", "face_value": "◐", "open": "○", "harm": "▼", "harm_face_value": "▽", "what_if": ""}
"""Marks of a verdict, readable in grey; a reading that asks what if bears none."""

SEVERITY_SIGNS: Final = {"serious": "▲", "warning": "△", "note": "·"}
"""Marks of a finding's severity."""

SEVERITY_NOUNS: Final = {"serious": "serious finding", "warning": "warning", "note": "note"}

NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Claim(Protocol):
    """What the words of an effect depend on; an analysis has it."""

    @property
    def endpoint(self) -> str: ...  # noqa: D102
    @property
    def measure(self) -> Literal["hr", "or", "rr"]: ...  # noqa: D102
    @property
    def better(self) -> Literal["lower", "higher"]: ...  # noqa: D102
    @property
    def mcid(self) -> float: ...  # noqa: D102
    @property
    def asks(self) -> Literal["benefit", "harm"]: ...  # noqa: D102


@dataclass(frozen=True)
class Vocabulary:
    """What the effect of one analysis is called.

    A safety endpoint knows no benefit of treatment: its good side is a lower risk. Where a harm is asked for, the claim is
    that of a higher risk, and probabilities are of that.

    Attributes
    ----------
    endpoint, measure : str
    claim, other : str
        ``benefit``, ``lower risk`` or ``higher risk``, and what lies on the other side.
    harmful : bool
        Whether a harm is asked for.
    worth, harm : str
        The regions beyond the smallest ratio worth having and beyond its inverse: ``0.80 or lower``.
    """

    endpoint: str
    measure: str
    safety: bool
    claim: str
    other: str
    harmful: bool
    worth: str
    harm: str

    @property
    def p_claim(self) -> str:
        """Name of the probability of the claim."""
        return f"P({self.claim})"

    def of_claim(self, p_benefit: float) -> float:
        """Turn a probability of benefit into that of the claim."""
        return 1 - p_benefit if self.harmful else p_benefit

    def chance(self, p_benefit: float | None) -> str:
        """Write the probability of the claim, from that of benefit."""
        return probability(None if p_benefit is None else self.of_claim(p_benefit))


def vocabulary(spec: Claim) -> Vocabulary:
    """Choose the words of an analysis."""
    safety, harmful = is_safety(spec.endpoint) or spec.asks == "harm", spec.asks == "harm"
    low, high = "or lower", "or higher"
    good, bad = (low, high) if spec.better == "lower" else (high, low)
    sides = ("lower risk", "higher risk") if spec.better == "lower" else ("better outcome", "worse outcome")
    claim, other = (sides if safety else ("benefit", "harm"))[:: -1 if harmful else 1]
    return Vocabulary(
        endpoint_noun(spec.endpoint),
        MEASURES[spec.measure],
        safety,
        claim,
        other,
        harmful,
        f"{threshold(spec.mcid)} {good}",
        f"{threshold(1 / spec.mcid)} {bad}",
    )


def vocabulary_of(row: Mapping[Any, Any]) -> Vocabulary:
    """Choose the words of a row of the table of verdicts."""
    return vocabulary(SimpleNamespace(**row))


def is_safety(endpoint: str) -> bool:
    """Whether an endpoint counts harm done: an adverse event or a complication."""
    return endpoint.startswith(("ae:", "complication"))


def endpoint_noun(endpoint: str) -> str:
    """Name an endpoint: ``pfs`` is progression-free survival, ``ae:hypertension`` hypertension."""
    if endpoint in ENDPOINTS:
        return ENDPOINTS[endpoint]
    name = endpoint.removeprefix("ae:").replace("_", " ").replace(":", ": ")
    name = re.sub(r" grade(\d)(plus)?$", lambda m: f" of grade {m[1]}{' or more' if m[2] else ''}", name)
    return name.upper() if len(name) <= 3 else name


def spelled_out(subject: str) -> str:
    """Spell out the endpoints of a subject: ``pfs at 12 months`` is progression-free survival at 12 months."""
    known = "|".join(sorted(ENDPOINTS, key=len, reverse=True))
    return re.sub(rf"\b(?:[a-z][a-z0-9_]*:[a-z0-9_]+|{known})\b", lambda match: endpoint_noun(match[0]), subject)


def study_name(study: str) -> str:
    """Name a study by its id: ``example2020`` is Example 2020."""
    match = re.fullmatch(r"([a-z]+)[_-]?(\d{4})([a-z]?)", study)
    return f"{match[1].capitalize()} {match[2]}{match[3]}" if match else study


def endpoint_order(endpoint: str) -> tuple[bool, int, str]:
    """Sort endpoints: efficacy before safety, survival first."""
    known = list(ENDPOINTS)
    return is_safety(endpoint), known.index(endpoint) if endpoint in known else len(known), endpoint


def prior_name(name: str) -> str:
    """Name a prior: ``strongly_sceptical`` is strongly sceptical."""
    return name.replace("_", " ")


def in_one_order(panels: Iterable[Sequence[str]]) -> list[str]:
    """Put the priors of several panels into one order: that of the longest, then what only others have."""
    return list(dict.fromkeys(name for panel in sorted(panels, key=len, reverse=True) for name in panel))


def listed(items: Iterable[str], last: str = "and") -> str:
    """Write a list: ``a``, ``a and b``, ``a, b and c``."""
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def tally(severities: Iterable[str]) -> str:
    """Count findings by severity: ``nine serious findings, two warnings and one note``."""
    found = list(severities)
    return listed(counted(found.count(s), noun) for s, noun in SEVERITY_NOUNS.items() if s in found) or "no finding"


def in_words(n: int) -> str:
    """Write a small number as a word."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def counted(n: int, noun: str) -> str:
    """Write a number of things: ``one reading``, ``12 readings``."""
    return f"{in_words(n)} {noun}{'' if n == 1 else 's'}"


def article(noun: str) -> str:
    """Choose the indefinite article: ``a`` hazard ratio, ``an`` odds ratio."""
    return "an" if noun[:1].lower() in "aeiou" else "a"


def capital(text: str) -> str:
    """Start a sentence."""
    return text[:1].upper() + text[1:]
