"""What was done, in paragraphs for the methods of a paper; every number is that of the documents or of the run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import design_words, title_of
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.priors.content import content
from crlm_bayes.prose.centres import SPREADS
from crlm_bayes.prose.equations import NUISANCES, nuisance_words
from crlm_bayes.prose.limits import SECOND_HAND, bases
from crlm_bayes.prose.several.hierarchy import hierarchy
from crlm_bayes.prose.several.pooled import studies_in_words
from crlm_bayes.prose.verdicts import rule
from crlm_bayes.words.nouns import MEASURES, READINGS, capital, counted, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, many, number, ratio, span, threshold, true_minus

NAMES: Final[Mapping[str, str]] = {
    "crlm_bayes": "crlm_bayes", "python": "Python", "numpy": "NumPy", "scipy": "SciPy", "pymc": "PyMC", "pytensor": "PyTensor",
    "nutpie": "nutpie", "arviz": "ArviZ", "arviz-stats": "arviz-stats",
}  # fmt: skip
"""How software is called, of what a number may depend on."""

SAMPLING: Final = ("pymc", "pytensor", "nutpie", "arviz", "arviz-stats")
"""Used only where something was sampled."""


def methods(result: Result) -> list[str]:
    """Say in a few paragraphs which data, which model, which priors and which computation an answer rests on."""
    parts = (_data(result), _model(result), _priors(result), _computation(result))
    return [" ".join(sentence for sentence in part if sentence) for part in parts]


def _data(result: Result) -> Iterator[str]:
    spec, words = result.spec, vocabulary(result.spec)
    yield f"The question was: {spec.question}"
    if spec.is_synthesis:
        yield f"The data were what studies print on {words.endpoint}. {studies_in_words(result)}"
    else:
        study = result.question.study
        patients = "" if study.patients is None else f", {number(study.patients, 0)} patients"
        yield f"The data on {words.endpoint} were those of {title_of(study)}: {design_words(study)}{patients}."
        yield f"What was used is this: {READINGS[spec.reading]}."
        if study.source == "secondary":
            yield f"The numbers were taken from {SECOND_HAND}."
    if spec.hypothetical:
        yield "The reading is hypothetical: it asks what would follow if the numbers were as supposed."
    yield (
        "This is a reanalysis of published summaries, planned after the results were in print; numbers were transcribed as printed and not "
        "corrected."
    )
    checks = max(audit.checks for audit in result.question.audits.values())
    yield f"Before the analysis the printed numbers of each study were held against one another by {counted(checks, 'check')}."
    stated = [f"{study}: {basis}" for study, basis in bases(result)]
    if stated:
        yield f"Assumed beyond the print: {'; '.join(stated)}."


def _model(result: Result) -> Iterator[str]:
    spec = result.spec
    used = dict.fromkeys([spec.likelihood, *(spec.of_study(name).likelihood for name in spec.per_study)])
    nouns = listed(LEAVES[likelihood].NOUN for likelihood in used)
    measure = MEASURES[spec.measure]
    yield f"The log {measure} of treatment over control was estimated; the likelihood of the data was {nouns}."
    if spec.is_synthesis or spec.structure == "centres" or not spec.proportional:
        yield from hierarchy(result.question)
    stated = [f"{name} {prior}" for name, prior in _nuisance(result)]
    if stated:
        yield f"Priors of the other parameters were: {'; '.join(stated)}."


def _nuisance(result: Result) -> Iterator[tuple[str, str]]:
    spec, stated = result.spec, result.spec.priors
    if stated.baseline is not None:
        yield "baseline", true_minus(stated.baseline.cell)
    for key in NUISANCES:
        if (prior := getattr(stated, key)) is not None:
            yield nuisance_words(spec, key), true_minus(prior.cell)
    for key, name in SPREADS.items() if stated.centres is not None else ():
        if (prior := getattr(stated.centres, key)) is not None:
            yield name, true_minus(prior.cell)


def _priors(result: Result) -> Iterator[str]:
    spec, words = result.spec, vocabulary(result.spec)
    priors = result.question.priors
    held = [(prior_name(name), content(prior, spec.sign, spec.mcid)) for name, prior in priors.items()]
    (first, widest), *rest = held
    shown = [f"{first} ({LEVEL} of ratios between {ratio(widest.lower)} and {ratio(widest.upper)})"]
    shown += [f"{name} ({span(c.lower, c.upper)})" for name, c in rest]
    put = f"{capital(counted(len(held), 'prior'))} of the effect {'was' if len(held) == 1 else 'were'} put to the data"
    yield f"{put} (Spiegelhalter, Abrams and Myles 2004): {listed(shown)}."
    yield f"The {prior_name(spec.primary)} prior was the primary one."
    yield f"Point estimates are posterior medians, with {LEVEL} equal-tailed intervals. {rule(words)}"
    yield (
        f"The smallest {words.measure} worth having was set at {threshold(spec.mcid)}, a relevant harm at its inverse, "
        f"{threshold(1 / spec.mcid)}."
    )
    if not spec.hypothetical:
        yield (
            "The prior centred on no effect under which the claim just falls was searched (Matthews 2018), with the bias and the share of the "
            "evidence set aside at which it does, and the E-value of the estimate (VanderWeele and Ding 2017)."
        )
    allowed = result.allowing_for_bias is not None and not spec.hypothetical
    if allowed or spec.structure == "bias_adjusted":
        yield "Bias of studies that were not randomised was given a distribution of its own (Welton and others 2009)."


def _computation(result: Result) -> Iterator[str]:
    saved: Mapping[str, Mapping[str, Any]] = result.record["fits"]
    fits = {name: saved[name] for name in result.question.priors if name in saved}
    yield "Posteriors of the effect were computed by numerical integration, without sampling."
    if fits:
        yield f"{_sampled(result, fits)} {_gate(list(fits.values()))}"
    versions = result.record["versions"]
    used = [
        f"{name} {versions[key]}" for key, name in NAMES.items() if key in versions and (fits or key not in SAMPLING)
    ]
    yield f"Software: {listed(used)}."
    yield "Reporting follows a checklist after ROBUST (Sung 2005) and BARG (Kruschke 2021)."


def _sampled(result: Result, fits: Mapping[str, Mapping[str, Any]]) -> str:
    settings = result.record["settings"]
    under = f"Under the {listed(prior_name(name) for name in fits)} prior{'s' if len(fits) > 1 else ''}"
    lengths = [
        [fit.get(key, settings[key]) for fit in fits.values()] for key in ("draws", "tune")
    ]  # some were sampled longer
    draws, tune = (listed((many(n) for n in sorted(set(length))), "or") for length in lengths)
    return (
        f"{under} all parameters were also sampled by NUTS ({counted(settings['chains'], 'chain')}, {draws} draws each after {tune} of "
        f"warm-up, seed {settings['seed']})."
    )


def _gate(fits: Sequence[Mapping[str, Any]]) -> str:
    gates = [fit["gate"] for fit in fits]
    failed = sum(not gate["passed"] for gate in gates)
    ours = "The fit" if len(gates) == 1 else "All fits"
    passed = f"{capital(counted(failed, 'fit'))} of {len(gates)} failed" if failed else f"{ours} passed"
    r_hats, sizes, jumps = (
        [gate[key] for gate in gates if gate.get(key) is not None]
        for key in ("max_r_hat", "min_ess_bulk", "divergences")
    )
    worst = [f"the largest R-hat was {number(max(r_hats), 3)}"] if r_hats else []
    worst += [f"the smallest bulk effective sample size {number(min(sizes), 0)}"] if sizes else []
    worst += [f"with {counted(sum(jumps), 'divergence')}"] if jumps else []
    return (
        f"{passed} a gate on R-hat and effective sample sizes (Vehtari and others 2021), E-BFMI (Betancourt 2016), divergences and the "
        f"distance from the exact posterior{'; ' * bool(worst)}{', '.join(worst)}."
    )
