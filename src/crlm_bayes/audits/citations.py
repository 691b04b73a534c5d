"""What a paper says of other studies, against those studies' own prints.

A claim and the print of the study that it speaks of are compared as rounded numbers: a claim of 36% and a print of
35.6% agree. A claim about a study of which nothing was found, or about a number that its document does not hold, is a note: it
could not be checked.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from crlm_bayes.audits.finding import Finding, Severity, Trouble, finding
from crlm_bayes.documents.claims import Claim
from crlm_bayes.documents.printed.entries import Entry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.words.nouns import counted, endpoint_noun, listed, study_name
from crlm_bayes.words.numbers import as_percent

NAME: Final = "citation"

ASKS: Final = "Does what the paper says of other studies stand in those studies?"


class Own(NamedTuple):
    """What the cited study prints of what is claimed: in words, as a range, where, and by which entries."""

    words: str
    range: Range
    entries: tuple[tuple[str, Entry], ...]


def citations(claims: Sequence[Claim], studies: Mapping[str, Study]) -> list[Finding]:
    """Check every claim against the study that it speaks of.

    Parameters
    ----------
    studies : mapping of id to Study
        All that have a document.

    Returns
    -------
    list of Finding
        Each under the paper that makes the claim.
    """
    known = {name: study for name, study in studies.items() if next(study.entries(), None) is not None}
    found = [(claim.study, _trouble(claim, known[claim.about])) for claim in claims if claim.about in known]
    waiting: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.about not in known:
            waiting.setdefault((claim.study, claim.about), []).append(claim)
    found += [(study, _unchecked(group, studies.get(about))) for (study, about), group in waiting.items()]
    found += _reused(claims, studies)
    return [finding(study, NAME, trouble) for study, trouble in found if trouble is not None]


def _unchecked(claims: Sequence[Claim], cited: Study | None) -> Trouble:
    """One note for everything said of a study that has no document here, or one that holds nothing."""
    first = claims[0]
    name = first.called or (title_of(cited) if cited else study_name(first.about))
    said = listed(claim.says for claim in claims)
    reason = "no number of that study was found" if cited else "that study has no document here"
    message = f"What the paper says of {name} could not be checked, because {reason}: {said}."
    places = tuple(claim.locator for claim in claims)
    printed = f"{name}: {counted(len(claims), 'claim')}"
    return Trouble(first.about, "note", (), places, printed, "nothing found" if cited else "no document", message)


def _reused(claims: Sequence[Claim], studies: Mapping[str, Study]) -> list[tuple[str, Trouble | None]]:
    """Look for one percentage of one arm that the paper gives for two things.

    Two endpoints can share a percentage by chance; one curve at two times only if nobody has the event in between.
    """
    groups: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        if claim.percent is not None:
            groups.setdefault((claim.study, claim.about, claim.arm, claim.percent.decimal), []).append(claim)
    found: list[tuple[str, Trouble | None]] = []
    for group in groups.values():
        things = {(claim.endpoint, claim.months.value if claim.months else None): claim for claim in reversed(group)}
        if len(things) < 2:
            continue
        told = [claim for claim in group if claim in things.values()]
        first, cited = told[0], studies.get(told[0].about)
        name = first.called or (title_of(cited) if cited else study_name(first.about))
        what = [_thing(claim) for claim in told]
        curve = len({claim.endpoint for claim in told}) == 1
        arm = f" ({first.arm})" if first.arm else ""
        tail = ", which one curve can be only if it does not fall in between" if curve else ""
        message = f"The paper gives {first.percent}% of {name}{arm} as {listed(what)}{tail}."
        trouble = Trouble(
            f"{first.about}-{first.arm}-{first.percent}-twice", "warning" if curve else "note", (),
            tuple(claim.locator for claim in told), f"{name}: {first.percent}% as {listed(what)}",
            f"one percentage for {counted(len(told), 'thing')}", message,
        )  # fmt: skip
        found.append((first.study, trouble))
    return found


def _thing(claim: Claim) -> str:
    return f"{endpoint_noun(claim.endpoint)}{f' at {claim.months} months' if claim.months else ''}"


def _trouble(claim: Claim, cited: Study) -> Trouble | None:
    name = title_of(cited)
    if claim.kind == "effect":
        return _effect(claim, cited, name)
    own = _PRINTS[claim.kind](claim, cited)
    if own is None:
        return _say(claim, name, "note", "not in its document", "the document of that study here holds no such number")
    if own.range.meets(_claimed(claim)):
        return None
    return _say(claim, name, "warning", own.words, f"that study prints {own.words}", own.entries)


def _claimed(claim: Claim) -> Range:
    number: PrintedNumber = getattr(claim, claim.kind)
    return stands_for(number)


def _say(
    claim: Claim, name: str, severity: Severity, recomputed: str, reason: str, entries: Iterable[tuple[str, Entry]] = ()
) -> Trouble:
    what = claim.effect if claim.kind == "effect" else f"{claim.kind} {getattr(claim, claim.kind)}"
    printed = f"{name}, {_thing(claim)}: {what}"
    message = f"The paper says of {name} that {claim.says}; {reason}."
    places = (claim.locator, *(f"{name}: {row.locator}" for _, row in entries))
    subject = "-".join(str(x) for x in (claim.about, claim.endpoint, claim.months, claim.arm, claim.kind) if x)
    return Trouble(subject, severity, (), places, printed, recomputed, message)


def _percent(claim: Claim, cited: Study) -> Own | None:
    """The same percentage in the cited study; failing that, the percentages of other endpoints at that time."""
    points = [s for s in cited.survival if s.arm == claim.arm and s.percent is not None]
    if claim.months is not None:
        same = [s for s in points if s.months.value == claim.months.value]
        found = [s for s in same if s.endpoint == claim.endpoint] or same
        if not found:
            return None
        entry = found[0]
        words = f"{endpoint_noun(entry.endpoint)} of {entry.percent}% at {entry.months} months in that arm"
        if entry.endpoint != claim.endpoint:
            words += f", and its document here holds no {endpoint_noun(claim.endpoint)} at that time"
            return Own(words, Range(float("inf"), float("inf")), (("survival", entry),))
        assert entry.percent is not None, "chosen for having one"
        return Own(words, stands_for(entry.percent), (("survival", entry),))
    for bare in cited.percentages:
        if (bare.endpoint, bare.arm) == (claim.endpoint, claim.arm):
            return Own(f"{bare.percent}%", stands_for(bare.percent), (("percentages", bare),))
    for count in cited.counts:
        if (count.endpoint, count.arm) == (claim.endpoint, claim.arm) and count.centre is None:
            if count.percent is not None:
                return Own(f"{count.percent}%", stands_for(count.percent), (("counts", count),))
            share = 100 * (count.events or 0) / count.n
            return Own(f"{count.events} of {count.n}", Range(share, share), (("counts", count),))
    return None


def _points(claim: Claim, cited: Study) -> Own | None:
    """A printed difference, else the difference of the printed percentages of two arms."""
    months = claim.months.value if claim.months else None
    for row in cited.differences:
        if row.endpoint == claim.endpoint and (row.months.value if row.months else None) == months:
            return Own(
                f"a difference of {str(row.points).lstrip('-')} percentage points",
                _size(stands_for(row.points)),
                (("differences", row),),
            )
    pair: list[Any] = [
        s for s in cited.survival if s.endpoint == claim.endpoint and s.months.value == months and s.percent is not None
    ]
    if months is None:
        pair = [c for c in cited.counts if c.endpoint == claim.endpoint and c.percent is not None and c.centre is None]
    if len(pair) != 2:
        return None
    a, b = stands_for(pair[0].percent), stands_for(pair[1].percent)
    table = "counts" if months is None else "survival"
    words = f"{pair[0].percent}% and {pair[1].percent}%"
    return Own(words, _size(Range(a.low - b.high, a.high - b.low)), ((table, pair[0]), (table, pair[1])))


def _gain(claim: Claim, cited: Study) -> Own | None:
    pair = [m for m in cited.medians if m.endpoint == claim.endpoint and m.arm is not None]
    if len(pair) != 2:
        return None
    a, b = stands_for(pair[0].months), stands_for(pair[1].months)
    words = f"medians of {pair[0].months} and {pair[1].months} months"
    return Own(words, _size(Range(a.low - b.high, a.high - b.low)), (("medians", pair[0]), ("medians", pair[1])))


def _p(claim: Claim, cited: Study) -> Own | None:
    months = claim.months.value if claim.months else None
    for table in ("tests", "contrasts"):
        for row in getattr(cited, table):
            at = row.months.value if table == "tests" and row.months else None
            if row.endpoint == claim.endpoint and row.p is not None and at == months:
                return Own(f"p {'' if row.p.bound else '= '}{row.p}", stands_for(row.p), ((table, row),))
    return None


def _value(claim: Claim, cited: Study) -> Own | None:
    for row in cited.contrasts:
        if (row.endpoint, row.measure) == (claim.endpoint, claim.measure):
            own = Range(*map(math.exp, row.log_interval))
            words = f"{row.measure.upper()} {row.written} of {row.numerator} over {row.denominator}"
            return Own(words, own, (("contrasts", row),))
    return None


def _effect(claim: Claim, cited: Study, name: str) -> Trouble | None:
    """Whether the cited ratio establishes the effect that is claimed: its interval lies wholly on that side of 1."""
    rows = [c for c in cited.contrasts if c.endpoint == claim.endpoint and c.ci is not None]
    if not rows:
        return _say(claim, name, "note", "not in its document", "the document of that study here holds no such ratio")
    row = rows[0]
    found = _established(row, cited)
    if found == claim.effect:
        return None
    assert row.ci is not None, "chosen for having one"
    words = f"{row.measure.upper()} {row.written} ({as_percent(row.level)} CI {row.ci[0]} to {row.ci[1]})" + (
        f", p {'' if row.p.bound else '= '}{row.p}" if row.p else ""
    )
    none = "an interval that includes no effect" if found == "none" else f"a {found} rate"
    return _say(claim, name, "warning", words, f"that study prints {words}, {none}", (("contrasts", row),))


def _established(row: ContrastEntry, cited: Study) -> str:
    assert row.ci is not None, "the caller has checked"
    low, high = row.ci[0].value, row.ci[1].value
    treated = any(arm.id == row.numerator and arm.role == "treatment" for arm in cited.arms)
    if low <= 1 <= high:
        return "none"
    return "lower" if (high < 1) == treated else "higher"


def _size(difference: Range) -> Range:
    """Range of the size of a difference."""
    if difference.low >= 0:
        return difference
    if difference.high <= 0:
        return Range(-difference.high, -difference.low)
    return Range(0.0, max(-difference.low, difference.high))


_PRINTS: Mapping[str, Callable[[Claim, Study], Own | None]] = {
    "percent": _percent, "points": _points, "gain": _gain, "p": _p, "value": _value,
}  # fmt: skip
