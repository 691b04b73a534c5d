"""Write the table of all transcribed studies: what each is, and what it can and cannot tell.

`data/published/README.md` is made from the documents, the register of admitted trials and the analyses; `--check` only
says whether it is current.
"""

import sys
from collections import Counter
from pathlib import Path

from crlm_bayes.documents.admission import AdmissionRegister, Outcome, RegisteredTrial, read_register
from crlm_bayes.documents.analyses import read_specs
from crlm_bayes.documents.prior_book import DeclaredPrior
from crlm_bayes.documents.reader import read_studies
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.evidence.ratios import printed_ratio, prints_error, standard_error
from crlm_bayes.words.nouns import DESIGNS, READINGS, listed

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "published"
TARGET = FOLDER / "README.md"
RELEVANCE = {
    "direct": "the treatment against none, metastases resectable or resected",
    "indirect": "the treatment against none, another stage of the disease",
    "contextual": "no such contrast: single arms, other contrasts, control arms",
    "doubtful": "known from an account that cannot be trusted, or not found",
    None: "not classified",
}
TABLES = {
    "counts": "counts",
    "percentages": "percentages",
    "survival": "survival",
    "contrasts": "ratios",
    "tests": "tests",
}


def main() -> int:
    """Write the page, or compare it with what is there."""
    studies = read_studies(FOLDER)
    text = page(studies, read_register(FOLDER, studies), uses(ROOT / "models"))
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def uses(models: Path) -> dict[str, list[str]]:
    """Names of the analyses and priors that each study is used in."""
    specs, priors = read_specs(models)
    found: dict[str, list[str]] = {}
    for name, spec in specs.items():
        for study in spec.studies:
            found.setdefault(study, []).append(name)
    for name, prior in priors.items():
        for study in prior.studies if isinstance(prior, DeclaredPrior) else ():
            found.setdefault(study, []).append(f"prior {name}")
    return found


def page(studies: dict[str, Study], register: AdmissionRegister | None, used: dict[str, list[str]]) -> str:
    """The whole page: what there is, which trials the rule admits, and every document by its relevance."""
    lines = [
        "# The transcribed studies",
        "",
        "One document each, `<id>.toml`; numbers as printed, never corrected. This page is made from the documents by",
        "`python scripts/write_evidence.py`. What a paper says that another found stands in `claims.toml`, the register of",
        "admitted trials in `admission.toml`.",
        "",
        f"Of {len(studies)} documents {len(used.keys() & studies.keys())} are used in an analysis or a prior, "
        f"{len(studies.keys() - used.keys())} are not.",
        "",
    ]
    return "\n".join([*lines, *(admission(register, studies) if register else ()), *table(studies, used)])


def admission(register: AdmissionRegister, studies: dict[str, Study]) -> list[str]:
    """The rule, and every trial that it reaches, stratum by stratum."""
    admitted = Counter(o.asked for trial in register.trials for o in trial.outcomes if o.admitted)
    totals = listed(f"{admitted[asked]} for {noun}" for asked, noun in register.asked.items())
    lines = [
        "## Randomised trials: the rule of admission",
        "",
        *(f"> {line}" for line in register.rule.split("\n") if line),
        "",
    ]
    lines += [f"The rule reaches {len(register.trials)} trials and reports of trials. Admitted: {totals}.", ""]
    for stratum, meaning in register.strata.items():
        ours = [trial for trial in register.trials if trial.stratum == stratum]
        lines += [
            f"### {meaning[:1].upper()}{meaning[1:]} ({len(ours)})",
            "",
            f"| trial | {' | '.join(register.asked.values())} |",
            f"|{'---|' * (len(register.asked) + 1)}",
            *(registered(trial, register, studies) for trial in ours),
            "",
        ]
    return lines


def registered(trial: RegisteredTrial, register: AdmissionRegister, studies: dict[str, Study]) -> str:
    """One trial that the rule reaches."""
    outcomes = {outcome.asked: outcome for outcome in trial.outcomes}
    name = (
        f"{trial.name}<br>`{trial.study}`"
        if trial.study
        else f"{trial.name}<br>no document: its numbers were not found"
    )
    cells = [
        f"{name}{f'<br>{trial.note}' if trial.note else ''}",
        *(verdict(outcomes[asked], studies.get(trial.study or "")) for asked in register.asked),
    ]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def verdict(outcome: Outcome, study: Study | None) -> str:
    """How an endpoint of a trial is admitted, or why it is not."""
    own = outcome.admitted
    if own is None or study is None:
        return f"no: {outcome.why_not}"
    assert own.reading is not None, "required of what is admitted"
    stated = [given.basis for given in (own.effective_n, own.effective_events) if given is not None]
    how = ratio(study, outcome.endpoint) if own.reading == "contrast" else READINGS[own.reading]
    return f"**yes**, `{outcome.endpoint}`: {'; '.join([how, *stated])}"


def ratio(study: Study, endpoint: str) -> str:
    """The ratio of treatment and control as printed, and what tells how much it weighs."""
    arms = {study.arm(role).id for role in ("control", "treatment")}
    (entry,) = [c for c in study.contrasts if c.endpoint == endpoint and {c.numerator, c.denominator} == arms]
    how = standard_error(entry, study.id)[1] if prints_error(entry) else "se from the printed events of both arms"
    return f"{printed_ratio(entry)}, {how}"


def table(studies: dict[str, Study], used: dict[str, list[str]]) -> list[str]:
    """Every document, group by group of relevance."""
    lines = []
    found = Counter(study.relevance for study in studies.values())
    for relevance, meaning in RELEVANCE.items():
        if not found[relevance]:
            continue
        lines += [
            f"## {(relevance or 'other').capitalize()}: {meaning} ({found[relevance]})",
            "",
            "| study | design | timing, metastases | patients | prints | can tell | cannot tell | used in |",
            "|---|---|---|---|---|---|---|---|",
        ]
        ours = [study for study in studies.values() if study.relevance == relevance]
        lines += [row(study, used.get(study.id, [])) for study in sorted(ours, key=lambda s: (s.year or 9999, s.id))]
        lines.append("")
    return lines


def row(study: Study, used: list[str]) -> str:
    """One study."""
    link = f"https://doi.org/{study.doi}" if study.doi else f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/"
    name = f"[{title_of(study)}]({link})" if study.doi or study.pmid else title_of(study)
    source = "" if study.source == "primary" else " (secondary)"
    prints = [f"{len(getattr(study, key))} {noun}" for key, noun in TABLES.items() if getattr(study, key)]
    cells = (
        f"{name}{f', {study.year}' if study.year and str(study.year) not in title_of(study) else ''}{source}<br>`{study.id}`",
        DESIGNS[study.design].partition(" (")[0],
        f"{study.timing}, {study.resectability.replace('_', ' ')}",
        str(study.patients or "not printed"),
        ", ".join(prints) or "nothing",
        study.informs or "",
        study.cannot_inform or "",
        ", ".join(f"`{name}`" for name in used) or "nothing",
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main())
