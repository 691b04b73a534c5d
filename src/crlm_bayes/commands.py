"""What the verbs do, as functions of folders and names; terminal output goes to stderr."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crlm_bayes.audits import read_audits
from crlm_bayes.errors import EXIT_GATE, CrlmBayesError, InvalidInput
from crlm_bayes.priors import Prior
from crlm_bayes.published import Study, read_study, study_paths
from crlm_bayes.published.claims import ClaimBook
from crlm_bayes.questions import read_questions
from crlm_bayes.report.store import Store
from crlm_bayes.settings import Settings
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.specs import PriorBook, read_priors, read_spec, spec_paths


def fit_command(
    data: Path,
    models: Path,
    out: Path,
    names: Sequence[str] | None,
    prior: str | None,
    settings: Settings,
    force: bool,
) -> tuple[int, list[dict[str, Any]]]:
    """Fit the named analyses, or all.

    Returns
    -------
    int
        Exit code: 0, or 3 where a fit failed the gate.
    list of dict
        Verdict rows.
    """
    from crlm_bayes.saved import unchanged
    from crlm_bayes.terminal import FitProgress, print_verdicts

    questions = read_questions(data, models, names)
    if not questions:
        raise InvalidInput(str(models), "holds no analysis", allowed="at least one analysis document")
    if prior is not None and not any(prior in question.spec.effect_priors for question in questions):
        from crlm_bayes.errors import UnknownName

        raise UnknownName.among("--prior", "prior", prior, {n for q in questions for n in q.spec.effect_priors})
    store = Store(out)
    store.require_writable()
    saved = {q.spec.id: record for q in questions if not force and (record := unchanged(q, settings, store, prior))}
    todo = [q for q in questions if q.spec.id not in saved]
    records: dict[str, Any] = dict(saved)
    if todo:
        with FitProgress(len(questions), len(saved)) as progress:
            progress.begin("importing the sampler")
            from crlm_bayes.lanes import run_all

            progress.begin("compiling models")
            outcomes = run_all(todo, settings, store, prior=prior, force=force, done=progress.done)
            records |= {name: outcome.record for name, outcome in outcomes.items()}
    if todo or not store.has_index():
        from crlm_bayes.report.index import write_index

        write_index(store, read_audits(data))
    ordered = {q.spec.id: records[q.spec.id] for q in questions}
    print_verdicts(ordered, store, len(saved))
    passed = all(record["passed"] for record in ordered.values())
    return (0 if passed else EXIT_GATE), [row for record in ordered.values() for row in record["verdicts"]]


def report_command(data: Path, models: Path, out: Path, names: Sequence[str] | None) -> list[dict[str, Any]]:
    """Render saved results again; nothing is written unless all of them can be.

    Raises
    ------
    StaleResult
        For the first that is missing, out of date or failed.
    """
    from crlm_bayes.saved import require_current
    from crlm_bayes.terminal import print_verdicts

    questions, audits = read_questions(data, models, names), read_audits(data)
    store = Store(out)
    for question in questions:
        require_current(question, store)
    store.require_writable()
    from crlm_bayes.pipeline import render_again
    from crlm_bayes.report.index import write_index

    records = {question.spec.id: render_again(question, store).record for question in questions}
    write_index(store, audits)
    print_verdicts(records, store, 0)
    return [row for record in records.values() for row in record["verdicts"]]


def check_documents(data: Path, models: Path) -> tuple[list[str], dict[str, int]]:
    """Validate every document by itself and together; return the faults and how many documents there are."""
    from crlm_bayes.audit import audit_studies
    from crlm_bayes.published import CLAIMS_FILE, check_claims, read_claims
    from crlm_bayes.questions import priors_of, question, require_documents, resolve

    faults: list[str] = []
    known, studies = study_paths(data), dict[str, Study]()
    for name, path in known.items():
        try:
            studies[name] = read_study(path)
        except CrlmBayesError as error:
            faults.append(str(error))
    try:
        claims = read_claims(data)
        check_claims(claims, studies, known, str(data / CLAIMS_FILE))
    except CrlmBayesError as error:
        claims = ()
        faults.append(str(error))
    audits = audit_studies(studies, claims)
    paths = spec_paths(models)
    counts = {"studies": len(known), "analyses": len(paths)}
    try:
        priors = read_priors(models)
    except CrlmBayesError as error:
        return [*faults, str(error)], counts
    specs: list[AnalysisSpec] = []
    for path in paths.values():
        try:
            specs.append(read_spec(path, priors))
        except CrlmBayesError as error:
            faults.append(str(error))
    densities: dict[str, Prior] = {}
    needed = priors_of(specs)
    for name, prior in priors.items():  # one by one, so that a fault in one does not hide that of another
        try:
            densities |= resolve({name: prior}, data, needed, models)
        except CrlmBayesError as error:
            faults.append(str(error))
    for spec in specs:
        try:
            require_documents(spec, known, models)
            if set(spec.studies) <= set(audits) and set(spec.effect_priors) <= set(densities):
                question(spec, audits, densities, priors, str(paths[spec.id]))
        except CrlmBayesError as error:
            faults.append(str(error))
    return faults, counts


def schemas() -> dict[str, Any]:
    """JSON Schema of the four kinds of document."""
    return {
        "study": Study.model_json_schema(),
        "analysis": AnalysisSpec.model_json_schema(),
        "priors": PriorBook.model_json_schema(),
        "claims": ClaimBook.model_json_schema(),
    }
