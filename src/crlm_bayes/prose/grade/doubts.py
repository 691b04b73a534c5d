"""Why the evidence on an outcome may be doubted: facts of the run, each under the reason of GRADE that it bears on. Nothing is judged."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.answers.several.study_lines import INDIRECT
from crlm_bayes.answers.summary import Outcome
from crlm_bayes.documents.study import Study, said_to_be, title_of
from crlm_bayes.prose.index import hangs_on
from crlm_bayes.words.nouns import Vocabulary, counted, listed, vocabulary
from crlm_bayes.words.numbers import LEVEL, estimate, number, percent, ratio_span

DESIGN_WORDS: Final = {
    "rct": "randomised",
    "cohort": "cohort",
    "case_control": "case-control",
    "single_arm": "single-arm",
    "pooled": "pooled analysis",
}

SAID: Final = "said to be randomised"


class Doubt(NamedTuple):
    """A reason and what the run shows of it."""

    reason: str
    fact: str


def doubts(outcome: Outcome) -> list[Doubt]:
    """State the facts in the order of GRADE, then what only an audit shows."""
    return [
        Doubt("Design", _design(outcome)),
        Doubt("Inconsistency", _inconsistency(outcome)),
        Doubt("Indirectness", _indirectness(outcome)),
        Doubt("Imprecision", _imprecision(outcome)),
        Doubt("Selection", "not assessed"),
        Doubt("Audit", _audit(outcome)),
    ]


def designs(studies: Sequence[Study]) -> str:
    """Count studies by design: ``2 randomised, 1 said to be randomised, 3 cohort``."""
    words = [SAID if said_to_be(s) and s.design == "rct" else DESIGN_WORDS[s.design] for s in studies]
    known = [*DESIGN_WORDS.values()]
    known.insert(1, SAID)
    found = Counter(words)
    return ", ".join(f"{found[word]} {word}" for word in known if word in found)


def _ratio(e: EstimateRow | None, words: Vocabulary) -> str:
    if e is None:
        return ""
    p = f", {words.p_claim} {words.chance(e.p_benefit)}" if e.p_benefit is not None else ""
    return f"{estimate(e.median, e.lower, e.upper)}{p}"


def _design(outcome: Outcome) -> str:
    words, row, other = vocabulary(outcome.row), outcome.row, outcome.otherwise
    doubted = [s for s in outcome.studies if s.design != "rct" or said_to_be(s)]
    if not doubted:
        said = ["all randomised"]
    else:
        many = len(doubted) if outcome.several else 0
        said = [f"{many} of {len(outcome.studies)} not known to be randomised" if many else designs(outcome.studies)]
    if row.footing == "face_value":
        said.append("taken at face value")
    elif "at_face_value" in other:
        said.append(f"bias is allowed for; at face value {_ratio(other['at_face_value'], words)}")
    for key, what in (("randomised_alone", "randomised alone"), ("allowing_for_bias", "allowing for bias")):
        if key in other:
            said.append(f"{what} {_ratio(other[key], words)}")
    return "; ".join(said)


def _inconsistency(outcome: Outcome) -> str:
    if not outcome.several:
        return "one document, nothing to compare"
    if outcome.tau is None:
        return "one effect assumed in all studies"
    new = outcome.predictive
    limits = None if new is None or new.lower is None or new.upper is None else ratio_span((new.lower, new.upper))
    tau = f"τ {estimate(outcome.tau.median, outcome.tau.lower, outcome.tau.upper, number)}"
    return f"{tau}; in a new study {limits}" if limits else tau


def _indirectness(outcome: Outcome) -> str:
    share = outcome.row.indirect_share
    if share is not None and share == share:
        return f"indirect evidence holds {percent(float(share), 0)} of the pooled mean"
    found = Counter(str(s.relevance) for s in outcome.studies if s.relevance is not None)
    if not found:
        return "not stated in the documents"
    if not any(word in found for word in (*INDIRECT, "doubtful")):
        return "direct, as documents say"
    return ", ".join(f"{n} {word}" for word, n in found.items())


def sides(words: Vocabulary, better: str) -> tuple[str, str]:
    """Name the good and the bad side of no effect."""
    if not words.safety:
        return "benefit", "harm"
    return ("reduction", "rise") if better == "lower" else ("improvement", "worsening")


def regions(outcome: Outcome) -> list[str]:
    """Name the regions of the ratio from the best to the worst, as the stated cut points part them."""
    good, bad = sides(vocabulary(outcome.row), outcome.row.better)
    if not has_cut(outcome):
        return [good, bad]
    return [f"important {good}", f"smaller {good}", f"smaller {bad}", f"important {bad}"]


def has_cut(outcome: Outcome) -> bool:
    """Whether the document states what is important."""
    mcid = outcome.row.mcid
    return mcid is not None and mcid == mcid


def _region(outcome: Outcome, x: float) -> str:
    """Where a ratio lies."""
    row = outcome.row
    turned, worth = (x, row.mcid) if row.better == "lower" else (1 / x, 1 / row.mcid)
    cuts = (worth, 1.0, 1 / worth) if has_cut(outcome) else (1.0,)
    return regions(outcome)[sum(turned > cut for cut in cuts)]


def _imprecision(outcome: Outcome) -> str:
    row = outcome.row
    ends = [_region(outcome, float(x)) for x in (row.eti95_lower, row.eti95_upper)]
    where = f"all {ends[0]}" if ends[0] == ends[1] else f"from {ends[0]} to {ends[1]}"
    share = getattr(row, "prior_share", None)
    held = f"; the prior holds {percent(min(float(share), 1.0), 0)} of the answer" if share == share and share else ""
    return f"{LEVEL} interval {where}{held}"


def _audit(outcome: Outcome) -> str:
    words, row = vocabulary(outcome.row), outcome.row
    names = {s.id: title_of(s) for s in outcome.studies}
    in_ = listed(dict.fromkeys(names[f.study] for f in outcome.serious))
    n = len(outcome.serious)
    said = [f"{counted(n, 'serious finding')} in numbers used ({in_})" if n else "no serious finding in numbers used"]
    if "without_doubtful" in outcome.otherwise:
        said.append(f"without those studies {_ratio(outcome.otherwise['without_doubtful'], words)}")
    second = [title_of(s) for s in outcome.studies if s.source == "secondary"]
    if second:
        said.append(f"second-hand: {listed(second)}")
    if hanging := hangs_on(row):
        said.append(hanging[:1].lower() + hanging[1:].removesuffix("."))
    return "; ".join(said)
