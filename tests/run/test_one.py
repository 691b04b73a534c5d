"""From documents to the output folder, in one process: what is sampled, kept, marked and refused."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from crlm_bayes import figures
from crlm_bayes.answers.tables import COLUMNS
from crlm_bayes.commands.fit import fit_command
from crlm_bayes.commands.report import report_command
from crlm_bayes.errors import EXIT_GATE, StaleResult, UnknownName
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings

REPOSITORY = Path(__file__).parents[2]
ANALYSIS = "pfs_chen2025_adjusted_hr"
GOOD = Settings()
BAD = Settings(draws=20, tune=3, chains=2)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """One analysis under two priors, a folder that tests may edit."""
    folder = tmp_path_factory.mktemp("models")
    text = (REPOSITORY / "tests" / "data" / "resolved" / f"{ANALYSIS}.toml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("effect_priors"))
    text = text.replace(line, 'effect_priors = ["neutral", "sceptical"]')
    (folder / f"{ANALYSIS}.toml").write_text(text, encoding="utf-8")
    priors = (REPOSITORY / "models" / "priors.toml").read_text(encoding="utf-8")
    (folder / "priors.toml").write_text(priors, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The study of the analysis, and one more that is audited with it."""
    folder = tmp_path_factory.mktemp("data")
    for study in ("chen2025", "yan2025"):
        shutil.copy(REPOSITORY / "data" / "published" / f"{study}.toml", folder)
    return folder


@pytest.fixture
def undrawn(monkeypatch, forgetful):
    """Runs whose pages are not the point draw no figures."""
    monkeypatch.setattr(figures, "draw", lambda _result: {})
    monkeypatch.setattr(figures, "draw_index", lambda _table: {"forest": Figure()})
    monkeypatch.setattr(figures, "draw_audit", lambda _audit: Figure())


@pytest.fixture(scope="module")
def fitted(data, models, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "reports"
    code, rows = fit_command(data, models, out, None, None, GOOD, False)
    assert code == 0
    return out, rows


def test_a_run_leaves_what_the_design_says(fitted):
    out, rows = fitted
    folder = out / ANALYSIS
    assert {row["prior"] for row in rows} == {"neutral", "sceptical"}
    for name in ("report.html", "estimates.csv", "run.json", "neutral/posterior.nc", "sceptical/posterior.nc"):
        assert (folder / name).is_file(), name
    assert sorted(path.suffix for path in (folder / "figures").iterdir()) == sorted([".png", ".svg"] * 10)
    assert (out / "index.html").is_file() and (out / "verdicts.csv").is_file()
    estimates = pd.read_csv(folder / "estimates.csv")
    assert tuple(estimates.columns) == COLUMNS
    assert set(estimates["engine"]) == {"nuts", "curve"}
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_saved_posterior_has_every_group(fitted):
    out, _ = fitted
    tree = Store(out).tree(ANALYSIS, "sceptical")
    groups = {"posterior", "prior", "posterior_predictive", "prior_predictive", "log_likelihood", "log_prior"}
    assert groups | {"sample_stats", "observed_data"} <= set(tree.children)
    assert tree["posterior"]["theta"].sizes == {"chain": 4, "draw": 1000}


def test_run_record_tells_identity_seed_versions_and_diagnostics(fitted):
    out, _ = fitted
    record = json.loads((out / ANALYSIS / "run.json").read_text(encoding="utf-8"))
    assert set(record["digests"]) == {"spec", "data", "settings", "program"}
    assert record["settings"]["seed"] == GOOD.seed and "pymc" in record["versions"]
    gate = record["fits"]["sceptical"]["gate"]
    assert gate["passed"] is True and gate["max_r_hat"] <= 1.01 and gate["exact_mean"] <= 4


def test_nothing_is_fitted_again_when_nothing_changed(data, models, fitted):
    out, _ = fitted
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    assert fit_command(data, models, out, None, None, GOOD, False)[0] == 0
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()} == before


def test_same_seed_same_numbers(data, models, fitted, tmp_path, undrawn):
    out, _ = fitted
    fit_command(data, models, tmp_path / "again", None, None, GOOD, False)
    first, second = ((folder / ANALYSIS / "estimates.csv").read_text() for folder in (out, tmp_path / "again"))
    assert first == second


