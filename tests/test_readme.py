"""README and reports/ are held together, and what README tells a user to type works."""

import re
from pathlib import Path

import pandas as pd

from crlm_bayes.questions import read_questions
from crlm_bayes.report.markdown import BEGIN, END, verdict_table

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_readme_table_is_the_one_the_program_wrote():
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv")
    begin, end = README.index(BEGIN), README.index(END) + len(END)
    assert README[begin:end] == verdict_table(verdicts).strip()


def test_readme_shows_figures_that_are_committed():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (REPOSITORY / path).is_file(), path


def test_committed_verdicts_are_those_of_the_bundled_documents():
    """The exact engine gives the committed numbers again, so that reports/ cannot grow stale unseen."""
    from crlm_bayes.terminal import sceptic_rows

    questions = read_questions(REPOSITORY / "data" / "published", REPOSITORY / "models")
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv").set_index(["analysis", "prior"])
    expected = {(row["analysis"], p["name"]): p["p_benefit"] for row in sceptic_rows(questions) for p in row["priors"]}
    assert set(verdicts.index) == set(expected)
    for key, p_benefit in expected.items():
        assert abs(verdicts.loc[key, "p_benefit"] - p_benefit) < 1e-5, key


def test_the_trial_of_the_readme_is_valid(tmp_path):
    study, analysis = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "data").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "data" / "smith2024.toml").write_text(study, encoding="utf-8")
    (tmp_path / "models" / "os_smith2024.toml").write_text(analysis, encoding="utf-8")
    priors = (REPOSITORY / "models" / "priors.toml").read_text(encoding="utf-8")
    (tmp_path / "models" / "priors.toml").write_text(priors, encoding="utf-8")
    (question,) = read_questions(tmp_path / "data", tmp_path / "models")
    assert question.spec.id == "os_smith2024"
    assert question.evidence.log_ratio < 0


def test_reports_stay_small():
    from subprocess import run

    listed = run(["git", "ls-files", "reports"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    total = sum((REPOSITORY / name).stat().st_size for name in listed.splitlines())
    assert total < 3_000_000
