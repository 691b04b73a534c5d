"""Pages as PDF and for a word processor: by a browser that is there, or one line; never half a file, never of an older page."""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from crlm_bayes import api, figures
from crlm_bayes.cli import main
from crlm_bayes.errors import UnwritableOutput
from crlm_bayes.run.outputs import browser as door
from crlm_bayes.run.outputs.exports import Exports
from crlm_bayes.run.store import Store

REAL = next((found for name in door.BROWSERS if (found := shutil.which(name))), None)
PRINTS = (
    'for a in "$@"; do case "$a" in --print-to-pdf=*) printf "%%PDF-1.4 made" > "${a#--print-to-pdf=}";; esac; done'
)


@pytest.fixture(scope="module", autouse=True)
def undrawn() -> Iterator[None]:
    """Figures are not the point here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "draw", lambda _result: {})
        patch.setattr(figures, "draw_index", lambda _table: {"forest": Figure()})
        patch.setattr(figures, "draw_audit", lambda _audit: Figure())
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented trial with the pages of one analysis, exact."""
    trial = Path(shutil.copytree(Path(__file__).parents[1] / "data", tmp_path_factory.mktemp("made") / "trial"))
    fitted(trial)
    return trial


@pytest.fixture
def trial(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "trial"))


@pytest.fixture
def out(trial: Path) -> Path:
    return trial / "out"


def fitted(trial: Path) -> None:
    where = {"data": trial / "published", "models": trial / "models"}
    api.fit_all(trial / "out", ["ratio_trial2020"], exact=True, **where)


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program in the place of the browser."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(door.VARIABLE, str(path))


def export(trial: Path, *, pdf: bool = False, docx: bool = False) -> None:
    data, models = trial / "published", trial / "models"
    asked = api.questions(["ratio_trial2020"], data=data, models=models)
    Exports(Store(trial / "out"), pdf=pdf, docx=docx).write(asked, data, {})


def left(out: Path) -> list[str]:
    return sorted(
        str(path.relative_to(out))
        for path in out.rglob("*")
        if path.suffix in (".pdf", ".docx") or ".new-" in path.name
    )


posix = pytest.mark.skipif(os.name != "posix", reason="the pretended browser is a shell script")


@posix
def test_every_page_asked_for_is_printed_beside_it_and_goes_with_it(
    trial: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(trial, monkeypatch, PRINTS)
    export(trial, pdf=True)
    assert left(out) == ["index.pdf", "ratio_trial2020/report.pdf", "summary.pdf"]
    Store(out).write_text("summary.html", "newer")
    assert left(out) == ["index.pdf", "ratio_trial2020/report.pdf"], "no print of an older page stays"


@posix
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo broken; exit 3", r"did not print .*exit code 3: broken"),
        ("exit 0", "did not print"),
        ("exec sleep 30", "for more than 0.5 s"),
    ],
)
def test_a_browser_that_fails_is_one_line_and_leaves_nothing(
    trial: Path, out: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    pretend(trial, monkeypatch, script)
    monkeypatch.setattr(
        "crlm_bayes.run.outputs.exports.printed",
        lambda page, program: door.printed(page, program, 0.5 if "sleep" in script else 60),
    )
    with pytest.raises(UnwritableOutput, match=says) as caught:
        export(trial, pdf=True)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 1
    assert left(out) == []


def test_without_a_browser_the_command_says_what_is_allowed(
    trial: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door.shutil, "which", lambda _name: None)
    monkeypatch.delenv(door.VARIABLE, raising=False)
    folders = ["--data", str(trial / "published"), "--models", str(trial / "models"), "--out", str(trial / "none")]
    monkeypatch.setattr("sys.argv", ["crlm_bayes", "report", "--pdf", *folders])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr().err
    assert stop.value.code == 1 and said.count("\n") == 1
    assert "no browser found" in said and "chromium" in said and door.VARIABLE in said
    assert not (trial / "none").exists()
    monkeypatch.setenv(door.VARIABLE, "/nowhere/browser")
    with pytest.raises(UnwritableOutput, match="names no program"):
        door.browser()


def test_the_document_is_written_beside_the_summary(trial: Path, out: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx, the extra word, is not installed")
    export(trial, docx=True)
    assert left(out) == ["summary.docx"]
    assert docx.Document(str(out / "summary.docx")).core_properties.title == "Summary of findings"


def test_a_changed_judgement_is_on_the_page_though_nothing_is_to_be_fitted(trial: Path, out: Path) -> None:
    page = out / "summary.html"
    assert "not judged" in page.read_text(encoding="utf-8")
    before = page.stat().st_mtime_ns
    fitted(trial)
    assert page.stat().st_mtime_ns == before, "nothing has changed"
    (trial / "models" / "judgements.toml").write_text('[pfs]\ncertainty = "moderate"\n', encoding="utf-8")
    fitted(trial)
    assert "⊕⊕⊕◯" in page.read_text(encoding="utf-8")


@pytest.mark.skipif(REAL is None, reason="no Chromium, Chrome or Edge on this machine")
def test_a_browser_prints_the_summary_on_one_page(out: Path) -> None:
    content = door.printed(out / "summary.html", str(REAL))
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
        assert "Summary of findings" in said and "adjusted?" in said
