"""A run in two stages: what is exact stands before the first draw, and what is finished outlives its end."""

import json
import shutil
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from crlm_bayes import figures
from crlm_bayes.commands.fit import fit_command
from crlm_bayes.errors import EXIT_STOPPED
from crlm_bayes.run import one
from crlm_bayes.sampling import nuts
from crlm_bayes.sampling.settings import Settings

REPOSITORY = Path(__file__).parents[2]
ANALYSES = ("pfs_chen2025_adjusted_hr", "os_chen2025_adjusted_hr")
QUICK = Settings(draws=600, tune=400)


@pytest.fixture
def models(tmp_path):
    """Two analyses under one prior, a folder that tests may edit."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ANALYSES:
        text = (REPOSITORY / "tests" / "data" / "resolved" / f"{name}.toml").read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("effect_priors"))
        (folder / f"{name}.toml").write_text(text.replace(line, 'effect_priors = ["sceptical"]'), encoding="utf-8")
    shutil.copy(REPOSITORY / "models" / "priors.toml", folder)
    return folder


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    shutil.copy(REPOSITORY / "data" / "published" / "chen2025.toml", folder)
    return folder


@pytest.fixture(autouse=True)
def undrawn(monkeypatch, forgetful):
    """Figures are not the point here."""
    monkeypatch.setattr(figures, "draw", lambda _result: {})
    monkeypatch.setattr(figures, "draw_index", lambda _table: {"forest": Figure()})
    monkeypatch.setattr(figures, "draw_audit", lambda _audit: Figure())


def states(out: Path) -> dict[str, bool]:
    """Whether each analysis was sampled, by its own record."""
    found = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*/run.json")}
    return {name: bool(record["fits"]) for name, record in found.items()}


def test_everything_exact_is_there_before_the_first_draw(data, models, tmp_path, monkeypatch, capsys):
    out, seen, draw = tmp_path / "reports", [], nuts.fit

    def watched(*arguments):
        pages = [(out / name / "report.html").read_text(encoding="utf-8") for name in ANALYSES]
        seen.append((states(out), ["Not yet sampled." in page for page in pages], (out / "index.html").is_file()))
        return draw(*arguments)

    monkeypatch.setattr(nuts, "fit", watched)
    assert fit_command(data, models, out, None, None, QUICK, False)[0] == 0
    assert seen[0] == (dict.fromkeys(ANALYSES, False), [True, True], True)
    assert states(out) == dict.fromkeys(ANALYSES, True)
    assert all("Not yet sampled." not in (out / n / "report.html").read_text(encoding="utf-8") for n in ANALYSES)
    said = " ".join(capsys.readouterr().err.split())
    assert "Exact answers: written in" in said and "2 analyses are sampled now" in said


def test_ctrl_c_keeps_what_is_finished_and_says_so_in_a_line(data, models, tmp_path, monkeypatch, capsys):
    out, draw, calls = tmp_path / "reports", nuts.fit, []

    def stopped(*arguments):
        calls.append(arguments)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return draw(*arguments)

    monkeypatch.setattr(nuts, "fit", stopped)
    code, rows = fit_command(data, models, out, None, None, QUICK, False)
    assert code == EXIT_STOPPED == 130 and len(rows) == 2
    assert sorted(states(out).values()) == [False, True]
    *_, last = capsys.readouterr().err.strip().splitlines()
    assert last.startswith("Stopped. Kept: the exact answers of 2 of 2 analyses, the posteriors of 1;")
    assert (out / "index.html").is_file() and not list(out.glob(".*"))
    monkeypatch.setattr(nuts, "fit", draw)
    assert fit_command(data, models, out, None, None, QUICK, False)[0] == 0
    assert len(calls) == 2 and set(states(out).values()) == {True}, "the next run goes on from there"


def test_draws_that_the_sampler_cut_short_are_no_result(data, models, tmp_path, monkeypatch):
    """Nutpie answers Ctrl-C with the draws that it has, unless it is cancelled."""
    begin, cancelled = nuts.nutpie.sample, []

    def interrupted(*arguments, **options):
        running = begin(*arguments, **options)
        cancel = running.cancel
        monkeypatch.setattr(running, "wait", stopped)
        monkeypatch.setattr(running, "cancel", lambda: (cancelled.append(True), cancel()))
        return running

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(nuts.nutpie, "sample", interrupted)
    assert fit_command(data, models, tmp_path / "reports", None, None, QUICK, False)[0] == EXIT_STOPPED
    assert cancelled and not any(states(tmp_path / "reports").values())


def test_a_sampled_result_stays_until_its_successor_is_there(data, models, tmp_path, monkeypatch):
    out = tmp_path / "reports"
    fit_command(data, models, out, ANALYSES[:1], None, QUICK, False)
    before = (out / ANALYSES[0] / "run.json").read_bytes()

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(nuts, "fit", stopped)
    for settings, force in ((Settings(draws=800, tune=400), False), (QUICK, True)):
        assert fit_command(data, models, out, None, None, settings, force)[0] == EXIT_STOPPED
        assert (out / ANALYSES[0] / "run.json").read_bytes() == before
    monkeypatch.setattr(one, "run_exact", lambda *_, **__: pytest.fail("what is current was answered again"))
    assert fit_command(data, models, out, None, None, Settings(draws=800, tune=400), False, True)[0] == 0
    assert (out / ANALYSES[0] / "run.json").read_bytes() == before, "an exact run does not ask for other draws"


def test_what_fails_the_gate_is_sampled_longer_and_says_so(data, models, tmp_path, capsys):
    """Two hundred draws a chain are too few for an effective sample size of 400; twice or four times as many are enough."""
    out, short = tmp_path / "reports", Settings(draws=200, tune=200)
    assert fit_command(data, models, out, ANALYSES[:1], None, short, False)[0] == 0
    fit = json.loads((out / ANALYSES[0] / "run.json").read_text(encoding="utf-8"))["fits"]["sceptical"]
    assert fit["gate"]["passed"] and fit["draws"] == fit["tune"]
    assert [shorter["draws"] for shorter in fit["too_short"]] == [d for d in (200, 400) if d < fit["draws"]] != []
    assert all(shorter["failures"] for shorter in fit["too_short"])
    said = " ".join(capsys.readouterr().err.split())
    assert "below 400: sampled again with 400 draws a chain" in said
    assert f"{fit['draws']} draws a chain" in (out / ANALYSES[0] / "report.html").read_text(encoding="utf-8")
    before = (out / ANALYSES[0] / "run.json").read_bytes()
    assert fit_command(data, models, out, ANALYSES[:1], None, short, False)[0] == 0
    assert (out / ANALYSES[0] / "run.json").read_bytes() == before, "its identity is by the draws that were asked for"
