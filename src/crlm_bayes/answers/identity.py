"""Where numbers came from: the printed rows behind a result, and digests that tell whether anything changed."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel

from crlm_bayes.answers.question import Question
from crlm_bayes.sampling.settings import Settings

PACKAGE: Final = Path(__file__).parents[1]

SAMPLING: Final = (
    "arrays.py", "rule.py", "toml.py", "priors/**/*.py", "documents/**/*.py", "exact/**/*.py", "evidence/**/*.py",
    "likelihoods/**/*.py", "sampling/**/*.py",
)  # fmt: skip
"""Sources that a posterior depends on: whole rooms, so that no file that matters is forgotten."""

PROGRAM: Final = ("**/*.py", "**/*.jinja", "**/*.css", "**/*.js")
"""Sources that a result and its pages depend on."""

WORDING: Final = {"title", "question", "effect_priors", "primary", "accepts", "mcid"}
"""Keys of an analysis that a posterior does not depend on."""


def plain(value: Any) -> Any:
    """Turn a value into JSON types, exactly: floats by their shortest repr, arrays as lists."""
    if isinstance(value, BaseModel):
        return {
            "kind": type(value).__name__,
            **{k: plain(getattr(value, k)) for k in type(value).model_fields},
        }
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def canonical(value: Any) -> Any:
    """Turn a value into what a JSON file would give back: keys sorted, and null for a number that does not exist."""
    if isinstance(value, Mapping):
        return {str(key): canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


@cache
def source_digest(*patterns: str, root: Path = PACKAGE) -> str:
    """SHA-256 of files of this package, by glob patterns below it: a result is stale once the program has changed."""
    found = sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})
    total = hashlib.sha256()
    for path in found:
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def digest(*values: Any) -> str:
    """SHA-256 of values in canonical JSON: the identity of what went in."""
    text = json.dumps([plain(v) for v in values], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


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
