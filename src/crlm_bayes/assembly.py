"""From what papers print to what a likelihood takes: (study, spec) to evidence, with every step on record."""

import numpy as np

from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence import BinomialEvidence, Evidence, SurvivalEvidence
from crlm_bayes.landmarks import effective_size, interval_counts
from crlm_bayes.printed_ratio import arms_of, ratio_evidence
from crlm_bayes.provenance import Row
from crlm_bayes.published import Study
from crlm_bayes.published.entries import CountEntry
from crlm_bayes.published.study import reference
from crlm_bayes.spec import AnalysisSpec


def assemble(spec: AnalysisSpec, study: Study) -> Evidence:
    """Turn the print that an analysis rests on into evidence.

    Raises
    ------
    InvalidInput, UnknownName
        If the study does not print what the analysis needs.
    """
    where = f"analysis {spec.id}: study {study.id}"
    if spec.endpoint not in study.endpoints:
        raise UnknownName.among(where, "endpoint", spec.endpoint, study.endpoints)
    match spec.likelihood:
        case "binomial":
            return _binomial(spec, study, where)
        case "piecewise_exponential":
            return _survival(spec, study, where)
        case "log_ratio":
            return ratio_evidence(spec, study, where)


def _binomial(spec: AnalysisSpec, study: Study, where: str) -> BinomialEvidence:
    arms, labels = arms_of(study)
    rows: list[Row] = []
    events, n = [], []
    for arm in arms:
        entry = _count(spec, study, arm, where)
        size = float(entry.n)
        if spec.reading == "counts":
            if entry.events is None:
                raise InvalidInput(
                    f"{where}: counts ({spec.endpoint}, {arm})",
                    "no count of events is printed",
                    allowed="reading = 'percent'",
                )
            used, how = float(entry.events), "printed count"
        else:
            if entry.percent is None:
                raise InvalidInput(
                    f"{where}: counts ({spec.endpoint}, {arm})",
                    "no percentage is printed",
                    allowed="reading = 'counts'",
                )
            if spec.effective_n is not None:
                size = effective_size(spec, study, arm)
            used = entry.percent.value / 100 * size
            how = f"{entry.percent}% of {size:g}"
            if spec.effective_n is not None:
                how += f": {spec.effective_n.basis}"
        printed = " ".join(
            x
            for x in (
                f"{entry.events} of {entry.n}" if entry.events is not None else f"n = {entry.n}",
                f"({entry.percent}%)" if entry.percent else "",
            )
            if x
        )
        rows.append(
            Row(
                "counts",
                spec.endpoint,
                arm,
                printed,
                entry.locator,
                f"events {used:.6g} of {size:g}",
                how,
                reference("counts", entry),
            )
        )
        events.append(used)
        n.append(size)
    return BinomialEvidence(study.id, arms, labels, np.array(events), np.array(n), tuple(rows))


def _count(spec: AnalysisSpec, study: Study, arm: str, where: str) -> CountEntry:
    found = [c for c in study.counts if c.endpoint == spec.endpoint and c.arm == arm and c.centre is None]
    if not found:
        others = ", ".join(sorted({c.arm for c in study.counts if c.endpoint == spec.endpoint and c.centre is None}))
        raise InvalidInput(
            f"{where}: counts",
            f"'{spec.endpoint}' is not printed for arm '{arm}'",
            allowed=f"an entry for both arms (found: {others or 'none'})",
        )
    return found[0]


def _survival(spec: AnalysisSpec, study: Study, where: str) -> SurvivalEvidence:
    arms, labels = arms_of(study)
    points = {
        arm: sorted(
            (s for s in study.survival if s.endpoint == spec.endpoint and s.arm == arm),
            key=lambda s: s.months.value,
        )
        for arm in arms
    }
    months = {arm: [p.months.value for p in points[arm]] for arm in arms}
    common = sorted(set(months[arms[0]]) & set(months[arms[1]]))
    if not common:
        raise InvalidInput(
            f"{where}: survival",
            f"no landmark of '{spec.endpoint}' is printed for both arms '{arms[0]}' and '{arms[1]}'",
        )
    rows: list[Row] = []
    at_risk, survivors, printed = [], [], []
    for arm, role in zip(arms, ("control", "treatment"), strict=True):
        shared = [p for p in points[arm] if p.months.value in common]
        counts = interval_counts(spec, study, study.arm(role), shared, where)
        at_risk.append(counts.at_risk)
        survivors.append(counts.survivors)
        printed.append(counts.printed)
        rows.extend(counts.rows)
    times = np.array([0.0, *common])
    return SurvivalEvidence(
        study.id,
        arms,
        labels,
        times,
        np.array(at_risk).T,
        np.array(survivors).T,
        np.array(printed).T,
        tuple(rows),
    )
