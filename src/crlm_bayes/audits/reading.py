"""The studies of a folder, read and audited."""

from collections.abc import Iterable
from pathlib import Path

from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.claims import CLAIMS_FILE, check_claims, read_claims
from crlm_bayes.documents.reader import read_studies, study_paths


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
