"""The front door for Python: what it gives, how that shows itself, and that it is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import crlm_bayes as cb
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors.written import parse_prior

ROOT = Path(__file__).resolve().parents[2]
NAME = "pfs_chen2025_landmark"
ALONE = "r0_chen2025_counts"
"""A document without variants."""

MOST_LINES = 12


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")}
    )
    return done.stdout.strip()


def test_importing_loads_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; old = set(sys.modules); import crlm_bayes as cb; dir(cb); "
        "new = {m.split('.')[0] for m in set(sys.modules) - old}; print(*sorted(new - sys.stdlib_module_names))"
    )
    assert python(code) == "crlm_bayes"


def test_an_answer_loads_neither_sampler_nor_tables_nor_pictures() -> None:
    heavy = ("pymc", "pytensor", "nutpie", "arviz", "pandas", "matplotlib", "xarray", "numba")
    code = (
        f"import sys, crlm_bayes as cb; a = cb.ask(cb.question({NAME!r})); "
        f"repr(a), repr(a.robustness), a._repr_html_(); print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert python(code) == "[]"


def test_every_name_is_there_and_nothing_else() -> None:
    assert set(cb.__all__) <= set(dir(cb)) and all(callable(getattr(cb, name)) for name in cb.__all__)
    with pytest.raises(AttributeError, match="no attribute 'asks'"):
        cb.asks  # noqa: B018


def test_every_name_has_a_docstring_with_what_it_gives() -> None:
    for name in cb.__all__:
        said = getattr(cb, name).__doc__ or ""
        assert said and ("Returns" in said or "see :func:" in said or name in ("draw", "fit_all")), name


def test_the_commands_call_the_front_door_and_nothing_below_it() -> None:
    """What computes is reached through api; what writes words may be asked directly."""
    words = ("api", "commands", "errors", "prose", "words", "rule", "priors.written", "version")
    for node in ast.walk(ast.parse((ROOT / "src/crlm_bayes/cli.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crlm_bayes."):
            inside = str(node.module).removeprefix("crlm_bayes.")
            assert inside.startswith(words) or inside == "sampling.settings", node.module


@pytest.fixture(scope="module")
def answer() -> "cb.api.Answer":
    return cb.ask(cb.question(NAME))


def test_values_show_themselves_in_a_few_lines_and_as_tables(answer: "cb.api.Answer") -> None:
    study = cb.read_studies(names=["chen2025"])["chen2025"]
    pooled = cb.ask(cb.question("orr_direct")).pooled
    shown = [
        study, cb.audit({"chen2025": study})["chen2025"], answer.question, answer, answer.panel, answer.others,
        answer.decision, answer.robustness, answer.reverse, pooled,
    ]  # fmt: skip
    for value in shown:
        name = type(value).__name__
        assert 1 < len(repr(value).splitlines()) <= MOST_LINES and str(value) == repr(value), name
        html = value._repr_html_()
        assert html.count("<tr>") == len(value.rows()) + 1 and "<th>" in html, name
        table = value.to_df()
        assert len(table) == len(value.rows()) and list(table.columns) == list(value.rows()[0]), name


def test_what_a_document_says_is_text_in_a_notebook() -> None:
    study = cb.read_studies(names=["chen2025"])["chen2025"]
    hostile = study.model_copy(update={"citation": "<script>alert(1)</script>"})
    assert "<script>" not in hostile._repr_html_()


def test_the_panel_is_that_of_the_command_line(answer: "cb.api.Answer") -> None:
    row = answer.panel.to_df().set_index("prior").loc["sceptical"]
    assert row["p_benefit"] == pytest.approx(0.9878, abs=5e-5) and row["eti95_upper"] == pytest.approx(0.966, abs=5e-4)
    assert bool(row["survives"])


def test_doubt_is_that_of_the_sceptic(answer: "cb.api.Answer") -> None:
    doubted = answer.doubt(parse_prior("normal(0, 0.1)", "prior"), bias=0.1, discount=0.5)
    assert [v.prior for v in doubted.panel] == [*(v.prior for v in answer.panel), "own"]
    assert all(a.p_benefit < b.p_benefit for a, b in zip(doubted.panel, answer.panel, strict=False))
    assert [v.prior for v in doubted.doubt().panel] == [v.prior for v in answer.panel], "what was assumed is replaced"
    again = doubted.doubt(parse_prior("normal(0, 0.2)", "prior"))
    assert [v.p_benefit for v in again.panel[:-1]] == pytest.approx([v.p_benefit for v in answer.panel], abs=1e-12)
    for wrong in ({"discount": 1.0}, {"bias": 7.0}):
        with pytest.raises(InvalidInput, match="allowed"):
            answer.doubt(**wrong)


def test_a_question_is_the_same_by_name_by_path_and_by_keys() -> None:
    import tomllib

    path = ROOT / "models" / f"{ALONE}.toml"
    answer = cb.ask(cb.question(ALONE))
    keys = tomllib.loads(path.read_text(encoding="utf-8"))
    studies = cb.read_studies()
    for asked in (cb.question(path), cb.question(keys), cb.question(keys, studies=studies)):
        assert [v.p_benefit for v in cb.ask(asked).panel] == [v.p_benefit for v in answer.panel]
        assert asked.evidence.rows == answer.question.evidence.rows
        assert set(asked.others) == set(answer.question.others)


def test_what_is_wrong_with_keys_is_one_line() -> None:
    with pytest.raises(UnknownName, match="study 'chen2025'"):
        cb.question({"id": "x"} | {k: v for k, v in _keys().items() if k != "id"}, studies={})
    with pytest.raises(InvalidInput, match="mcid"):
        cb.question(_keys() | {"mcid": -1})


def _keys() -> dict[str, object]:
    import tomllib

    keys = tomllib.loads((ROOT / "models" / f"{NAME}.toml").read_text(encoding="utf-8"))
    return {key: value for key, value in keys.items() if key != "variants"}


def test_an_answer_that_was_not_sampled_has_figures_and_a_page(answer: "cb.api.Answer", tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    figures = cb.draw(answer)
    assert {"panel", "densities", "robustness"} <= set(figures) and all(isinstance(f, Figure) for f in figures.values())
    page = cb.report(answer, tmp_path / "out")
    assert page == tmp_path / "out" / NAME / "report.html" and "0.767" not in figures
    assert answer.spec.title in page.read_text(encoding="utf-8")
