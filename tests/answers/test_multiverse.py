"""The multiverse of a document: its cells are what `sceptic` says of the same keys, and its shares those of the analysis of variance."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import crlm_bayes as cb
from crlm_bayes.answers.multiverse.cells import Multiverse
from crlm_bayes.answers.multiverse.reading import check_multiverse, documents_with_multiverse, read_multiverse
from crlm_bayes.answers.multiverse.shares import shares
from crlm_bayes.documents.analyses import read_shape
from crlm_bayes.documents.variation.multiverse import combinations
from crlm_bayes.errors import CrlmBayesError
from crlm_bayes.pages.multiverse_page import multiverse_page
from crlm_bayes.prose import multiverse as prose
from crlm_bayes.run.outputs.multiverse import write_multiverse
from crlm_bayes.run.store import Store

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "published"
NAME = "pfs_direct"
CHOICES = """
[[multiverse.choices]]
name = "Studies"
options = [
  { name = "all" },
  { name = "two papers", studies = ["chen2025", "yan2025"] },
  { name = "randomised", studies = ["yan2025", "hepatica", "kemeny2011"] },
]

[[multiverse.choices]]
name = "Bias"
options = [
  { name = "either side" },
  { name = "flatters <b>", priors = { bias_mean = { dist = "normal", mean = -0.1, sd = 0.15, rationale = "x" } } },
  { name = "none", structure = "random" },
]

