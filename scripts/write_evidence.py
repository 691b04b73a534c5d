"""Write the table of all transcribed studies: what each is, and what it can and cannot tell.

`data/published/README.md` is made from the documents; `--check` only says whether it is current.
"""

import sys
from collections import Counter
from pathlib import Path

from crlm_bayes.documents.reader import read_studies
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.words.nouns import DESIGNS

FOLDER = Path(__file__).resolve().parent.parent / "data" / "published"
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
    """Write the table, or compare it with what is there."""
    text = table(read_studies(FOLDER))
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def table(studies: dict[str, Study]) -> str:
    """The page, group by group of relevance."""
    lines = [
        "# The transcribed studies",
        "",
        "One document each, `<id>.toml`; numbers as printed, never corrected. This table is made from the documents by",
        "`python scripts/write_evidence.py`. What a paper says that another found stands in `claims.toml`.",
        "",
    ]
    found = Counter(study.relevance for study in studies.values())
    for relevance, meaning in RELEVANCE.items():
        if not found[relevance]:
            continue
        lines += [
            f"## {(relevance or 'other').capitalize()}: {meaning} ({found[relevance]})",
            "",
            "| study | design | timing, metastases | patients | prints | can tell | cannot tell |",
            "|---|---|---|---|---|---|---|",
        ]
        ours = [study for study in studies.values() if study.relevance == relevance]
        lines += [row(study) for study in sorted(ours, key=lambda s: (s.year or 9999, s.id))]
        lines.append("")
    return "\n".join(lines)


def row(study: Study) -> str:
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
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main())
