"""`report`: pages rendered again from saved posteriors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crlm_bayes.answers.questions import read_questions
from crlm_bayes.audit.reading import read_audits
from crlm_bayes.run.store import Store


def report_command(data: Path, models: Path, out: Path, names: Sequence[str] | None) -> list[dict[str, Any]]:
    """Render saved results again; nothing is written unless all of them can be.

    Raises
    ------
    StaleResult
        For the first that is missing, out of date or failed.
    """
    from crlm_bayes.commands.fit import print_verdicts
    from crlm_bayes.run.saved import require_current

    questions, audits = read_questions(data, models, names), read_audits(data)
    store = Store(out)
    for question in questions:
        require_current(question, store)
    store.require_writable()
    from crlm_bayes.run.index import write_index
    from crlm_bayes.run.one import render_again

    records = {question.spec.id: render_again(question, store).record for question in questions}
    write_index(store, audits)
    print_verdicts(records, store, 0)
    return [row for record in records.values() for row in record["verdicts"]]
