"""The front door: from documents to studies, audits, questions, answers, fits, figures and pages.

::

    import crlm_bayes as cb
    answer = cb.ask(cb.question("models/my_trial.toml"))
    answer.panel.to_df()

Folders that are not given are the bundled ones. Everything up to an answer is exact and loads no sampler.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.checking import check_documents
from crlm_bayes.answers.multiverse.reading import multiverse as multiverse
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.questions import question_of, read_questions, require_one
from crlm_bayes.answers.result import Result
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents import reader
from crlm_bayes.documents.analyses import read_document
from crlm_bayes.documents.folders import folders
from crlm_bayes.documents.judgements import read_judgements
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.run.batch import batch as batch
from crlm_bayes.run.batch import batch_file as batch_file
from crlm_bayes.run.folder import FolderRun, Watch, fit_folder, render_folder
from crlm_bayes.run.outputs.bundle import bundle as bundle
from crlm_bayes.run.store import PAGE, Store
from crlm_bayes.sampling.settings import Settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULTS = Settings()


def read_studies(data: str | Path | None = None, names: Sequence[str] | None = None) -> dict[str, Study]:
    """Read the studies of a folder.

    Parameters
    ----------
    data : path, optional
        Folder of study documents.
    names : sequence of str, optional
        Ids of the studies; all if not given.

    Returns
    -------
    dict of id to Study
        As printed; ``.to_df()`` has one row an entry.

    Raises
    ------
    UnknownName, InvalidInput
        For the first document that is not there or not usable.
    """
    return reader.read_studies(folders(data)[0], names)


def audit(
    studies: Mapping[str, Study] | None = None, *, data: str | Path | None = None, names: Sequence[str] | None = None
) -> dict[str, StudyAudit]:
    """Recompute what studies print, and say what does not add up.

    Parameters
    ----------
    studies : mapping of id to Study, optional
        Studies at hand, which are held to themselves only; else those of the folder `data`, which are also held to what
        the claims of that folder say of one another.
    names : sequence of str, optional
        Ids in the folder; all if not given.

    Returns
    -------
    dict of id to StudyAudit
        ``.to_df()`` has one row a finding.
    """
    return read_audits(folders(data)[0], names) if studies is None else audit_studies(studies)


def question(
    document: str | Path | Mapping[str, Any],
    *,
    studies: Mapping[str, Study] | None = None,
    data: str | Path | None = None,
    models: str | Path | None = None,
) -> Question:
    """Read one analysis and assemble its evidence.

    Parameters
    ----------
    document : str, Path or mapping
        Id of an analysis, or of a variant, in the folder `models`; path of a document (whose folder has the priors), or
        the keys of one. A document with variants is several questions: ask for them by id.
    studies : mapping of id to Study, optional
        For a mapping: the studies that it may name; else those of the folder `data`.

    Returns
    -------
    Question
        ``.to_df()`` has the printed rows that the evidence rests on.

    Raises
    ------
    UnknownName, InvalidInput
        If the document is not usable, or a study does not print what it needs.
    """
    if isinstance(document, Mapping):
        where, priors = folders(data, models)
        return question_of(document, where if studies is None else studies, priors)
    path = Path(document)
    if path.suffix == ".toml":
        models, document = path.parent, path.stem
        require_one([entry.id for entry in read_document(path)], str(path))
    return questions([str(document)], data=data, models=models)[0]


def questions(
    names: Sequence[str] | None = None, *, data: str | Path | None = None, models: str | Path | None = None
) -> list[Question]:
    """Read the named analyses of a folder, or all, and assemble their evidence; see :func:`question`."""
    return read_questions(*folders(data, models), names or None)


def ask(asked: Question) -> Answer:
    """Answer a question exactly, without a sampler.

    Returns
    -------
    Answer
        ``.panel``, ``.decision``, ``.robustness``, ``.reverse``, ``.others``, ``.pooled`` ..., each computed when asked
        for; ``.doubt(prior=..., bias=..., discount=...)`` answers a sceptic.
    """
    return Answer(asked)


def fit(asked: Question | Answer, priors: Sequence[str] | None = None, settings: Settings = DEFAULTS) -> Result:
    """Sample the posteriors of a question by NUTS, and hold them to the exact answer; nothing is written.

    Parameters
    ----------
    priors : sequence of str, optional
        Names in the panel of the analysis; the primary one if not given.

    Returns
    -------
    Result
        An answer with ``.estimates`` (DataFrame), ``.trees[prior]`` (ArviZ DataTree) and ``.record`` (with the gate).

    Raises
    ------
    UnknownName
        If a prior is not in the panel.
    """
    from crlm_bayes.run.one import fitted  # with the sampler

    asked = asked.question if isinstance(asked, Answer) else asked
    chosen = list(priors or [asked.spec.primary])
    for name in chosen:
        if name not in asked.priors:
            raise UnknownName.among("priors", "prior", name, asked.priors)
    return fitted(asked, chosen, settings)


def draw(answer: Answer) -> dict[str, "Figure"]:
    """Draw every figure of an answer, by name; those of draws need a fit."""
    from crlm_bayes import figures  # with matplotlib

    return figures.draw(_result(answer))


def report(answer: Answer, folder: str | Path) -> Path:
    """Write the page of an answer with its figures and tables, as ``fit`` on the command line does.

    Parameters
    ----------
    answer : Answer
        Where it was not sampled, the page has what is exact.
    folder : path
        Output folder; the analysis has a folder of its id there.

    Returns
    -------
    Path
        Of the page.
    """
    from crlm_bayes.run.one import write

    store, result = Store(Path(folder)), _result(answer)
    store.require_writable()
    write(result, store)
    return store.root / result.spec.id / PAGE


def _result(answer: Answer) -> Result:
    from crlm_bayes.run.one import unsampled  # with matplotlib

    return answer if isinstance(answer, Result) else unsampled(answer, DEFAULTS)


def fit_all(
    out: str | Path,
    names: Sequence[str] | None = None,
    *,
    data: str | Path | None = None,
    models: str | Path | None = None,
    prior: str | None = None,
    settings: Settings = DEFAULTS,
    force: bool = False,
    exact: bool = False,
    watch: Watch | None = None,
) -> FolderRun:
    """Fit analyses of a folder, and write every page and the index; what is current is kept.

    Everything that is exact is written first, in seconds; then the posteriors are sampled, page by page.

    Parameters
    ----------
    out : path
        Output folder.
    names : sequence of str, optional
        Ids of the analyses; all if not given.
    prior : str, optional
        Fit this prior beside the primary one; without it all of the panel, of a synthesis the primary one.
    force : bool
        Sample again what is current, too.
    exact : bool
        Stop before the sampling: every page, table and verdict from the exact engine.
    watch : Watch, optional
        Told of how it goes on.

    Raises
    ------
    Interrupted
        By Ctrl-C: a `KeyboardInterrupt` that says what was finished, all of which is kept.
    UnknownName, InvalidInput
        If a document is not usable, or a name is unknown.
    """
    where, which = folders(data, models)
    asked = questions(names, data=data, models=models)
    if not asked:
        raise InvalidInput(str(which), "holds no analysis", allowed="at least one analysis document")
    known = {name for one in asked for name in one.spec.effect_priors}
    if prior is not None and prior not in known:
        raise UnknownName.among("--prior", "prior", prior, known)
    judged = read_judgements(which)
    return fit_folder(
        asked, where, Store(Path(out)), settings, prior=prior, force=force, exact=exact, watch=watch, judgements=judged
    )


def render_all(
    out: str | Path,
    names: Sequence[str] | None = None,
    *,
    data: str | Path | None = None,
    models: str | Path | None = None,
    pdf: bool = False,
    docx: bool = False,
) -> FolderRun:
    """Render saved results of a folder again.

    Parameters
    ----------
    pdf, docx : bool
        Also print the pages by a browser that is there; also write summary, panels and methods for a word processor.

    Raises
    ------
    StaleResult, UnwritableOutput
        For the first that is missing, out of date or failed the gate, or if what prints is not there; nothing is written then.
    """
    from crlm_bayes.run.outputs.exports import Exports  # with pages

    where, which = folders(data, models)
    asked, judged, store = questions(names, data=data, models=models), read_judgements(which), Store(Path(out))
    exports = Exports(store, pdf=pdf, docx=docx)
    run = render_folder(asked, where, store, judged)
    exports.write(asked, where, judged)
    return run


def check(data: str | Path | None = None, models: str | Path | None = None) -> tuple[list[str], dict[str, int]]:
    """Validate every document of two folders.

    Returns
    -------
    list of str
        Faults, a line each.
    dict
        How many ``studies`` and ``analyses`` there are.
    """
    return check_documents(*folders(data, models))
