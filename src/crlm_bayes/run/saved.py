"""Saved results: what is still current, and what may not be shown. Needs no sampler and no plotting."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from crlm_bayes.answers.identity import digests, fit_digest
from crlm_bayes.answers.question import Question
from crlm_bayes.errors import StaleResult
from crlm_bayes.run.store import POSTERIOR, Store
from crlm_bayes.sampling.settings import Settings


def wanted_priors(question: Question, prior: str | None) -> tuple[str, ...]:
    """Priors to fit: all of the analysis, or the one asked for and the primary, on which the page rests.

    Of a synthesis, whose models are large, the primary prior only is fitted unasked: the others are exact.
    """
    spec = question.spec
    every = prior is None and not spec.is_synthesis
    return tuple(n for n in spec.effect_priors if every or n in (prior, spec.primary))


def current_fits(question: Question, settings: Settings, store: Store) -> dict[str, dict[str, Any]]:
    """Records of saved posteriors that are still what would be sampled now."""
    record = store.record(question.spec.id) or {}
    saved: dict[str, dict[str, Any]] = record.get("fits", {})
    return {
        name: saved[name]
        for name in question.spec.effect_priors
        if name in saved
        and saved[name].get("digest") == fit_digest(question, name, settings)
        and (store.root / question.spec.id / name / POSTERIOR).is_file()
        and (name != question.spec.primary or saved[name].get("whole", True))  # which was another's part until now
    }


def settings_of(record: Mapping[str, Any] | None, asked: Settings) -> Settings:
    """Settings that a saved result was made with; those asked for where there is none."""
    if record is None:
        return asked
    known = {field.name for field in fields(Settings)}
    return replace(asked, **{key: value for key, value in record["settings"].items() if key in known})


def unchanged(question: Question, settings: Settings, store: Store, prior: str | None) -> Mapping[str, Any] | None:
    """Return the saved record where everything asked for is there and nothing has changed."""
    record, fits = _saved(question, settings, store)
    return record if set(wanted_priors(question, prior)) <= set(fits) else None


def answered(question: Question, settings: Settings, store: Store) -> Mapping[str, Any] | None:
    """Return the saved record where everything that is exact is there and nothing has changed, sampled or not.

    What was sampled with other settings than those asked for is as good as it was.
    """
    return _saved(question, settings_of(store.record(question.spec.id), settings), store)[0]


def _saved(
    question: Question, settings: Settings, store: Store
) -> tuple[Mapping[str, Any] | None, dict[str, dict[str, Any]]]:
    """The saved record with its current fits; None and nothing where it is missing, incomplete or out of date."""
    record = store.record(question.spec.id)
    if record is None or record.get("digests") != digests(question, settings):
        return None, {}
    fits = current_fits(question, settings, store)
    return (record, fits) if store.complete(question.spec.id, tuple(fits)) else (None, {})


def require_current(question: Question, store: Store) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the run record and the current fits of a result whose posteriors may be shown.

    Raises
    ------
    StaleResult
        If it is missing, out of date, was not sampled, or failed the gate.
    """
    record, fits = _unchanged(question, store)
    if question.spec.primary not in fits:
        raise _unsaved(question, store)
    _require_passed(question, record, fits)
    return record, fits


def require_answered(question: Question, store: Store) -> dict[str, Any]:
    """Return the run record of a result that may be passed on whole, sampled or not.

    Raises
    ------
    StaleResult
        If it is missing, out of date, incomplete, or failed the gate.
    """
    record, fits = _unchanged(question, store)
    if not set(record["fits"]) <= set(fits) or not store.complete(question.spec.id, tuple(fits)):
        raise _unsaved(question, store)
    _require_passed(question, record, fits)
    return record


def _again(question: Question) -> str:
    return f"python -m crlm_bayes fit {question.spec.id}"


def _unsaved(question: Question, store: Store) -> StaleResult:
    where = f"analysis {question.spec.id}"
    return StaleResult(where, f"its posteriors are not saved in {store.root}", allowed=_again(question))


def _unchanged(question: Question, store: Store) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    spec, record = question.spec, store.record(question.spec.id)
    where, again = f"analysis {spec.id}", _again(question)
    if record is None:
        raise StaleResult(where, f"has no fit in {store.root}", allowed=again)
    settings = settings_of(record, Settings())
    now = digests(question, settings)
    changed = ", ".join(key for key, value in now.items() if record["digests"].get(key) != value)
    if changed:
        raise StaleResult(where, f"its fit is out of date ({changed} changed)", allowed=again)
    return record, current_fits(question, settings, store)


def _require_passed(question: Question, record: Mapping[str, Any], fits: Mapping[str, Mapping[str, Any]]) -> None:
    if not record["passed"]:
        bad = ", ".join(name for name, fit in fits.items() if not fit["gate"]["passed"])
        raise StaleResult(
            f"analysis {question.spec.id}",
            f"failed the diagnostics gate ({bad})",
            allowed=f"{_again(question)} with more draws or another seed",
        )
