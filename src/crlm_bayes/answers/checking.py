"""Every document of a folder validated, by itself and together; one fault does not hide another."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

from crlm_bayes.answers.multiverse.reading import check_multiverse
from crlm_bayes.answers.questions import priors_of, question, require_documents, resolve
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.admission import read_register
from crlm_bayes.documents.analyses import (
    analysis_paths,
    one_answer_each,
    read_document,
    read_priors,
    spec_in,
    spec_paths,
    where_of,
)
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.claims import CLAIMS_FILE, check_claims, read_claims
from crlm_bayes.documents.judgements import read_judgements
from crlm_bayes.documents.reader import read_studies, read_study, study_paths
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError, InvalidInput
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
    try:
        ids: Collection[str] = analysis_paths(models)
    except InvalidInput as error:  # the same id in two documents
        faults.append(str(error))
        ids = spec_paths(models)
    counts = {"studies": len(known), "analyses": len(ids)}
    try:
        priors = read_priors(models)
    except CrlmBayesError as error:
        return [*faults, str(error)], counts
    specs: list[AnalysisSpec] = []
    for document, path in spec_paths(models).items():
        try:
            held = read_document(path)
        except CrlmBayesError as error:
            faults.append(str(error))
            continue
        for entry in held:
            try:
                specs.append(spec_in(document, entry, priors))
            except CrlmBayesError as error:
                faults.append(str(error))
    try:
        one_answer_each(specs, models)
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
            require_documents(spec, known, where_of(spec, models))
            if set(spec.studies) <= set(audits) and set(spec.effect_priors) <= set(densities):
                question(spec, audits, densities, priors, where_of(spec, models))
        except CrlmBayesError as error:
            faults.append(str(error))
    for path in spec_paths(models).values() if not faults else ():
        try:
            check_multiverse(data, models, path)
        except CrlmBayesError as error:
            faults.append(str(error))
    return faults, counts
