"""The summary of findings as a page: one row an outcome, in the manner of GRADE."""

from collections.abc import Collection, Sequence

from markupsafe import Markup

from crlm_bayes.answers.summary import Outcome
from crlm_bayes.pages.html import TEMPLATES, environment
from crlm_bayes.prose.grade.cells import summary
from crlm_bayes.prose.grade.notes import CAPTION
from crlm_bayes.prose.verdicts import rule
from crlm_bayes.words.nouns import endpoint_noun, listed
from crlm_bayes.words.numbers import fixed

STYLES = ("style.css", "summary.css")


def summary_page(
    outcomes: Sequence[Outcome], unanswered: Sequence[str] = (), paged: Collection[str] = (), judged: str = ""
) -> str:
    """Write the page.

    Parameters
    ----------
    outcomes : sequence of Outcome
    unanswered : sequence of str
        Endpoints that were analysed and of which no analysis is the answer.
    paged : collection of str
        Analyses that have a page.
    judged : str
        What tells by which judgements the page was written.
    """
    env = environment()
    context = {
        "style": Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)),
        "summary": summary(outcomes),
        "caption": CAPTION,
        "rule": rule(),
        "unanswered": listed(endpoint_noun(name) for name in unanswered),
        "paged": paged,
        "judged": judged,
        "width": _width,
    }
    return env.get_template("summary.html.jinja").render(context)


def _width(share: float) -> str:
    """Write a share as a length of style."""
    return f"{fixed(100 * share, 2)}%"