def test_a_changed_prior_is_fitted_alone_and_a_changed_title_not_at_all(data, models, fitted, tmp_path, undrawn):
    out, edited = tmp_path / "reports", tmp_path / "models"
    shutil.copytree(fitted[0], out)
    shutil.copytree(models, edited)
    stamp = (out / ANALYSIS / "neutral" / "posterior.nc").read_bytes()
    path = edited / f"{ANALYSIS}.toml"
    path.write_text(
        path.read_text().replace('title = "', 'title = "New: ').replace('"sceptical"]', '"sceptical", "pessimistic"]')
    )
    seconds = json.loads((out / ANALYSIS / "run.json").read_text())["fits"]["neutral"]["seconds"]
    code, rows = fit_command(data, edited, out, None, None, GOOD, False)
    record = json.loads((out / ANALYSIS / "run.json").read_text())
    assert code == 0 and len(rows) == 3
    assert record["fits"]["neutral"]["seconds"] == seconds
    assert set(record["fits"]) == {"neutral", "sceptical", "pessimistic"}
    assert "New: " in (out / ANALYSIS / "report.html").read_text(encoding="utf-8")
    assert len(stamp) > 0


def test_report_renders_again_from_saved_posteriors(data, models, fitted, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(fitted[0], out)
    page = (out / ANALYSIS / "report.html").read_text(encoding="utf-8")
    (out / ANALYSIS / "report.html").unlink()
    report_command(data, models, out, None)
    assert (out / ANALYSIS / "report.html").read_text(encoding="utf-8") == page


def test_report_refuses_a_stale_fit(data, models, fitted, tmp_path):
    edited = tmp_path / "models"
    shutil.copytree(models, edited)
    path = edited / f"{ANALYSIS}.toml"
    path.write_text(path.read_text().replace("mcid = 0.80", "mcid = 0.75"))
    with pytest.raises(StaleResult, match="out of date"):
        report_command(data, edited, fitted[0], None)


def test_a_bad_sampler_ends_with_exit_code_three_and_a_marked_result(data, models, tmp_path, capsys, undrawn):
    out = tmp_path / "reports"
    code, rows = fit_command(data, models, out, None, None, BAD, False)
    assert code == EXIT_GATE == 3
    assert all(row["gate_passed"] is False for row in rows)
    assert "gate failed" in capsys.readouterr().err
    record = json.loads((out / ANALYSIS / "run.json").read_text())
    assert record["passed"] is False and record["fits"]["neutral"]["gate"]["failures"]
    assert "gate" in (out / ANALYSIS / "report.html").read_text(encoding="utf-8")
    with pytest.raises(StaleResult, match="failed the diagnostics gate"):
        report_command(data, models, out, None)
    assert fit_command(data, models, out, None, None, BAD, False)[0] == EXIT_GATE, "kept, and still marked"


def test_prior_option_fits_it_and_the_primary_and_keeps_the_rest(data, models, fitted, tmp_path, undrawn):
    alone = tmp_path / "alone"
    fit_command(data, models, alone, None, "neutral", GOOD, False)
    assert set(json.loads((alone / ANALYSIS / "run.json").read_text())["fits"]) == {"neutral", "sceptical"}
    kept = tmp_path / "kept"
    shutil.copytree(fitted[0], kept)
    fit_command(data, models, kept, None, "sceptical", GOOD, True)
    assert set(json.loads((kept / ANALYSIS / "run.json").read_text())["fits"]) == {"neutral", "sceptical"}
    with pytest.raises(UnknownName):
        fit_command(data, models, tmp_path / "none", None, "nobody", GOOD, False)


def test_a_run_that_dies_leaves_the_last_good_result(fitted, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(fitted[0], out)
    before = sorted((p.relative_to(out), p.read_bytes()) for p in out.rglob("*") if p.is_file())

    def dies(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(out).write_analysis(ANALYSIS, dies)
    assert sorted((p.relative_to(out), p.read_bytes()) for p in out.rglob("*") if p.is_file()) == before


def test_an_exact_run_has_pages_tables_and_verdicts_and_samples_nothing(data, models, tmp_path, monkeypatch) -> None:
    from crlm_bayes.answers.questions import read_questions
    from crlm_bayes.commands.list import catalogue
    from crlm_bayes.sampling import nuts

    out = tmp_path / "reports"
    monkeypatch.setattr(nuts, "fit", lambda *_: pytest.fail("the sampler was called"))
    code, rows = fit_command(data, models, out, None, None, GOOD, False, True)
    assert code == 0 and {row["prior"] for row in rows} == {"neutral", "sceptical"}
    assert (out / "index.html").is_file() and (out / "verdicts.csv").is_file()
    assert set(pd.read_csv(out / ANALYSIS / "estimates.csv")["engine"]) == {"curve"}
    assert "Not yet sampled." in (out / ANALYSIS / "report.html").read_text(encoding="utf-8")
    assert not list(out.rglob("posterior.nc"))
    questions = read_questions(data, models)
    assert [row["state"] for row in catalogue(out, questions)] == ["exact, not yet sampled"]
    before = (out / ANALYSIS / "run.json").read_bytes()
    fit_command(data, models, out, None, None, GOOD, False, True)
    assert (out / ANALYSIS / "run.json").read_bytes() == before, "nothing has changed, nothing is written"
    with pytest.raises(StaleResult, match="posteriors are not saved"):
        report_command(data, models, out, None)


def test_an_exact_run_keeps_what_was_sampled(data, models, fitted, tmp_path, monkeypatch) -> None:
    from crlm_bayes.sampling import nuts

    out = tmp_path / "reports"
    shutil.copytree(fitted[0], out)
    monkeypatch.setattr(nuts, "fit", lambda *_: pytest.fail("the sampler was called"))
    record = json.loads((out / ANALYSIS / "run.json").read_text(encoding="utf-8"))
    record["digests"]["program"] = "old"
    (out / ANALYSIS / "run.json").write_text(json.dumps(record), encoding="utf-8")
    fit_command(data, models, out, None, None, GOOD, False, True)
    again = json.loads((out / ANALYSIS / "run.json").read_text(encoding="utf-8"))
    assert again["fits"] == record["fits"] and again["digests"]["program"] != "old"
    assert len(list(out.rglob("posterior.nc"))) == len(record["fits"])


def test_every_draw_that_a_table_rests_on_is_saved_exactly_and_the_rest_is_short(fitted):
    out, _ = fitted
    store = Store(out)
    record = store.record(ANALYSIS)
    assert {name: fit["whole"] for name, fit in record["fits"].items()} == {"neutral": False, "sceptical": True}
    other, primary = (store.tree(ANALYSIS, name) for name in ("neutral", "sceptical"))
    assert set(other.children) == {"posterior", "sample_stats"}
    for tree in (other, primary):
        assert tree["posterior"]["theta"].dtype == "float32"
    saved = pd.read_csv(out / ANALYSIS / "estimates.csv").set_index(["prior", "engine", "quantity"])["mean"]
    for name, tree in (("neutral", other), ("sceptical", primary)):
        assert float(tree["posterior"]["theta"].astype(float).mean()) == pytest.approx(
            saved[name, "nuts", "log_hr"], rel=1e-9
        )
    assert primary["prior_predictive"].sizes["draw"] == 1000 and primary["log_prior"]["theta"].dtype == "float32"


def test_a_new_primary_prior_whose_posterior_was_saved_in_part_is_sampled_again(
    data, models, fitted, tmp_path, undrawn
):
    out, edited = tmp_path / "reports", tmp_path / "models"
    shutil.copytree(fitted[0], out)
    shutil.copytree(models, edited)
    path = edited / f"{ANALYSIS}.toml"
    path.write_text(path.read_text().replace('primary = "sceptical"', 'primary = "neutral"'))
    seconds = Store(out).record(ANALYSIS)["fits"]["sceptical"]["seconds"]
    assert fit_command(data, edited, out, None, None, GOOD, False)[0] == 0
    fits = Store(out).record(ANALYSIS)["fits"]
    assert fits["neutral"]["whole"] and fits["sceptical"]["whole"]
    assert fits["sceptical"]["seconds"] == seconds, "this one was there"
    assert "log_prior" in Store(out).tree(ANALYSIS, "neutral").children
