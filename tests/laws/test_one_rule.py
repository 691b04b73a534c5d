"""One rule and one way of writing numbers: no module but `rule` compares with its threshold, none but `words.numbers` rounds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from scipy.special import ndtri

import crlm_bayes
from crlm_bayes import rule

PACKAGE = Path(crlm_bayes.__file__).parent

RULE, NUMBERS = "rule.py", "words/numbers.py"

THRESHOLDS = {"SURVIVES", "LOWER", "UPPER"}

TYPED = {0.975, 0.025, 1.96}

ROUNDED = {
    "audits/survival/hazards.py": "a whole number of survivors, from a printed percentage",
    "priors/elicited.py": "probabilities of a turned prior, without the noise of 1 - (1 - p)",
    "pages/explorer/payload.py": "coefficients of the explorer's curve, a file format",
    "figures/frame/saved.py": "coordinates in an SVG, a file format",
    "run/one.py": "seconds in run.json, a file format",
    "run/outputs/rerun/compare.py": "a distance in standard errors, in a script that has to do without the program",
    "run/sampled.py": "seconds in run.json, a file format",
}
"""Where `round` is called beside `words.numbers`, and why: none of it is text."""


def modules(*but: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name not in but:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def places(found: list[tuple[str, ast.expr]]) -> list[str]:
    return [f"{name}:{node.lineno}: {ast.unparse(node)}" for name, node in found]


def is_threshold(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in THRESHOLDS
        case ast.Constant(value=float() as x):
            return x in TYPED
    return False


def test_only_the_rule_compares_with_its_threshold() -> None:
    found = [
        (name, node)
        for name, tree in modules(RULE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(map(is_threshold, (node.left, *node.comparators)))
    ]
    assert not places(found)


def test_the_numbers_of_the_rule_are_typed_once() -> None:
    found = [
        (name, node)
        for name, tree in modules(RULE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and (
            node.value in TYPED
            if isinstance(node.value, float)
            else bool(re.search(r"0\.975|0\.025|1\.96", str(node.value)))
        )
    ]
    assert not places(found)


def test_only_the_rule_turns_a_probability_or_a_prior() -> None:
    """No `1 - p if sign …`, no `prior if sign … else prior.turned()`."""
    found = [
        (name, node)
        for name, tree in modules(RULE)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp)
        and re.search(r"\bsign (==|!=|<|>) ", ast.unparse(node.test))
        and re.search(r"\b1(\.0)? - |\.turned\(\)", f"{ast.unparse(node.body)} {ast.unparse(node.orelse)}")
    ]
    assert not places(found)


def test_only_the_numbers_module_formats() -> None:
    found = [
        (name, node)
        for name, tree in modules(NUMBERS)
        for node in ast.walk(tree)
        if (isinstance(node, ast.FormattedValue) and node.format_spec is not None)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant))
    ]
    assert not places(found)


def test_only_the_numbers_module_rounds_for_a_reader() -> None:
    found = {
        name
        for name, tree in modules(NUMBERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round"
    }
    assert found == set(ROUNDED)


def test_the_normal_quantile_is_that_of_the_threshold() -> None:
    assert float(ndtri(rule.SURVIVES)) == rule.Z == -float(ndtri(rule.LOWER))


@pytest.mark.parametrize(
    ("p", "side", "standing"),
    [
        (0.0, -1, "harm"),
        (rule.LOWER, -1, "harm"),
        (rule.LOWER + 1e-12, 0, "open"),
        (rule.SURVIVES - 1e-12, 0, "open"),
        (rule.SURVIVES, 1, "survives"),
        (1.0, 1, "survives"),
    ],
)
def test_one_rule_sorts_every_probability(p: float, side: int, standing: str) -> None:
    assert (rule.side(p), rule.standing(p)) == (side, standing)
    assert (rule.survives(p), rule.points_to_harm(p)) == (side == 1, side == -1)
    assert rule.p_benefit(p, 1) == p
    assert rule.p_benefit(p, -1) == 1 - p


@pytest.mark.parametrize("side", [1, -1])
def test_a_side_is_established_from_its_edge_on(side: int) -> None:
    assert rule.side(rule.edge(side)) == side
    assert rule.side(rule.edge(side) - side * 1e-9) == 0