[[multiverse.choices]]
name = "Prior"
options = [{ name = "sceptical" }, { name = "neutral", primary = "neutral" }]
"""
EXCEPTION = '\n[[multiverse.exceptions]]\nwhen = { Studies = "randomised" }\ntaken_as = { Bias = "none" }\nreason = "no cohort"\n'


def made(folder: Path, choices: str = CHOICES + EXCEPTION, base: str = "") -> Path:
    """A folder with the bundled priors and one document, with other choices."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "models" / "priors.toml", folder)
    text = (ROOT / "models" / f"{NAME}.toml").read_text(encoding="utf-8")
    own = base or text.partition("\n[[variants]]")[0]
    (folder / f"{NAME}.toml").write_text(own + "\n" + choices, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Multiverse:
    return read_multiverse(DATA, made(tmp_path_factory.mktemp("multiverse") / "models"), NAME)


def test_every_combination_is_a_cell_and_none_is_dropped(found: Multiverse) -> None:
    assert len(found.cells) == 18 == len({cell.options for cell in found.cells}) == len(found.to_df())
    assert [cell.number for cell in found.cells] == list(range(1, 19))
    assert found.declared.number == 1 and sum(cell.declared for cell in found.cells) == 1
    randomised = [cell for cell in found.cells if cell.options[0] == "randomised"]
    taken = [cell for cell in randomised if cell.reason == "no cohort"]
    assert [cell.options[1] for cell in taken] == ["either side"] * 2 + ["flatters <b>"] * 2
    none = {cell.options[2]: cell.number for cell in randomised if cell.options[1] == "none"}
    assert all(cell.same_as == none[cell.options[2]] for cell in taken)
    assert len(found.distinct) == 14


@pytest.mark.parametrize(
    ("options", "analysis", "prior"),
    [
        (("all", "either side", "sceptical"), "pfs_direct", "sceptical"),
        (("all", "either side", "neutral"), "pfs_direct", "neutral"),
        (("two papers", "none", "sceptical"), "pfs_seeds", "sceptical"),
        (("randomised", "either side", "neutral"), "pfs_direct_randomised", "neutral"),
    ],
)
def test_a_cell_is_what_sceptic_says_of_the_same_analysis(
    found: Multiverse, options: tuple[str, ...], analysis: str, prior: str
) -> None:
    (cell,) = [cell for cell in found.cells if cell.options == options]
    asked = cb.question(analysis)
    (row,) = [row for row in cb.ask(asked).panel if row.prior == prior]
    assert cell.at is not None and cell.footing == asked.footing
    for name in ("median", "lower", "upper", "p_benefit", "p_mcid", "p_harm"):
        assert getattr(cell.at, name) == pytest.approx(getattr(row, name), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("name", "least"), [("pfs_direct", 800), ("os_direct", 1000)])
def test_the_bundled_multiverses_are_hundreds_of_cells(root: Path, name: str, least: int) -> None:
    path = root / "models" / f"{name}.toml"
    cells = combinations(read_shape(path), str(path))
    assert len(cells) >= least and all(cell.taken is not None for cell in cells)
    assert documents_with_multiverse(root / "models") == ["os_direct", "pfs_direct"]


def test_shares_are_those_of_a_balanced_factorial_in_closed_form() -> None:
    a, b = np.array([0.0, 1.0, 5.0]), np.array([-1.0, 2.0])
    both = np.array([[1.0, -1.0], [-2.0, 2.0], [1.0, -1.0]])  # margins of 0: an interaction alone
    y = (a[:, None] + b + both).ravel()
    i, j = (x.ravel() for x in np.indices((3, 2)))
    got = shares(y, {"a": i, "b": j})
    total = a.var() + b.var() + (both**2).mean()
    assert got is not None
    assert got["a"] == pytest.approx(a.var() / total, abs=1e-12) and got["b"] == pytest.approx(
        b.var() / total, abs=1e-12
    )
    assert 1 - sum(got.values()) == pytest.approx((both**2).mean() / total, abs=1e-12)


def test_shares_of_a_factorial_with_gaps_add_up_to_what_main_effects_explain() -> None:
    rng = np.random.default_rng(20250307)
    i, j, k = (x.ravel()[:-4] for x in np.indices((3, 2, 4)))
    y = rng.normal(size=len(i)) + i
    got = shares(y, {"a": i, "b": j, "c": k})
    design = np.column_stack([np.ones(len(y)), *(np.eye(n)[x][:, 1:] for n, x in ((3, i), (2, j), (4, k)))])
    left = y - design @ np.linalg.lstsq(design, y)[0]
    assert got is not None and min(got.values()) >= 0
    assert sum(got.values()) == pytest.approx(1 - (left @ left) / ((y - y.mean()) @ (y - y.mean())), abs=1e-12)
    assert shares(np.ones(6), {"a": np.arange(6) % 2}) is None


def test_shares_of_the_cells_are_those_of_their_means(found: Multiverse) -> None:
    y = {cell.options: math.log(cell.at.median) for cell in found.cells if cell.at}
    total, given = np.var(list(y.values())), found.shares_of_ratio
    assert given is not None
    for place, (choice, options) in enumerate(found.choices.items()):
        means = [np.mean([v for o, v in y.items() if o[place] == option]) for option in options]
        assert given[choice] == pytest.approx(np.var(means) / total, abs=1e-9)
    assert sum(given.values()) + prose.rest(given) == pytest.approx(1, abs=1e-12)


WRONG = [
    ("two say the same key", CHOICES.replace('structure = "random"', 'primary = "neutral"'), ["choices[3] (Prior): options: 'primary' is changed by the choice 'Bias' already", "allowed: "]),
    ("none is the document's own", CHOICES.replace('{ name = "sceptical" }', '{ name = "sceptical", primary = "sceptical" }'), ["choices[3] (Prior): options: no option changes nothing", "exactly one that changes nothing"]),
    ("two are", CHOICES.replace(', primary = "neutral"', ""), ["sceptical and neutral change nothing"]),
    ("a name twice", CHOICES.replace('name = "Prior"', 'name = "Bias"'), ["choices: the choice 'Bias' is given twice"]),
    ("another question", CHOICES.replace('primary = "neutral"', 'endpoint = "os"'), ["endpoint: unknown key", "allowed: "]),
    ("cannot be", CHOICES, ["cell (randomised, either side, sceptical): cannot be: ", "no study may be biased", "multiverse.exceptions"]),
    ("exception of no choice", CHOICES + EXCEPTION.replace("Studies", "Study"), ["exceptions[1]: when: there is no choice 'Study'", "allowed: Bias, Prior, Studies"]),
    ("exception of no option", CHOICES + EXCEPTION.replace('"none"', '"nothing"'), ["exceptions[1]: taken_as: Bias: there is no option 'nothing'"]),
    ("no reason", CHOICES + EXCEPTION.replace('reason = "no cohort"\n', ""), ["exceptions[1]: reason: is required but missing"]),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "said"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_choices_that_do_not_fit_are_refused_in_one_line(tmp_path: Path, choices: str, said: list[str]) -> None:
    models = made(tmp_path / "models", choices)
    path = models / f"{NAME}.toml"
    with pytest.raises(CrlmBayesError) as caught:
        check_multiverse(DATA, models, path)
    line = str(caught.value)
    assert "\n" not in line and line.startswith(str(path)) and all(part in line for part in said), line


def test_cells_that_are_excluded_stay_as_rows_without_an_answer(tmp_path: Path) -> None:
    base = (
        (ROOT / "models" / "complication_direct.toml").read_text(encoding="utf-8").replace("complication_direct", NAME)
    )
    choices = """
[[multiverse.choices]]
name = "Studies"
options = [{ name = "five" }, { name = "two", studies = ["chen2025", "lubezky2013"] }]
[[multiverse.choices]]
name = "Structure"
options = [{ name = "random" }, { name = "common", structure = "common" }]
[[multiverse.choices]]
name = "Supposed"
options = [{ name = "no" }, { name = "what if", hypothetical = true }]
[[multiverse.exceptions]]
when = { Studies = "two", Structure = "random" }
reason = "too few for a spread"
"""
    got = read_multiverse(DATA, made(tmp_path / "models", choices, base), NAME)
    out = [cell for cell in got.cells if cell.at is None]
    assert [cell.options[:2] for cell in out] == [("two", "random")] * 2 and {c.reason for c in out} == {
        "too few for a spread"
    }
    table = got.to_df()
    assert len(table) == 8 and table["median"].isna().sum() == 2
    # of a harm the probability is that of the harm, and what asks what if has no standing
    assert table["p_claim"][0] == pytest.approx(1 - got.cells[0].at.p_benefit) if got.cells[0].at else False
    assert set(table["standing"][table["footing"] == "what_if"]) == {""} and len(got.evidence) == 3
    page = multiverse_page(got, {})
    assert "P(higher risk)" in page and "P(benefit)" not in page.partition('id="method"')[0]
    assert prose.SUPPOSED in page and "too few for a spread" in page


def test_what_is_written_is_whole_and_small(found: Multiverse, tmp_path: Path) -> None:
    page = write_multiverse(found, Store(tmp_path))
    folder = page.parent
    assert {path.name for path in folder.iterdir()} == {"cells.csv", "shares.csv", "report.html", "figures"}
    text = page.read_text(encoding="utf-8")
    assert "flatters <b>" not in text and "flatters &lt;b&gt;" in text, "names are text"
    assert "http://" not in text.replace("http://www.w3.org/", "") and "src=" not in text
    assert prose.ranges(found) in text and "18 cells" in text
    assert len((folder / "cells.csv").read_text(encoding="utf-8").splitlines()) == 19
