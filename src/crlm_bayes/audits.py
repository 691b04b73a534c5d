"""Studies of a folder with their audits, and the rule that an analysis knows what it lives with."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from crlm_bayes.audit import StudyAudit, audit_studies
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence import Evidence
from crlm_bayes.published import CLAIMS_FILE, check_claims, read_claims, read_studies, study_paths
from crlm_bayes.spec import AnalysisSpec


def read_audits(folder: Path, names: Iterable[str] | None = None) -> dict[str, StudyAudit]:
    """Read the named studies of a folder, or all of them, and audit each; studies that they cite are read too.

    Raises
    ------
    UnknownName
        If a name has no document in the folder.
    InvalidInput
        If a document is not usable.
    """
    paths = study_paths(folder)
    wanted = list(paths) if names is None else list(dict.fromkeys(names))
    claims = read_claims(folder)
    cited = [claim.about for claim in claims if claim.study in wanted and claim.about in paths]
    studies = read_studies(folder, [*wanted, *cited])
    check_claims(claims, studies, paths, str(folder / CLAIMS_FILE))
    audits = audit_studies(studies, claims)
    return {name: audits[name] for name in wanted}


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
