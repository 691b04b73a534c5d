"""One sentence a fact: sentences are written in prose/, and asked for by the terminal and by figures."""

import ast
from collections.abc import Iterator
from pathlib import Path

import crlm_bayes

PACKAGE = Path(crlm_bayes.__file__).parent

LONGEST = 40
"""Letters from which on words are a sentence, and no heading, axis or name."""

ALLOWED = {
    # about the output of the command alone, not about an answer
    "Name an analysis for Bayes factors, conflict, the decision and other priors.",
}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a file as a reader meets them: without docstrings, and without the messages of assertions and errors."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.Assert | ast.Raise | ast.JoinedStr):
            silent |= {id(inner) for inner in ast.walk(node) if inner is not node}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)


def sentences(path: Path) -> list[str]:
    return [
        f"{path.relative_to(PACKAGE)}:{line}: {text}"
        for line, text in literals(path)
        if " " in text and sum(letter.isalpha() for letter in text) >= LONGEST and text not in ALLOWED
    ]


def test_no_sentence_is_written_where_it_is_printed_or_drawn() -> None:
    places = [*(PACKAGE / "commands").rglob("*.py"), *(PACKAGE / "figures").rglob("*.py")]
    assert len(places) > 20
    assert [said for path in places for said in sentences(path)] == []


def test_no_sentence_is_written_twice() -> None:
    """The same long text in two files is one fact that is worded in two places; each likelihood states its own equations."""
    found: dict[str, set[str]] = {}
    for path in set(PACKAGE.rglob("*.py")) - set((PACKAGE / "likelihoods").rglob("*.py")):
        for _, text in literals(path):
            if " " in text and sum(letter.isalpha() for letter in text) >= LONGEST:
                found.setdefault(text.strip(" .,;:"), set()).add(str(path.relative_to(PACKAGE)))
    assert {text: files for text, files in found.items() if len(files) > 1} == {}


def test_literals_are_found() -> None:
    """The search itself: a literal, a formatted one, and neither a docstring nor a message."""
    here = {text for _, text in literals(Path(__file__))}
    assert "Name an analysis for Bayes factors, conflict, the decision and other priors." in here
    assert "{}:{}: {}" in here and not any(text.startswith("One sentence a fact") for text in here)
