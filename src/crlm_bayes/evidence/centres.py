"""What is printed about the centres of a study, as evidence: outcomes by centre and arm, or the sizes alone."""

from typing import Any, cast

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS, CentrePriors
from crlm_bayes.documents.printed.entries import CountEntry
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.ratios import arms_of
from crlm_bayes.evidence.single import PrintedRow, SingleEvidence
from crlm_bayes.evidence.values import BinomialEvidence, CentreEvidence, SurvivalEvidence
from crlm_bayes.words.numbers import short


def assemble_centres(spec: AnalysisSpec, study: Study, pooled: SingleEvidence | None) -> CentreEvidence:
    """Put together what a study prints about its centres.

    Parameters
    ----------
    pooled : BinomialEvidence or SurvivalEvidence
        Evidence of the study as a whole, from :func:`crlm_bayes.evidence.assemble.assemble`; not needed where outcomes are
        printed by centre.

    Raises
    ------
    InvalidInput
        If no centres are printed, if their patients do not add up to the arms, if outcomes are printed for some of
        them only, or if the likelihood knows no centres.
    """
    where = f"analysis {spec.id}: study {study.id}"
    if not study.centres:
        raise InvalidInput(f"{where}: centres", "none are printed", allowed="structure = 'single'")
    if not spec.proportional:
        raise InvalidInput(f"{where}: proportional", "false does not go together with structure 'centres'")
    arms, labels = arms_of(study)
    printed = [c for c in study.counts if c.endpoint == spec.endpoint and c.arm in arms and c.centre is not None]
    tables = bool(printed) and LIKELIHOODS[spec.likelihood].counted
    check_centre_priors(centre_priors_of(spec), tables=tables, where=where)
    names = tuple(centre.name for centre in study.centres)
    sizes = np.array([float(centre.n) for centre in study.centres])
    if tables:
        return _tables(spec, study, arms, labels, names, sizes, printed, where)
    if not isinstance(pooled, BinomialEvidence | SurvivalEvidence):
        what = f"likelihood '{spec.likelihood}' says nothing about them"
        raise InvalidInput(f"{where}: centres", what, allowed="binomial, piecewise_exponential")
    control, treated = study.arm("control").n, study.arm("treatment").n
    if control is None or treated is None:
        raise InvalidInput(f"{where}: arms", "n is not printed for both", allowed="structure = 'single'")
    if sizes.sum() != control + treated:
        what = f"have {short(sizes.sum())} patients together, the arms {control + treated}"
        raise InvalidInput(f"{where}: centres", what, allowed="centres that make up the arms")
    rows = tuple(
        PrintedRow(
            "centres", spec.endpoint, "", f"n = {c.n}", "list of centres", f"{c.n} patients", "used as given", c.name
        )
        for c in study.centres
    )
    return CentreEvidence(study.id, arms, labels, names, sizes, treated, pooled, rows=(*pooled.rows, *rows))


def _tables(
    spec: AnalysisSpec,
    study: Study,
    arms: tuple[str, str],
    labels: tuple[str, str],
    names: tuple[str, ...],
    sizes: Floats,
    printed: list[CountEntry],
    where: str,
) -> CentreEvidence:
    events, n, rows = np.zeros((len(names), 2)), np.zeros((len(names), 2)), []
    for i, name in enumerate(names):
        mine = [entry for entry in printed if entry.centre == name]
        for entry in mine:
            a = arms.index(entry.arm)
            used, how = _events(spec, entry, f"{where}: counts ({spec.endpoint}, {entry.arm}, {name})")
            events[i, a], n[i, a] = used, entry.n
            shown = f"{name}: {entry.events} of {entry.n}" if how == "printed count" else f"{name}: {entry.percent}%"
            became = f"events {short(used)} of {entry.n}"
            ref = reference("counts", entry)
            rows.append(PrintedRow("counts", spec.endpoint, entry.arm, shown, entry.locator, became, how, ref))
        if n[i].sum() != sizes[i] and len(mine) < 2:  # an arm may be absent, but only if nobody is missing
            what = f"{short(n[i].sum())} of the {short(sizes[i])} patients of {name} are printed"
            raise InvalidInput(f"{where}: counts ({spec.endpoint})", what, allowed="both arms of every centre")
    pooled = BinomialEvidence(study.id, arms, labels, events.sum(axis=0), n.sum(axis=0), rows=tuple(rows))
    if not pooled.n.all():
        empty = arms[int(np.argmin(pooled.n))]
        raise InvalidInput(f"{where}: counts ({spec.endpoint}, {empty})", "no centre has a patient in this arm")
    treated = int(pooled.n[1])
    return CentreEvidence(
        study.id, arms, labels, names, n.sum(axis=1), treated, pooled, events=events, n=n, rows=tuple(rows)
    )


def _events(spec: AnalysisSpec, entry: CountEntry, where: str) -> tuple[float, str]:
    """Events of one cell, by the reading of the analysis, and how they came about."""
    if spec.reading == "counts":
        if entry.events is None:
            raise InvalidInput(where, "no count of events is printed", allowed="reading = 'percent'")
        return float(entry.events), "printed count"
    if entry.percent is None:
        raise InvalidInput(where, "no percentage is printed", allowed="reading = 'counts'")
    return entry.percent.value / 100 * entry.n, f"{entry.percent}% of {entry.n}"


def centre_priors_of(spec: "AnalysisSpec") -> CentrePriors:
    """Return the priors of the centres of an analysis.

    Raises
    ------
    InvalidInput
        If the analysis states none.
    """
    found = cast(Any, spec.priors).centres
    if not isinstance(found, CentrePriors):
        raise InvalidInput(f"analysis {spec.id}: priors.centres", "is required with structure 'centres'")
    return found


def check_centre_priors(priors: CentrePriors, *, tables: bool, where: str) -> None:
    """Check that the priors fit what is printed.

    Raises
    ------
    InvalidInput
        If outcomes are printed by centre and priors of the allocation are given, or the other way round.
    """
    for key in ("allocation_spread", "allocation_correlation"):
        given = getattr(priors, key) is not None
        if given and tables:
            raise InvalidInput(f"{where}: priors.centres.{key}", "has no role where outcomes are printed by centre")
        if not given and not tables:
            what = "is required where only the sizes of the centres are printed"
            raise InvalidInput(f"{where}: priors.centres.{key}", what)
