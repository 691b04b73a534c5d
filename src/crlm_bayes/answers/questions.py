"""Validate everything before anything is computed: documents to questions, with identities."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.digests import digest
from crlm_bayes.documents.analyses import PRIORS_FILE, read_priors, read_specs, spec_of, where_of
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_studies
from crlm_bayes.documents.prior_book import DeclaredPrior
from crlm_bayes.documents.reader import read_studies, study_paths
from crlm_bayes.documents.study import Study
from crlm_bayes.documents.variation.variants import entries
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.assemble import assemble
from crlm_bayes.evidence.trial_priors import resolved
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.priors.archetypes import zampieri_grid
from crlm_bayes.priors.density import Prior


def read_questions(data: Path, models: Path, names: Iterable[str] | None = None) -> list[Question]:
    """Read the named analyses (or all) and assemble their evidence; documents that have not changed are not read again.

    Raises
    ------
    CrlmBayesError
        For the first document that is not usable.
    """
    named = None if names is None else list(names)
    where = digest("questions", str(data.resolve()), str(models.resolve()), named)
    return ANSWERS.recall(where, lambda: _read(data, models, named), state_of(data, models))


def state_of(data: Path, models: Path) -> str:
    """Digest of all documents of two folders."""
    return digest(_files(data), _files(models))


def _files(folder: Path) -> list[tuple[str, object]]:
    """Documents of a folder by their bytes, and what lies beside them, which they may name, by size and time."""
    found = sorted(path for pattern in ("*", "*/*") for path in folder.glob(pattern))
    return [(str(path.relative_to(folder)), _content(path)) for path in found]


def _content(path: Path) -> object:
    try:
        if path.suffix == ".toml":
            return sha256(path.read_bytes()).hexdigest()
        found = path.stat()
    except OSError as error:  # whoever reads it says so
        return str(error.errno)
    return found.st_size, found.st_mtime_ns


def _read(data: Path, models: Path, names: list[str] | None) -> list[Question]:
    specs, priors = read_specs(models, names)
    known = study_paths(data)
    for spec in specs.values():
        require_documents(spec, known, where_of(spec, models))
    audits = read_audits(data, [name for spec in specs.values() for name in spec.studies])
    densities = resolve(priors, known, partial(read_studies, data), priors_of(specs.values()), models)
    return [question(spec, audits, densities, priors, where_of(spec, models)) for spec in specs.values()]


def require_documents(spec: AnalysisSpec, known: Collection[str], where: str) -> None:
    """Hold an analysis to studies that have a document.

    Raises
    ------
    UnknownName
        For the first that has none.
    """
    for name in spec.studies:
        if name not in known:
            raise UnknownName.among(f"{where}: studies", "study", name, known)


def priors_of(specs: Iterable[AnalysisSpec]) -> set[str]:
    """Names of the priors that analyses are put before: these have to be there, the others of the book may be."""
    return {name for spec in specs for name in spec.effect_priors}


def question_of(document: Mapping[str, Any], studies: Mapping[str, Study] | Path, models: Path) -> Question:
    """Make a question from the keys of an analysis document and studies that are at hand.

    Parameters
    ----------
    document : mapping
        As an analysis document has it.
    studies : mapping of id to Study, or Path
        Studies at hand, or the folder of their documents.
    models : Path
        Folder of the named priors.

    Raises
    ------
    CrlmBayesError
        If the document is not usable, or names a study that is not among them.
    """
    where, priors = f"analysis {document.get('id', '')}".strip(), read_priors(models)
    if document.get("variants"):
        require_one([entry.id for entry in entries(document, where)], where)
    spec = spec_of({key: value for key, value in document.items() if key != "multiverse"}, priors, where)
    known: Collection[str] = study_paths(studies) if isinstance(studies, Path) else studies
    require_documents(spec, known, where)

    def read(names: Collection[str]) -> Mapping[str, Study]:
        return read_studies(studies, names) if isinstance(studies, Path) else {name: studies[name] for name in names}

    audits = read_audits(studies, spec.studies) if isinstance(studies, Path) else audit_studies(read(spec.studies))
    densities = resolve(priors, known, read, spec.effect_priors, models)
    return question(spec, audits, densities, priors, where)


def require_one(ids: Sequence[str], where: str) -> None:
    """Hold a document that is asked for as one question to one analysis.

    Raises
    ------
    InvalidInput
        Naming all that it holds.
    """
    if len(ids) > 1:
        what = f"is {len(ids)} analyses, not one"
        raise InvalidInput(where, what, allowed=f"the id of one of them: {', '.join(ids)}")


def resolve(
    book: Mapping[str, Prior | DeclaredPrior],
    known: Collection[str],
    read: Callable[[Collection[str]], Mapping[str, Study]],
    needed: Collection[str],
    models: Path,
) -> dict[str, Prior]:
    """Turn declared priors into densities; one from studies that are not at hand is left out unless it is needed.

    Parameters
    ----------
    known : collection of str
        Ids of the studies that are at hand.
    read : callable
        Gives the studies of some ids.
    needed : collection of str
        Names of priors that must be there.
    models : Path
        Folder of the book, for messages.

    Raises
    ------
    UnknownName, InvalidInput
        If a needed prior rests on a study without a document, or on one that does not print what it declares.
    """
    found: dict[str, Prior] = {}
    for name, prior in book.items():
        if not isinstance(prior, DeclaredPrior):
            found[name] = prior
        elif name in needed or set(prior.studies) <= set(known):
            where = f"{models / PRIORS_FILE}: {name}"
            for study in prior.studies:
                if study not in known:
                    raise UnknownName.among(f"{where}: studies", "study", study, known)
            found[name] = resolved(prior, read(prior.studies), where)
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


def require_accepted(spec: AnalysisSpec, evidence: Evidence, audits: Mapping[str, StudyAudit], where: str) -> None:
    """Refuse an analysis that rests on entries with serious findings which it does not name in `accepts`.

    Raises
    ------
    InvalidInput
        Naming the findings.
    UnknownName
        If it accepts what is no finding of its study.
    """
    ids = [finding.id for audit in audits.values() for finding in audit.findings]
    for name in spec.accepts:
        if name not in ids:
            raise UnknownName.among(f"{where}: accepts", f"finding of {' or '.join(audits)}", name, ids)
    touched = [
        finding
        for study, audit in audits.items()
        for finding in audit.about([row.entry for row in evidence.rows if row.study == study])
    ]
    open_ = [f for f in touched if f.severity == "serious" and f.id not in spec.accepts]
    if open_:
        more = f" (and {len(open_) - 1} more)" if len(open_) > 1 else ""
        missing = ", ".join(f'"{f.id}"' for f in open_)
        raise InvalidInput(
            f"{where}: accepts",
            f"rests on numbers with a serious finding{more}: {open_[0].message}",
            allowed=f"a reading without it, or accepts with {missing}",
        )
