"""The command line as a user meets it: exit codes, one-line errors, JSON alone on stdout; whole processes for each way to end."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crlm_bayes import cache
from makers.command_line import Said, crlm, process

REPOSITORY = Path(__file__).parents[2]
VERBS = ("fit", "report", "sceptic", "audit", "show", "list", "check", "schema", "bundle")


def one_line(result: Said) -> str:
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_help_names_every_verb_and_each_has_help():
    text = process("--help").stdout
    for verb in VERBS:
        assert verb in text
    assert "--prior" in crlm("fit", "--help").stdout


def test_version():
    from crlm_bayes import __version__

    assert process("--version").stdout.strip() == __version__


def test_readme_documents_every_verb():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert verb in readme


def test_sceptic_json_is_the_contract():
    result = process("sceptic", "pfs_chen2025_landmark", "orr_chen2025_counts", "--json")
    assert result.returncode == 0 and result.stderr == ""
    pfs, orr = json.loads(result.stdout)
    keys = {"analysis", "measure", "priors", "matthews_limit", "critical_sd", "e_value", "e_value_ci"}
    assert set(pfs) == set(orr) >= keys
    assert list(pfs) == sorted(pfs)
    assert set(pfs["priors"][0]) == {"name", "median", "lower", "upper", "p_benefit", "p_mcid", "p_harm"}
    by_name = {row["name"]: row for row in pfs["priors"]}
    assert by_name["sceptical"]["p_benefit"] == pytest.approx(0.9878, abs=0.002)
    assert {row["name"]: row["median"] for row in orr["priors"]}["reference"] == pytest.approx(1.872, abs=0.002)


def test_sceptic_does_without_the_sampler():
    code = (
        "import sys; from crlm_bayes.cli import app; app(['sceptic', 'pfs_chen2025_landmark', 'pfs_seeds', "
        "'orr_arm_level', 'orr_chen2025_counts', '--json'], standalone_mode=False);"
        "heavy = {'pymc', 'pytensor', 'nutpie', 'arviz', 'pandas', 'matplotlib'} & set(sys.modules);"
        "print(sorted(heavy), file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert result.stderr.strip() == "[]"


def test_sceptic_takes_an_own_prior_a_bias_and_a_discount():
    def p_benefit(*words: str) -> dict[str, float]:
        result = crlm("sceptic", "pfs_chen2025_landmark", "--json", *words)
        assert result.returncode == 0 and result.stderr == ""
        return {row["name"]: row["p_benefit"] for row in json.loads(result.stdout)[0]["priors"]}

    plain = p_benefit("--prior", "normal(0, 0.205)")
    assert plain["own"] == pytest.approx(plain["sceptical"], abs=1e-9)
    assert p_benefit("--harm-bias", "0.1")["sceptical"] < 0.975 < plain["sceptical"]
    assert p_benefit("--discount", "0.5")["sceptical"] < 0.975
    for own in (
        "two_piece(0, 0.1, 0.3)",
        "quantiles(0.05: -0.5, 0.5: -0.1, 0.95: 0.3)",
        "mixture(0.5: 0, 0.1; 0.5: -0.2, 0.2)",
    ):
        assert 0 < p_benefit("--prior", own)["own"] < 1
    assert "Under the sceptical prior the benefit falls if" in crlm("sceptic", "pfs_chen2025_landmark").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prior", "normal(0, 0)"), "normal(mean, sd)"),
        (("--prior", "norml(0, 1)"), "did you mean 'normal'?"),
        (("--prior", "quantiles(0.5: 0, 0.1: 1, 0.9: 2)"), "quantiles"),
        (("--discount", "1.5"), "allowed: 0 to below 1"),
        (("--harm-bias", "9"), "allowed: between -5 and 5"),
    ],
)
def test_sceptic_refuses_in_one_line(words, said):
    assert said in one_line(crlm("sceptic", "pfs_chen2025_landmark", *words))


def test_audit_json_is_the_contract():
    result = crlm("audit", "yan2025", "--json")
    assert result.returncode == 0 and result.stderr == ""
    rows = json.loads(result.stdout)
    keys = ["check", "id", "locator", "message", "printed", "recomputed", "severity", "study"]
    assert all(list(row) == keys and row["study"] == "yan2025" for row in rows)
    severities = [row["severity"] for row in rows]
    assert severities == sorted(severities, key=["serious", "warning", "note"].index)
    assert "yan2025.median_landmark.os-control-24" in {row["id"] for row in rows}


def test_audit_is_strict_only_when_asked():
    assert crlm("audit", "chen2025").returncode == 0
    strict = process("audit", "chen2025", "--strict")
    assert strict.returncode == 3 and "57.0%" in strict.stdout and strict.stderr == ""
    assert crlm("audit", "volk2016", "--strict").returncode == 0
    assert "did you mean 'chen2025'" in one_line(crlm("audit", "chen2052"))


def test_show_gives_equations_priors_and_rows():
    text = crlm("show", "pfs_chen2025_landmark").stdout
    assert "s_ka ~ Binomial(n_ka, exp(-H_ka))" in text
    assert "27.6%" in text and "60 of 217" in text
    assert "strongly sceptical" in text
    rows = json.loads(crlm("show", "pfs_chen2025_landmark", "--json").stdout)
    assert rows["priors"]["strongly_sceptical"]["p_mcid"] == pytest.approx(0.05, abs=2e-4)


def test_list_and_check_cover_the_bundled_documents():
    rows = json.loads(crlm("list", "--json").stdout)
    documents = {path.stem for path in (REPOSITORY / "models").glob("*.toml")} - {"priors"}
    assert {row["document"] for row in rows} == documents <= (on_disk := {row["analysis"] for row in rows})
    result = crlm("check", "--json")
    assert result.returncode == 0
    answer = json.loads(result.stdout)
    assert answer["faults"] == [] and answer["analyses"] == len(on_disk)


def test_list_says_beside_the_list_what_is_kept_between_runs(tmp_path, monkeypatch):
    """On stderr, in one line; `--json` is the list alone."""
    monkeypatch.setenv(cache.PLACE, str(tmp_path))
    monkeypatch.setattr(
        cache, "sizes", lambda: {"answers": cache.Size(1200, 1_500_000), "curves": cache.Size(7, 540_000)}
    )
    shown = crlm("list")
    (line,) = shown.stderr.splitlines()
    assert line == f"Kept, and safe to delete: answers (1,200) and curves (7); 2.0 MB in {tmp_path}"
    assert line not in shown.stdout and crlm("list", "--json").stderr == ""
    monkeypatch.setattr(cache, "sizes", dict)
    assert str(tmp_path) in crlm("list").stderr


def recipe_of_the_readme(folder: Path) -> tuple[str, ...]:
    """The two documents of "Add a trial of your own" and a copy of the priors, and the options that name their folders."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    study, analysis = re.findall(r"```toml\n(.*?)```", readme, flags=re.DOTALL)
    data, models = folder / "mytrials" / "data", folder / "mytrials" / "models"
    data.mkdir(parents=True)
    models.mkdir()
    (data / "smith2024.toml").write_text(study, encoding="utf-8")
    (models / "os_smith2024.toml").write_text(analysis, encoding="utf-8")
    shutil.copy(REPOSITORY / "models" / "priors.toml", models)
    return "--data", "mytrials/data", "--models", "mytrials/models"


