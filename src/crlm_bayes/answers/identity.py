"""Identities of posteriors and results: what each depends on, so that it is told when that has changed."""

from typing import Final

from crlm_bayes.answers.question import Question
from crlm_bayes.digests import digest, source_digest
from crlm_bayes.sampling.settings import Settings

SAMPLING: Final = (
    "arrays.py", "rule.py", "toml.py", "priors/**/*.py", "documents/**/*.py", "exact/**/*.py", "evidence/**/*.py",
    "likelihoods/**/*.py", "sampling/**/*.py",
)  # fmt: skip
"""Sources that a posterior depends on: whole rooms, so that no file that matters is forgotten."""

PROGRAM: Final = ("**/*.py", "**/*.jinja", "**/*.css", "**/*.js")
"""Sources that a result and its pages depend on."""

WORDING: Final = {"title", "question", "effect_priors", "primary", "accepts", "mcid"}
"""Keys of an analysis that a posterior does not depend on."""


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
