"""Pages as text: values in, HTML out. Nothing is computed here and no file is written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.result import Result
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import design_words, title_of
from crlm_bayes.pages.captions import drawing
from crlm_bayes.pages.explorer.fragment import explorer_fragment
from crlm_bayes.pages.explorer.payload import Payload
from crlm_bayes.pages.first_screen import first_screen
from crlm_bayes.pages.html import environment
from crlm_bayes.pages.study_page import study_context
from crlm_bayes.pages.synthesis_page import synthesis_context
from crlm_bayes.pages.tables import matrix, reverse
from crlm_bayes.pages.tables.chief import chief
from crlm_bayes.pages.tables.overview import OverviewGroup
from crlm_bayes.pages.tables.papers import papers
from crlm_bayes.prose import verdicts as words_of_verdicts
from crlm_bayes.prose.audit import FEW
from crlm_bayes.prose.captions import INDEX_CAPTIONS
from crlm_bayes.prose.index import chief_rows, in_short, of_the_print, of_what_if
from crlm_bayes.prose.limits import SECOND_HAND
from crlm_bayes.prose.scepticism import OTHER_QUESTION, REPLICATION
from crlm_bayes.scepticism.replication import Pair

if TYPE_CHECKING:
    import pandas as pd


def analysis_page(result: Result, figures: Mapping[str, str], verdict_rows: Iterable[Mapping[str, Any]] = ()) -> str:
    """Write the page of one analysis, of one study or of several.

    Parameters
    ----------
    figures : mapping of name to SVG text
        Any may be absent; the page then says nothing of it.
    verdict_rows : iterable of mapping
        Rows of `verdicts.csv`: the page leads to the other analyses of its endpoint.
    """
    several = result.spec.is_synthesis
    template = environment().get_template(f"{'synthesis' if several else 'analysis'}.html.jinja")
    context = synthesis_context(result, figures) if several else study_context(result, figures)
    return template.render(context, first=first_screen(result, verdict_rows))


def index_page(
    verdicts: "pd.DataFrame",
    figures: Mapping[str, str],
    audits: Mapping[str, StudyAudit],
    record: Mapping[str, Any],
    explorable: Sequence[Payload] = (),
    replications: Sequence[Pair] = (),
    together: Sequence[OverviewGroup] = (),
    paged: Collection[str] | None = None,
    estimates: Mapping[str, "pd.DataFrame"] = MappingProxyType({}),
    questions: Mapping[str, str] = MappingProxyType({}),
    findings: str = "",
    multiverses: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write the page of all analyses.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.
    figures : mapping of name to SVG text
        ``synthesis``, ``forest`` and ``readings`` are shown if they are there.
    audits : mapping of id to StudyAudit
        Of the studies analysed.
    record : mapping
        The latest run record: versions, settings, when.
    explorable : sequence of Payload
        Curves of the analyses that the explorer offers.
    replications : sequence of Pair
        Analyses of two studies, one taken as a replication of the other.
    together : sequence of OverviewGroup
        The syntheses, by endpoint.
    paged : collection of str, optional
        Analyses that have a page, to which the index leads; all, if not given.
    estimates : mapping of analysis to DataFrame
        As in `estimates.csv`, for absolute effects.
    questions : mapping of analysis to str
        What each asks, as its document says.
    findings : str
        Name of the page of the summary of findings, beside this one; empty where there is none.
    multiverses : mapping of name to str
        Where the pages of multiverses are, from this one.
    """
    studies = {name: audit.study for name, audit in audits.items()}
    failed, first = matrix.failed(verdicts), chief(verdicts, estimates, studies)
    context = {
        "question": _question(verdicts, questions),
        "in_short": in_short(verdicts),
        "chief": first,
        "papers": papers(verdicts, audits),
        "few": FEW,
        "findings": findings,
        "multiverses": multiverses,
        "paged": set(verdicts.get("analysis", ())) if paged is None else paged,
        "explorer": explorer_fragment(explorable, select=True),
        "replications": [reverse.replicated(pair) for pair in replications],
        "together": together,
        "synthesis": drawing("synthesis", figures, INDEX_CAPTIONS["synthesis"]),
        "matrices": matrix.matrices(of_the_print(verdicts), studies),
        "what_ifs": matrix.matrices(of_what_if(verdicts), studies),
        "rule": words_of_verdicts.rule(),
        "in_cells": words_of_verdicts.IN_CELLS,
        "of_harm": words_of_verdicts.OF_HARM,
        "replication": f"{REPLICATION} {OTHER_QUESTION}",
        "legend": [(words_of_verdicts.MARKS[kind], said) for kind, said in words_of_verdicts.MEANINGS.items()],
        "forest": drawing("forest", figures, INDEX_CAPTIONS["forest"]),
        "readings": drawing("readings", figures, INDEX_CAPTIONS["readings"]),
        "studies": [(title_of(study), study, design_words(study)) for study in studies.values()],
        "second_hand": SECOND_HAND,
        "record": record,
        "failed_words": words_of_verdicts.failed_analyses(failed) if failed else "",
    }
    return environment().get_template("index.html.jinja").render(context)


def _question(verdicts: "pd.DataFrame", questions: Mapping[str, str]) -> str:
    """What is asked of the first endpoint; empty where no record says it."""
    asked = next(iter(chief_rows(verdicts).values()), [])
    return next((questions[row.analysis] for row in asked if row.analysis in questions), "")
