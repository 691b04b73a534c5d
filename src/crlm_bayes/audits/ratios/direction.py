"""Which way a printed ratio points: against the survival, the counts and the medians of the same endpoint."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crlm_bayes.audits.counts.ratios_of_counts import count_pair, count_shares
from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference
from crlm_bayes.audits.survival.hazards import (
    LandmarkRatio,
    implied_ratios,
    log_range,
    nearest_zero,
    opposed,
    printed_z,
)
from crlm_bayes.audits.survival.points import free_of
from crlm_bayes.documents.medians import longer_first
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.printed.rounding import Range
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.rule import excludes_no_effect
from crlm_bayes.words.nouns import MEASURES, endpoint_noun

RISKS: Final = {"os": "death", "pfs": "progression", "dfs": "recurrence", "rfs": "relapse"}


@dataclass(frozen=True)
class Witness:
    """What else is printed of the two arms: the sign of numerator over denominator that it implies, and how surely.

    Attributes
    ----------
    sign : int
        1 or -1, or 0 where rounding leaves it open.
    z : float
        Distance from no difference in standard errors; 0 where the print does not say.
    values : tuple of str
        Of numerator and denominator.
    says : str
        What the values are: ``are progression-free at 36 months``.
    within : str
        The word between value and arm.
    """

    sign: int
    z: float
    values: tuple[str, str]
    says: str
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    within: str = "of"

    def written(self, *arms: tuple[str, int]) -> str:
        """Write the values of named arms, 0 the numerator and 1 the denominator, in that order."""
        values = " v ".join(f"{self.values[i]} {self.within} {name}" for name, i in arms)
        return f"{values} {self.says}"


@check("Does each printed ratio point the way of the survival and the counts of its arms?")
def direction(study: Study) -> Iterable[Trouble]:
    """Read each ratio as the ratio of the arm on whose row it is printed, or of its numerator, and look at the arms.

    An unadjusted ratio of counts is recomputed by the check `ratio_of_counts`. An adjusted ratio of a study without
    randomisation may honestly turn round, so that its reading alone is never a serious finding.
    """
    for subject, row in by_reference("contrasts", study.contrasts):
        theta = nearest_zero(log_range(row))
        witness = _witness(study, row)
        if witness is None or not theta or not witness.sign:
            continue
        if row.row == row.denominator and witness.sign * theta > 0:
            yield _on_the_other_row(study, row, subject, witness, theta)
        elif witness.sign * theta < 0 and not (row.measure != "hr" and not row.adjusted):
            severity = _reading(study, row, witness)
            if severity is not None:
                yield _turned(study, row, subject, witness, theta, severity)


def _witness(study: Study, row: ContrastEntry) -> Witness | None:
    if row.measure != "hr":
        return _counts(study, row)
    implied = implied_ratios(study, row.endpoint, row.numerator, row.denominator)
    return _survival(implied, row.endpoint) if implied else _medians(study, row)


def _survival(implied: Sequence[LandmarkRatio], endpoint: str) -> Witness:
    last = implied[-1]
    signs = {int(math.copysign(1, x)) for r in implied if (x := nearest_zero(r.log_ratio))}
    return Witness(
        signs.pop() if len(signs) == 1 and last.z else 0,
        last.z,
        (last.numerator.written(), last.denominator.written()),
        f"are {free_of(endpoint)} at {last.numerator.row.months} months",
        last.references,
        last.locators,
    )


def _medians(study: Study, row: ContrastEntry) -> Witness | None:
    """Compare median times; the longer one has the lower hazard."""
    pair = longer_first(study, row.endpoint, (row.numerator, row.denominator))
    if pair is None:
        return None
    top, bottom = sorted(pair, key=lambda m: m.arm == row.denominator)
    sign = -1 if top is pair[0] else 1
    says = f"are the median {endpoint_noun(row.endpoint)}"
    values = f"{top.months} months", f"{bottom.months} months"
    entries = reference("medians", top), reference("medians", bottom)
    return Witness(sign, 0.0, values, says, entries, (top.locator, bottom.locator), "in")


def _counts(study: Study, row: ContrastEntry) -> Witness | None:
    pair = count_pair(study, row)
    if pair is None:
        return None
    shares = [count_shares(entry)[0] for entry in pair]
    gap = nearest_zero(Range(shares[0].low - shares[1].high, shares[0].high - shares[1].low))
    if not gap:
        return None
    middles = [(share.low + share.high) / 2 for share in shares]
    n = [entry.n for entry in pair]
    common = (middles[0] * n[0] + middles[1] * n[1]) / sum(n)
    z = gap / math.sqrt(common * (1 - common) * (1 / n[0] + 1 / n[1]))
    values = tuple(f"{e.events} of {e.n}" if e.events is not None else f"{e.percent}%" for e in pair)
    return Witness(
        1 if gap > 0 else -1, z, (values[0], values[1]), f"have {endpoint_noun(row.endpoint)}",
        (reference("counts", pair[0]), reference("counts", pair[1])), (pair[0].locator, pair[1].locator),
    )  # fmt: skip


def _reading(study: Study, row: ContrastEntry, witness: Witness) -> Severity | None:
    """Grade a ratio that says the opposite of its arms; chance and curves that cross later are other reasons."""
    z = printed_z(row)
    both = excludes_no_effect(z) and excludes_no_effect(witness.z)
    if row.measure == "hr":
        implied = implied_ratios(study, row.endpoint, row.numerator, row.denominator)
        if not opposed(row, implied):
            return None
        last = implied[-1]
        both = both and (len(implied) > 1 or min(last.numerator.middle, last.denominator.middle) < 0.5)
    elif not excludes_no_effect(max(abs(z), abs(witness.z))):
        return None
    return "serious" if both and (study.design == "rct" or not row.adjusted) else "warning"


def _consequence(row: ContrastEntry, theta: float) -> str:
    """Say what a ratio means for the arm that it is of: ``a higher risk of progression``."""
    noun = "odds" if row.measure == "or" else "risk"
    of = RISKS.get(row.endpoint, "the event") if row.measure == "hr" else endpoint_noun(row.endpoint)
    return f"{'' if noun == 'odds' else 'a '}{'higher' if theta > 0 else 'lower'} {noun} of {of}"


def _on_the_other_row(study: Study, row: ContrastEntry, subject: str, witness: Witness, theta: float) -> Trouble:
    top, bottom = arm_name(study, row.numerator), arm_name(study, row.denominator)
    size = MEASURES[row.measure]
    message = (
        f"The {size} {row.written} for {endpoint_noun(row.endpoint)} is printed on the row of {bottom}, where it would mean "
        f"{_consequence(row, theta)}, while {witness.written((bottom, 1), (top, 0))}: "
        f"it can only be read as {top} over {bottom}."
    )
    # only the ratio is in doubt: its row is, not the curves or counts that speak against it
    certain = excludes_no_effect(max(abs(printed_z(row)), abs(witness.z)))
    return _trouble(
        row, f"{subject}-row", witness, "serious" if certain else "warning", f"on the row of {bottom}", message,
        f"{top} over {bottom}",
    )  # fmt: skip


def _turned(
    study: Study, row: ContrastEntry, subject: str, witness: Witness, theta: float, severity: Severity
) -> Trouble:
    top, bottom = arm_name(study, row.numerator), arm_name(study, row.denominator)
    reason = "" if severity == "serious" else ", which only adjustment or curves that cross could explain"
    message = (
        f"The {MEASURES[row.measure]} {row.written} for {endpoint_noun(row.endpoint)}, read as {top} over {bottom}, would mean "
        f"{_consequence(row, theta)} with {top}, while {witness.written((top, 0), (bottom, 1))}{reason}."
    )
    return _trouble(row, subject, witness, severity, f"{top} over {bottom}", message, "the opposite", witness.entries)


def _trouble(
    row: ContrastEntry,
    subject: str,
    witness: Witness,
    severity: Severity,
    where: str,
    message: str,
    reads: str,
    in_doubt: tuple[str, ...] = (),
) -> Trouble:
    return Trouble(
        subject, severity, (reference("contrasts", row), *in_doubt), (row.locator, *witness.locators),
        f"{row.measure.upper()} {row.written} {where}", f"{reads}: {' v '.join(witness.values)} {witness.says}", message,
    )  # fmt: skip
