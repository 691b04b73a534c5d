"""Figures kept between runs: drawn once, all of them there, and drawn again where what is kept is damaged or of other draws."""

from pathlib import Path
from typing import Any

import pytest

from crlm_bayes import api, cache, figures
from crlm_bayes.run import drawings, one
from crlm_bayes.run.drawings import of_audit, of_result
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings

NAME = "pfs_chen2025_adjusted_hr"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, empty."""
    monkeypatch.setenv(cache.PLACE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the figures that were drawn."""
    calls: list[str] = []
    recall = drawings._saved

    def counted(name: str, draw: Any) -> Any:
        calls.append(name)
        return recall(name, draw)

    monkeypatch.setattr(drawings, "_saved", counted)
    return calls


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / NAME / "figures").iterdir()}


def test_a_second_folder_has_the_same_figures_and_nothing_is_drawn(tmp_path: Path, drawn: list[str]) -> None:
    question = api.question(NAME)
    for folder in ("first", "second"):
        one.run_exact(question, Settings(), Store(tmp_path / folder))
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert len(drawn) == len(set(drawn)) > 4 and first == second
    assert {Path(name).stem for name in first} >= {"panel", "densities", "robustness", "mean_sd", "bias_discount"}
    assert all(f"{Path(name).stem}.{kind}" in first for name in first for kind in ("svg", "png"))
    pages = [(tmp_path / folder / NAME / "report.html").read_text(encoding="utf-8") for folder in ("first", "second")]
    assert all('id="figure-panel"' in page and "Not shown: panel" not in page for page in pages)


def test_a_damaged_entry_is_drawn_again(tmp_path: Path, place: Path, drawn: list[str]) -> None:
    question = api.question(NAME)
    one.run_exact(question, Settings(), Store(tmp_path / "first"))
    once = list(drawn)
    for path in (place / "figures").glob("*/*"):
        kept = path.read_bytes()
        path.write_bytes(kept[:-100] + bytes(100))
    one.run_exact(question, Settings(), Store(tmp_path / "second"))
    assert drawn == once * 2 and files(tmp_path / "first") == files(tmp_path / "second")


def test_a_doubted_answer_and_another_title_have_figures_of_their_own(drawn: list[str]) -> None:
    answer = api.ask(api.question(NAME))
    plain, doubted = (of_result(api._result(asked)) for asked in (answer, answer.doubt(bias=0.1)))
    assert drawn.count("panel") == drawn.count("mean_sd") == 2 and plain["panel"].svg != doubted["panel"].svg


def test_figures_of_draws_are_known_by_the_draws(drawn: list[str]) -> None:
    """Two seeds give two figures of draws, the same draws one; what is exact is the same for all."""
    question = api.question(NAME)
    results = [one.fitted(question, ["sceptical"], Settings(draws=600, tune=400, seed=seed)) for seed in (1, 2, 1)]
    chains = [of_result(result)["chains"].svg for result in results]
    assert drawn.count("chains") == drawn.count("panel") == 2 and drawn.count("mean_sd") == 1
    assert chains[0] == chains[2] != chains[1]


def test_the_audit_of_a_study_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = api.audit(names=["yan2025"])["yan2025"]
    first = of_audit(audit)
    monkeypatch.setattr(figures, "draw_audit", lambda _audit: pytest.fail("it was there"))
    assert of_audit(audit) == first and list(first) == ["audit_yan2025"]
