"""What figures show, in words: their captions, names for those who cannot see them, and the keys below them.

A caption says first what its figure finds, then what is drawn of this answer, and nothing of what is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.several.assumptions import Assumption
from crlm_bayes.documents.study import title_of
from crlm_bayes.prose.beside.found import findings
from crlm_bayes.prose.centres import SENSITIVITY
from crlm_bayes.prose.several.pooled import weight_meaning
from crlm_bayes.prose.verdicts import HARM_VERDICTS, MARKS, VERDICTS
from crlm_bayes.rule import SURVIVES, Z, crosses, survives
from crlm_bayes.words.nouns import Vocabulary, capital, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import INTERVAL_WORDS, LEVEL, number, probability, ratio_estimate, short

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
    "bias_discount": "P(benefit) under priors centred on no effect: where the study overstates the benefit (left), and where only part "
    "of its evidence counts (right).",
    "arm_level": f"Every arm, without the treatment and with it, whatever its study: the printed proportion, and the probability with its {LEVEL} interval under "
    "the primary prior. Arms of different studies differ in more than the treatment.",
    "centres": "P(benefit) over what is assumed of the centres: how far they differ, and whether those with a better prognosis treated more of their patients. "
    + SENSITIVITY,
}
"""Captions of the page of one study that hold for every study."""

SYNTHESIS_CAPTIONS: Final[Mapping[str, str]] = {
    "influence": "The pooled effect under the primary prior without each study in turn. A conclusion that hangs on one study "
    "shows as a row that steps out of line.",
    "tau_priors": "The pooled effect under the primary prior for other priors of the spread between studies, among them none "
    "at all (a common effect).",
    "funnel": f"Each estimate against its standard error, with the pooled effect and the limits between which {LEVEL} of estimates "
    "would lie. Asymmetry can come from small studies that were not published, but as well from small studies that "
    "differ in patients, treatment or quality, or from chance; symmetry does not prove that nothing is missing.",
    "prior_predictive": "What the model expects to be printed of every study before it has seen the print, in standard "
    "deviations. What is printed should be neither impossible nor singled out.",
    "predictive": "What the fitted model would print again of every study, in standard deviations. What is printed should "
    "lie well inside; a study whose numbers all lie on one side is at odds with the others.",
}
"""Captions of the page of a synthesis that hold for every synthesis."""

INDEX_CAPTIONS: Final[Mapping[str, str]] = {
    "synthesis": f"Every synthesis under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "forest": f"Every analysis of one study under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "readings": "The probability of what is claimed, for each endpoint under every reading of the same print. Readings concern the same "
    "patients.",
}


def captions(answer: Answer) -> dict[str, str]:
    """Write the captions of all figures that the page of an answer may have, by name: the finding, then how to read it."""
    found = dict(CAPTIONS) | {"mean_sd": _mean_sd(answer)}
    if answer.spec.is_synthesis:
        found |= SYNTHESIS_CAPTIONS
    if answer.synthesis is not None:
        found |= {
            "forest_plot": _forest_plot(answer),
            "cumulative": _cumulative(answer),
            "heterogeneity": _heterogeneity(answer),
            "borrowing": _borrowing(answer),
        }
    claim, said = vocabulary(answer.spec).p_claim, findings(answer)
    return {name: f"{said.get(name, '')} {text.replace('P(benefit)', claim)}".strip() for name, text in found.items()}


def _mean_sd(answer: Answer) -> str:
    p, marks = answer.maps.mean_sd.p_benefit, "the marks are the priors of the panel."
    said = "P(benefit) under every normal prior."
    if not crosses(float(p.min()), float(p.max())):
        return f"{said} {capital(marks)}"
    return f"{said} The heavy line is where a claim of {vocabulary(answer.spec).claim} just survives; {marks}"


def _forest_plot(answer: Answer) -> str:
    view, pooled = answer.view, answer.pooled
    one_by_one = f"Every study as printed (black square, sized by its weight, with {LEVEL} limits)"
    if pooled.tau is not None:
        free = ", free of bias" * (answer.spec.structure == "bias_adjusted")
        one_by_one += f" and as it stands beside the others (open circle, posterior median and {LEVEL} equal-tailed interval{free})"
    together = ["the primary prior", "the pooled effect (diamond)"]
    if pooled.tau is not None:
        together.append("the effect to be expected in a new study")
    said = [
        f"{one_by_one}, {listed(together)}.",
        weight_meaning(answer, full=False),
    ]
    if any(len(line.printed) > 1 for line in view.lines):
        said.append("Open squares in pairs: the print says how far from no effect, but not on which side.")
    return " ".join(said)


def _cumulative(answer: Answer) -> str:
    said = (
        "The pooled effect under the primary prior as it was after each study, by year of publication, from the prior alone to all "
        "studies."
    )
    lines = answer.view.lines
    indirect = any(line.study.relevance in ("indirect", "contextual") for line in lines)
    kinds = ["indirect studies"] * indirect + ["discounts"] * any(line.discounted for line in lines)
    return f"{said} {capital(listed(kinds))} enter as they do in the analysis." if kinds else said


def _heterogeneity(answer: Answer) -> str:
    names = listed(parameter.meaning for parameter in answer.view.parameters)
    return f"Prior and posterior of everything beside the pooled effect: {names}. Where the posterior stays with the prior the studies cannot say."


def _borrowing(answer: Answer) -> str:
    view, where = answer.view, []
    if view.borrowed is not None:
        where.append("where the secondary evidence counts with a weight from 0 (left out) to 1 (as it stands)")
    if view.overstated is not None:
        where.append("where studies that were not randomised overstate the benefit by a factor taken as known")
    said = f"P(benefit) under each prior {', and '.join(where)}." if where else ""
    assumed = (one for one in (view.borrowed, view.overstated) if one is not None)
    won = " The triangle is where the claim is won or lost under the primary prior."
    return said + won * bool(tips(assumed, answer.spec.primary))


def tips(assumed: Iterable[Assumption], primary: str) -> list[float]:
    """Values at which the claim is won or lost under the primary prior."""
    return [tip for one in assumed for tip in one.tips(primary)]


def panel_label(words: Vocabulary, rows: Iterable[tuple[str, str, str]]) -> str:
    """Give the numbers of the panel to those who cannot see it: prior, median and interval of each row."""
    said = "; ".join(f"{prior} {median} ({interval})" for prior, median, interval in rows)
    return f"Forest plot of the {words.measure}: {said}"


def forest_label(answer: Answer) -> str:
    """Give the numbers of a forest plot: each study beside the others, and the pooled effect."""
    titles, pooled = {study.id: title_of(study) for study in answer.question.studies}, answer.pooled
    moderated = answer.spec.structure == "meta_regression"
    named = [(titles[one.name], one.estimated if moderated else one.effect) for one in pooled.effects]
    named.append(("pooled", pooled.mu))
    rows = "; ".join(f"{name} {ratio_estimate(p.median, p.interval)}" for name, p in named)
    return f"Forest plot of the {vocabulary(answer.spec).measure}, each study as drawn towards the others: {rows}"


# Keys: what marks and lines stand for.

TWO_INTERVALS: Final = f"median, 50% and {LEVEL} equal-tailed intervals"

LIKELIHOOD: Final = f"maximum likelihood ± {number(Z)} standard errors"

SURVIVING: Final = ", ".join(MARKS[kind] for kind in ("survives", "face_value", "open"))

ARMS_COMPARED: Final = (
    "Arms compared without randomisation: a sensitivity analysis, not an effect that a trial has shown"
)

CONFOUNDING: Final = "risk ratio of a hidden factor with treatment and with outcome →"

RANKS: Final = "fractional ranks of the log ratio: each chain's ECDF minus the uniform one"

FAVOURED: Final = "ratio as reported (log scale); shaded: favours the treatment"

OVERSTATED: Final = "overstated by a known factor\nby studies not randomised"

NO_DIRECTION: Final = "□ or □: the print does not say which arm did better"

NO_MAXIMUM: Final = "no estimate: the likelihood has no maximum"

CORRELATION: Final = "assumed correlation of share treated and prognosis"

WIDTH: Final = f"{LEVEL} of the prior’s ratios within\na factor of its median"

UNDER_PRIMARY: Final = "densities under the primary prior of the pooled effect"

STANDARDISED: Final = "standard deviations from what the model expects"

STATED: Final = "dotted line and bold: the analysis as stated"

ROBUSTNESS: Final = (
    "filled: the claim still stands",
    "hatched: it has fallen",
    "▼ where it falls under each prior that it survives (bold: primary); on the first scale, where each prior stands",
)


def arms(prior: str) -> list[str]:
    """Say what the marks of arms compared across studies are, all but the last."""
    return [
        f"● model: {INTERVAL_WORDS}, {prior_name(prior)} prior",
        "◇ printed proportion with its exact interval",
        "◆ and band: arm in the middle of its side",
    ]


def falling_line(words: Vocabulary, least: float, most: float) -> str:
    """Say what the heavy line of a map is, or on which side of it the whole map lies."""
    if crosses(least, most):
        return f"heavy line: {probability(SURVIVES)}, where the claim falls"
    return f"{words.p_claim} {'≥' if survives(least) else '<'} {probability(SURVIVES)} on the whole map"


def survival_line() -> str:
    """Say what the dashed line of a plot of P(benefit) is."""
    return f"dashed line: {probability(SURVIVES)}, from which on the claim survives"


def predictive(posterior: bool, prior: str) -> str:
    """Begin the key of a predictive figure."""
    return f"{'posterior' if posterior else 'prior'} predictive, {prior_name(prior)} prior:"


def densities(axis: str) -> str:
    """Say what the axes of prior, likelihood and posterior are."""
    return f"{axis}; lines at no effect and (dashed) at the MCID; every area is 1"


def funnel_limits(tau: float) -> str:
    """Say what the dashed lines of a funnel are."""
    return f"dashed: {LEVEL} of estimates, were they normal with spread τ = {number(tau)}"


def centre_width(plural: str) -> str:
    """Say what the axis of the spread between centres measures, of their odds or hazards."""
    return f"{LEVEL} of centres have {plural}\nwithin a factor of the typical centre's"


def centre_spreads(allocation: float, effect: float) -> str:
    """Say what is assumed of centres beside the axes of their map."""
    return f"sd between centres of log odds of treatment {short(allocation, 2)}, of effect {short(effect, 2)}"


def without_room(names: Sequence[str]) -> str:
    """Say which marks stand without a name."""
    return f"without room for a name: {listed(names)}"


def left_out(names: Sequence[str], why: str) -> list[str]:
    """Say which priors are not drawn, and why; nothing where all are."""
    return [f"not drawn: {listed(names)} ({why})"] if names else []


def expected(words: Vocabulary) -> tuple[str, str]:
    """Name the ends of an axis of prior means."""
    return f"prior expects {words.claim}", f"prior expects {words.other}"


def regions(words: Vocabulary) -> Mapping[str, str]:
    """Name the regions of a map of the probability of a claim, from where it is high to where it is low."""
    if not words.harmful:
        return VERDICTS
    return {"survives": words.claim, "open": HARM_VERDICTS["open"], "harm": words.other}


def mean_sd_title(words: Vocabulary) -> str:
    """Ask what the map of normal priors answers."""
    return f"Which prior would let the {words.claim} survive?"


def centres_title(words: Vocabulary) -> str:
    """Ask what the map of assumptions about centres answers."""
    return f"Would the {words.claim} survive if centres differed? A sensitivity analysis"


def bias_discount_title(words: Vocabulary) -> str:
    """Ask what the maps of bias and discount answer."""
    return f"How much bias or discount would the {words.claim} survive under priors centred on no effect?"


def robustness_title(words: Vocabulary) -> str:
    """Name the profile of what a claim bears."""
    return f"What the claim of {words.claim} bears before it falls"
