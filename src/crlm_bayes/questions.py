"""Validate everything before anything is computed: documents to questions, with identities."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crlm_bayes.errors import UnknownName
from crlm_bayes.evidence import assemble
from crlm_bayes.provenance import digest, source_digest
from crlm_bayes.published import read_studies, study_paths
from crlm_bayes.result import Question
from crlm_bayes.settings import Settings
from crlm_bayes.spec import read_specs

SAMPLING: Final = ("inference.py", "evidence.py", "landmarks.py", "likelihoods/*.py")
"""Sources that a posterior depends on."""

PROGRAM: Final = ("**/*.py", "**/*.jinja", "**/*.css")
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
        for name in spec.studies:
            if name not in known:
                raise UnknownName.among(f"{models / (spec.id + '.toml')}: studies", "study", name, known)
    studies = read_studies(data, [name for spec in specs.values() for name in spec.studies])
    questions = []
    for spec in specs.values():
        study = studies[spec.studies[0]]
        questions.append(Question(spec, study, assemble(spec, study), {n: priors[n] for n in spec.effect_priors}))
    return questions


def fit_digest(question: Question, prior: str, settings: Settings) -> str:
    """Identity of one posterior: what it depends on and nothing else. An unchanged one is not sampled again."""
    spec = question.spec.model_dump(mode="json", exclude=WORDING)
    sampler = (settings.draws, settings.tune, settings.chains, settings.seed, settings.target_accept)
    return digest(spec, question.priors[prior], question.evidence, sampler, source_digest(*SAMPLING))


def digests(question: Question, settings: Settings) -> dict[str, str]:
    """Identities of a whole result: the analysis with its priors, the published rows, the program."""
    return {
        "spec": digest(question.spec, dict(question.priors)),
        "data": digest(question.study, question.evidence),
        "settings": digest(settings.draws, settings.tune, settings.chains, settings.seed, settings.target_accept),
        "program": source_digest(*PROGRAM),
    }
