"""Every document of a folder validated, by itself and together; one fault does not hide another."""

from functools import partial
from pathlib import Path

from crlm_bayes.answers.questions import priors_of, question, require_documents, resolve
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.admission import read_register
from crlm_bayes.documents.analyses import read_priors, read_spec, spec_paths
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.claims import CLAIMS_FILE, check_claims, read_claims
from crlm_bayes.documents.judgements import read_judgements
from crlm_bayes.documents.reader import read_studies, read_study, study_paths
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError
from crlm_bayes.priors.density import Prior


def check_documents(data: Path, models: Path) -> tuple[list[str], dict[str, int]]:
    """Validate every document by itself and together; return the faults and how many documents there are."""
    faults: list[str] = []
    known, studies = study_paths(data), dict[str, Study]()
    for name, path in known.items():
        try:
            studies[name] = read_study(path)
        except CrlmBayesError as error:
            faults.append(str(error))
    try:
        claims = read_claims(data)
        check_claims(claims, studies, known, str(data / CLAIMS_FILE))
    except CrlmBayesError as error:
        claims = ()
        faults.append(str(error))
    try:
        read_register(data, known)
    except CrlmBayesError as error:
        faults.append(str(error))
    try:
        read_judgements(models)
    except CrlmBayesError as error:
        faults.append(str(error))
    audits = audit_studies(studies, claims)
    paths = spec_paths(models)
    counts = {"studies": len(known), "analyses": len(paths)}
    try:
        priors = read_priors(models)
    except CrlmBayesError as error:
        return [*faults, str(error)], counts
    specs: list[AnalysisSpec] = []
    for path in paths.values():
        try:
            specs.append(read_spec(path, priors))
        except CrlmBayesError as error:
            faults.append(str(error))
    densities: dict[str, Prior] = {}
    needed = priors_of(specs)
    for name, prior in priors.items():  # one by one, so that a fault in one does not hide that of another
        try:
            densities |= resolve({name: prior}, known, partial(read_studies, data), needed, models)
        except CrlmBayesError as error:
            faults.append(str(error))
    for spec in specs:
        try:
            require_documents(spec, known, str(paths[spec.id]))
            if set(spec.studies) <= set(audits) and set(spec.effect_priors) <= set(densities):
                question(spec, audits, densities, priors, str(paths[spec.id]))
        except CrlmBayesError as error:
            faults.append(str(error))
    return faults, counts