def test_a_trial_of_ones_own_is_valid_to_every_verb(tmp_path):
    """The copied book declares priors from trials that are not in the folder; no analysis names them."""
    folders = recipe_of_the_readme(tmp_path)
    book = (tmp_path / "mytrials" / "models" / "priors.toml").read_text(encoding="utf-8")
    assert 'dist = "empirical"' in book and 'dist = "robust_map"' in book
    checked = crlm("check", *folders, cwd=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("valid\n")
    answered = crlm("sceptic", *folders, cwd=tmp_path)
    assert (answered.returncode, answered.stderr) == (0, "") and "Smith 2024" in answered.stdout


@pytest.mark.parametrize("prior", ["adjuvant_colon", "robust_metastatic"])
def test_a_named_prior_without_its_trials_is_the_same_line_for_every_verb(tmp_path, prior):
    folders = recipe_of_the_readme(tmp_path)
    analysis = tmp_path / "mytrials" / "models" / "os_smith2024.toml"
    text = analysis.read_text(encoding="utf-8")
    analysis.write_text(text.replace('"reference", ', f'"reference", "{prior}", '), encoding="utf-8")
    checked, answered = (one_line(crlm(verb, *folders, cwd=tmp_path)) for verb in ("check", "sceptic"))
    assert checked == answered
    assert f"priors.toml: {prior}: studies: there is no study" in checked


def test_schema_describes_printed_numbers_as_strings():
    schema = json.loads(crlm("schema").stdout)
    counts = schema["study"]["$defs"]["CountEntry"]["properties"]
    assert "string" in json.dumps(counts["percent"])
    assert set(schema) == {"study", "analysis", "priors", "claims", "admission", "judgements"}


def test_unknown_analysis_is_one_line_with_the_nearest(tmp_path):
    line = one_line(process("fit", "orr_chen2025_count", "--out", str(tmp_path / "out")))
    assert "there is no analysis 'orr_chen2025_count'" in line
    assert line.endswith("did you mean 'orr_chen2025_counts'?")
    assert not (tmp_path / "out").exists()


def test_unknown_prior_is_one_line(tmp_path):
    line = one_line(crlm("fit", "--prior", "scepticle", "--out", str(tmp_path / "out")))
    assert "scepticle" in line and "sceptical" in line
    assert not (tmp_path / "out").exists()


def test_unwritable_output_is_one_line_before_any_sampling(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    line = one_line(crlm("fit", "orr_chen2025_counts", "--out", str(tmp_path / "file" / "out")))
    assert "cannot be written" in line


def test_missing_folder_is_one_line(tmp_path):
    assert "is not a folder" in one_line(crlm("check", "--data", str(tmp_path / "nowhere")))


def test_report_refuses_what_was_never_fitted(tmp_path):
    line = one_line(crlm("report", "orr_chen2025_counts", "--out", str(tmp_path)))
    assert "has no fit" in line and "python -m crlm_bayes fit orr_chen2025_counts" in line


def test_usage_errors_end_with_two():
    assert crlm("fit", "--chains", "one").returncode == 2
    assert process("audition").returncode == 2


def test_bad_study_stops_fit_before_anything_is_written(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    text = (REPOSITORY / "data" / "published" / "chen2025.toml").read_text(encoding="utf-8")
    (data / "chen2025.toml").write_text(text.replace('design = "cohort"', 'design = "cohrt"'), encoding="utf-8")
    line = one_line(crlm("fit", "orr_chen2025_counts", "--data", str(data), "--out", str(tmp_path / "out")))
    assert "design: 'cohrt'" in line and "did you mean 'cohort'?" in line
    assert not (tmp_path / "out").exists()
