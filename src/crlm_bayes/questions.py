"""Validate everything before anything is computed: documents to questions, with identities."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from crlm_bayes.archetypes import zampieri_grid
from crlm_bayes.assembly import assemble
from crlm_bayes.audit import StudyAudit
from crlm_bayes.audits import read_audits, require_accepted
from crlm_bayes.empirical import DeclaredPrior
from crlm_bayes.errors import UnknownName
from crlm_bayes.priors import Prior
from crlm_bayes.provenance import digest, source_digest
from crlm_bayes.published import read_studies, study_paths
from crlm_bayes.result import Question
from crlm_bayes.settings import Settings
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.spec_meaning import check_studies
from crlm_bayes.specs import PRIORS_FILE, read_specs

SAMPLING: Final = (
    "inference.py", "evidence.py", "assembly.py", "landmarks.py", "shares.py", "printed_ratio.py", "conversions.py",
    "logrank.py", "centre_*.py", "arm_level_evidence.py", "spec_meaning.py", "structures.py", "effects.py", "likelihoods/*.py",
)  # fmt: skip
"""Sources that a posterior depends on."""

PROGRAM: Final = ("**/*.py", "**/*.jinja", "**/*.css", "**/*.js")
"""Sources that a result and its pages depend on."""

WORDING: Final = {"title", "question", "effect_priors", "primary", "accepts", "mcid"}
"""Keys of an analysis that a posterior does not depend on."""


def read_questions(data: Path, models: Path, names: Iterable[str] | None = None) -> list[Question]:
    """Read the named analyses (or all) and assemble their evidence.

    Raises
    ------
    CrlmBayesError
        For the first document that is not usable.
    """
    specs, priors = read_specs(models, names)
    known = study_paths(data)
    for spec in specs.values():
        require_documents(spec, known, models)
    audits = read_audits(data, [name for spec in specs.values() for name in spec.studies])
    densities = resolve(priors, data, priors_of(specs.values()), models)
    return [question(spec, audits, densities, priors, str(models / f"{spec.id}.toml")) for spec in specs.values()]


def require_documents(spec: AnalysisSpec, known: Collection[str], models: Path) -> None:
    """Hold an analysis to studies that have a document.

    Raises
    ------
    UnknownName
        For the first that has none.
    """
    for name in spec.studies:
        if name not in known:
            raise UnknownName.among(f"{models / (spec.id + '.toml')}: studies", "study", name, known)


def priors_of(specs: Iterable[AnalysisSpec]) -> set[str]:
    """Names of the priors that analyses are put before: these have to be there, the others of the book may be."""
    return {name for spec in specs for name in spec.effect_priors}


def resolve(
    book: Mapping[str, Prior | DeclaredPrior], data: Path, needed: Collection[str], models: Path
) -> dict[str, Prior]:
    """Turn declared priors into densities; one from studies that are not at hand is left out unless it is needed.

    Raises
    ------
    UnknownName, InvalidInput
        If a needed prior rests on a study without a document, or on one that does not print what it declares.
    """
    known = study_paths(data)
    found: dict[str, Prior] = {}
    for name, prior in book.items():
        if not isinstance(prior, DeclaredPrior):
            found[name] = prior
        elif name in needed or set(prior.studies) <= set(known):
            where = f"{models / PRIORS_FILE}: {name}"
            for study in prior.studies:
                if study not in known:
                    raise UnknownName.among(f"{where}: studies", "study", study, known)
            found[name] = prior.resolved(read_studies(data, prior.studies), where)
    return found


def question(
    spec: AnalysisSpec,
    audits: Mapping[str, StudyAudit],
    densities: Mapping[str, Prior],
    book: Mapping[str, Prior | DeclaredPrior],
    where: str,
) -> Question:
    """Assemble the evidence of an analysis, and hold the analysis to what the audits of its studies found.

    Raises
    ------
    InvalidInput, UnknownName
        If a study does not print what is needed, or the analysis rests on a serious finding that it does not accept.
    """
    own = {name: audits[name] for name in spec.studies}
    studies = {name: audit.study for name, audit in own.items()}
    check_studies(spec, studies, where)
    evidence = assemble(spec, studies)
    require_accepted(spec, evidence, own, where)
    panel = {name: densities[name] for name in spec.effect_priors}
    return Question(spec, own, evidence, panel, others(spec, densities, book))


def others(
    spec: AnalysisSpec, densities: Mapping[str, Prior], book: Mapping[str, Prior | DeclaredPrior]
) -> dict[str, Prior]:
    """Priors beside the panel: computed from other trials of the same measure, and the grid of Zampieri (2021)."""
    empirical = {
        name: densities[name]
        for name, prior in book.items()
        if isinstance(prior, DeclaredPrior)
        and name in densities
        and name not in spec.effect_priors
        and prior.measure == spec.measure
        and not set(prior.studies) & set(spec.studies)
    }
    return empirical | zampieri_grid(spec.mcid)


def fit_digest(question: Question, prior: str, settings: Settings) -> str:
    """Identity of one posterior: what it depends on and nothing else. An unchanged one is not sampled again."""
    spec = question.spec.model_dump(mode="json", exclude=WORDING)
    sampler = (settings.draws, settings.tune, settings.chains, settings.seed, settings.target_accept)
    return digest(spec, question.priors[prior], question.evidence, sampler, source_digest(*SAMPLING))


def digests(question: Question, settings: Settings) -> dict[str, str]:
    """Identities of a whole result: the analysis with its priors, the published rows, the program."""
    return {
        "spec": digest(question.spec, dict(question.priors), dict(question.others)),
        "data": digest(
            list(question.studies), question.evidence, [audit.findings for audit in question.audits.values()]
        ),
        "settings": digest(settings.draws, settings.tune, settings.chains, settings.seed, settings.target_accept),
        "program": source_digest(*PROGRAM),
    }
