"""`report`: pages rendered again from saved posteriors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crlm_bayes.api import render_all
from crlm_bayes.commands.fit import print_verdicts


def report_command(
    data: Path | None,
    models: Path | None,
    out: Path,
    names: Sequence[str] | None,
    pdf: bool = False,
    docx: bool = False,
) -> list[dict[str, Any]]:
    """Render saved results again, also as PDF and for a word processor, and print their verdicts; returns the rows."""
    run = render_all(out, names, data=data, models=models, pdf=pdf, docx=docx)
    print_verdicts(run.records, out, 0)
    return run.verdicts
