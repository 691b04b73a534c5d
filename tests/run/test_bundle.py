"""A bundle: the same bytes for the same results, nothing stale, whole or not at all; and what compares two runs."""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from crlm_bayes import api
from crlm_bayes.answers.identity import digests
from crlm_bayes.errors import StaleResult, UnwritableOutput
from crlm_bayes.run.outputs import bundle as bundles
from crlm_bayes.run.outputs.rerun import compare
from crlm_bayes.run.saved import settings_of
from crlm_bayes.sampling.settings import Settings
from makers.command_line import crlm

REPOSITORY = Path(__file__).parents[2]
NAME = "ratio_trial2020"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the invented trial, and one analysis of it answered exactly."""
    folder = tmp_path_factory.mktemp("bundle")
    shutil.copytree(REPOSITORY / "tests" / "data" / "published", folder / "data")
    shutil.copytree(REPOSITORY / "tests" / "data" / "models", folder / "models")
    api.report(api.ask(api.question(NAME, data=folder / "data", models=folder / "models")), folder / "results")
    return folder


def bundle(made: Path, to: Path) -> bundles.Bundle:
    return api.bundle(made / "results", to, [NAME], data=made / "data", models=made / "models")


@pytest.fixture(scope="module")
def unpacked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(bundle(made, folder / "one.zip").path) as archive:
        archive.extractall(folder)
    return folder / "bundle"


def test_the_same_results_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    one, other = bundle(made, tmp_path / "one.zip"), bundle(made, tmp_path / "a" / "other.zip")
    assert one.digest == other.digest == sha256(one.path.read_bytes()).hexdigest()
    assert one.path.read_bytes() == other.path.read_bytes() and one.size == one.path.stat().st_size
    with zipfile.ZipFile(one.path) as archive:
        entries = archive.infolist()
    assert [e.filename for e in entries] == sorted(e.filename for e in entries) and len(entries) == one.files
    assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {e.filename for e in entries if e.external_attr >> 16 == 0o100755} == {"bundle/rerun.sh"}
    assert not [e.filename for e in entries if "__pycache__" in e.filename or "/." in e.filename]


def test_it_holds_what_a_reader_needs(made: Path, unpacked: Path) -> None:
    results = unpacked / "results" / NAME
    for name in ("report.html", "estimates.csv", "run.json", "references.bib", "figures/panel.svg"):
        assert (results / name).read_bytes() == (made / "results" / NAME / name).read_bytes(), name
    for name in (
        "requirements.lock",
        "source/pyproject.toml",
        "source/src/crlm_bayes/version.py",
        "compare.py",
        "README.txt",
    ):
        assert (unpacked / name).is_file(), name
    assert {path.name for path in (unpacked / "documents" / "models").iterdir()} == {f"{NAME}.toml", "priors.toml"}
    for line in (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert sha256((unpacked / name).read_bytes()).hexdigest() == digest
    said = (unpacked / "rerun.sh").read_text(encoding="utf-8")
    assert (
        "@" not in said.replace('"$@"', "")
        and f"--seed 20250307 --draws 1000 --tune 1000 --chains 4 --exact $exact {NAME}" in said
    )
    assert subprocess.run(["sh", "-n", str(unpacked / "rerun.sh")], check=False).returncode == 0


def test_its_documents_ask_the_same_question(unpacked: Path) -> None:
    """By the digests of the record: the analysis with its priors, and the studies with their findings."""
    asked = api.question(NAME, data=unpacked / "documents" / "data", models=unpacked / "documents" / "models")
    record = json.loads((unpacked / "results" / NAME / "run.json").read_text(encoding="utf-8"))
    assert digests(asked, settings_of(record, Settings())) == record["digests"]


def test_what_is_stale_is_refused_in_a_line_and_nothing_is_written(made: Path, tmp_path: Path) -> None:
    data, out = (
        shutil.copytree(made / "data", tmp_path / "data"),
        shutil.copytree(made / "results", tmp_path / "results"),
    )
    options = (
        "--data",
        str(data),
        "--models",
        str(made / "models"),
        "--out",
        str(out),
        "--to",
        str(tmp_path / "to" / "b.zip"),
    )
    missing = crlm("bundle", "survival_trial2020", *options)
    assert missing.returncode == 1 and "has no fit in" in missing.stderr and len(missing.stderr.splitlines()) == 1
    study = data / "trial2020.toml"
    study.write_text(study.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert crlm("bundle", NAME, *options).returncode == 0, "a comment changes nothing"
    (tmp_path / "to" / "b.zip").unlink()
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('citation = "', 'citation = "Another. ', 1), encoding="utf-8")
    stale = crlm("bundle", NAME, *options)
    assert stale.returncode == 1 and "is out of date (data changed)" in stale.stderr and stale.stdout == ""
    assert list((tmp_path / "to").iterdir()) == []


def test_what_cannot_be_written_leaves_nothing(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnwritableOutput, match="cannot be written"):
        bundle(made, tmp_path / "file" / "b.zip")
    (tmp_path / "b.zip").write_text("the last one")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(UnwritableOutput, match="No space left"):
        bundle(made, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "the last one" and not list(tmp_path.glob(".*"))


def test_a_fit_that_failed_is_refused(made: Path, tmp_path: Path) -> None:
    out = shutil.copytree(made / "results", tmp_path / "results")
    record = json.loads((out / NAME / "run.json").read_text(encoding="utf-8"))
    (out / NAME / "run.json").write_text(json.dumps(record | {"passed": False}), encoding="utf-8")
    with pytest.raises(StaleResult, match="failed the diagnostics gate"):
        api.bundle(out, tmp_path / "b.zip", [NAME], data=made / "data", models=made / "models")


def test_an_installed_program_is_named_by_its_version(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "source_tree", lambda: None)
    with zipfile.ZipFile(bundle(made, tmp_path / "b.zip").path) as archive:
        names = archive.namelist()
        frozen = archive.read("bundle/requirements.txt").decode().splitlines()
        script = archive.read("bundle/rerun.sh").decode()
    assert not [name for name in names if name.startswith("bundle/source")] and "bundle/requirements.lock" not in names
    assert frozen == sorted(frozen, key=lambda line: line.split("==")) and any(
        line.startswith("crlm-bayes==") for line in frozen
    )
    assert any(line.startswith("numpy==") for line in frozen) and not any(line.startswith("pytest") for line in frozen)
    assert "-r requirements.txt" in script and "./source" not in script


def test_every_posterior_is_sampled_again_with_its_own_settings() -> None:
    verdicts = [{"study": "synthesis", "prior": p, "primary": p == "a"} for p in ("a", "b")]
    settings = {"seed": 1, "draws": 2, "tune": 3, "chains": 4}
    several = {"settings": settings, "fits": {"a": {}, "b": {}}, "verdicts": verdicts}
    single = {
        "settings": settings | {"seed": 9},
        "fits": {"a": {}},
        "verdicts": [{"study": "x", "prior": "a", "primary": True}],
    }
    first, second, third = bundles._fits({"several": several, "single": single})
    assert first.endswith("--seed 1 --draws 2 --tune 3 --chains 4 $exact several") and "--seed 9" in second
    assert third.startswith('[ -n "$exact" ] || ') and third.endswith("--prior b several")


ROW = {
    "median": 0.5,
    "mean": 0.5,
    "sd": 0.1,
    "eti95_lower": 0.3,
    "eti95_upper": 0.7,
    "p_benefit": 0.9,
    "p_mcid": 0.5,
    "p_harm": 0.0,
}
NONE = float("nan")


def table(engine: str, mcse: float = NONE, **changed: float) -> compare.Table:
    return {("sceptical", engine, "hr"): ROW | {"mcse_mean": mcse} | changed}


def test_exact_rows_must_be_the_same_and_sampled_ones_within_their_error() -> None:
    def same(ours: compare.Table, theirs: compare.Table, **options: bool) -> bool:
        return compare.compare(ours, theirs, **options)[0]

    exact, sampled = table("curve"), table("nuts", 0.001)
    assert same(exact, table("curve", p_benefit=0.9 + 5e-7)) and not same(exact, table("curve", p_benefit=0.9 + 2e-6))
    assert not same(exact, table("curve", sd=NONE)) and not same(exact, {}) and same({}, exact)
    assert same(table("curve", sd=NONE), table("curve", sd=NONE))
    assert same(table("curve", median=4e7), table("curve", median=4e7 + 1)), "as a share of what is large"
    assert same(sampled, table("nuts", 0.001, mean=0.5 + 0.007)) and not same(
        sampled, table("nuts", 0.001, mean=0.5 + 0.0072)
    )
    assert same(sampled, {}, exact=True) and not same(sampled, {})
    assert "1 rows without such an error, not judged" in compare.compare(table("nuts"), table("nuts", mean=9.0))[1]
    assert same(table("nuts", 0.0), table("nuts", 0.0)) and not same(table("nuts", 0.0), table("nuts", 0.0, mean=0.6))
    assert "NOT THE SAME: sceptical / curve / hr" in compare.compare(exact, table("curve", mean=0.6))[1]


def test_the_script_that_compares_needs_nothing_but_python(made: Path, unpacked: Path, tmp_path: Path) -> None:
    again = shutil.copytree(made / "results", tmp_path / "again")
    command = [sys.executable, "-I", "-S", str(unpacked / "compare.py"), str(unpacked / "results"), str(again)]
    same = subprocess.run(command, capture_output=True, text=True, check=False)
    assert same.returncode == 0 and f"{NAME}: the same" in same.stdout
    path = again / NAME / "estimates.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[1][4] = "0.7123"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert other.returncode == 1 and f"{NAME}: DIFFERENT" in other.stdout
    shutil.rmtree(again / NAME)
    assert "NOT MADE AGAIN" in subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.statistical
def test_the_results_are_made_again_from_the_bundle_alone(unpacked: Path, tmp_path: Path) -> None:
    """In an environment that is there: that one can be built from the lock, no test may download."""
    folder = shutil.copytree(unpacked, tmp_path / "elsewhere")
    environment = os.environ | {"CRLM_BAYES_PYTHON": sys.executable, "PYTHONPATH": str(folder / "source" / "src")}
    done = subprocess.run(
        ["sh", "rerun.sh", "--exact"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{NAME}: the same" in done.stdout and (folder / "again" / NAME / "report.html").is_file()
