"""What is made of pages when it is asked for: PDF by a browser, and a document for a word processor."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from crlm_bayes.answers.question import Question
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.documents.judgements import Judgement
from crlm_bayes.pages.word import require_word, word
from crlm_bayes.run.index import is_of_this_version, verdicts
from crlm_bayes.run.outputs.browser import browser, printed
from crlm_bayes.run.store import INDEX, PAGE, SUMMARY, Store
from crlm_bayes.run.summary import found_outcomes


class Exports:
    """Files beside the pages of a folder.

    Raises
    ------
    UnwritableOutput
        If what makes them is not there; nothing has been done then.
    """

    def __init__(self, store: Store, *, pdf: bool, docx: bool) -> None:
        self.store, self.docx, self.program = store, docx, browser() if pdf else None
        if docx:
            require_word()

    def write(self, asked: Sequence[Question], data: Path, judgements: Mapping[str, Judgement]) -> None:
        """Make them of the pages as they now are: of the analyses that are asked, of all, and of the summary.

        Parameters
        ----------
        data : Path
            Folder of the studies.
        """
        if self.docx:
            records = {name: one for name, one in self.store.records().items() if is_of_this_version(one)}
            found = found_outcomes(self.store, verdicts(records), records, read_audits(data), judgements)
            priors = {name: prior.plain for question in asked for name, prior in question.priors.items()}
            self.store.write_bytes(Path(SUMMARY).with_suffix(".docx").name, word(found, records, priors))
        if self.program is not None:
            for name in [INDEX, SUMMARY, *(f"{question.spec.id}/{PAGE}" for question in asked)]:
                content = printed(self.store.root / name, self.program)
                self.store.write_bytes(Path(name).with_suffix(".pdf").as_posix(), content)
