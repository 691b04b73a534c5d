"""README, the pages of the bundled case and reports/ are held together, and what README tells a user to type works."""

import math
import re
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.audits.p_values import tables
from crlm_bayes.audits.p_values.comparison import is_significant
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.pages.markdown import folder_page, verdict_table
from crlm_bayes.words.nouns import in_words
from crlm_bayes.words.numbers import ESTIMATE, estimate, probability, ratio

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CASE = (REPOSITORY / "docs" / "case.md").read_text(encoding="utf-8")
MOST_BYTES = 6_000


def test_readme_is_short():
    assert len(README.encode("utf-8")) <= MOST_BYTES


def test_readme_says_how_to_set_up_run_and_test_in_one_command_each():
    assert "make fit " in README and "`make test`" in README
    assert "\nmake test " in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert (
        settings["project"]["scripts"] == {"crlm-bayes": "crlm_bayes.cli:main"} and ".venv/bin/crlm-bayes fit" in README
    )


def test_tables_of_the_folder_are_those_the_program_writes():
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv")
    drawn = [path.stem for path in (REPOSITORY / "reports" / "figures").glob("*.png")]
    assert (REPOSITORY / "reports" / "README.md").read_text(encoding="utf-8") == folder_page(verdicts, drawn)


def test_words_of_a_document_cannot_leave_their_cell():
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv")
    hostile = "Response | of\n<script>alert(1)</script> & more"
    table = verdict_table(verdicts.assign(title=hostile))
    assert "<script" not in table
    lines = [line for line in table.splitlines() if line.startswith("| ") and "script" in line]
    assert lines and all("Response \\| of &lt;script>alert(1)&lt;/script> &amp; more |" in line for line in lines)
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    heads = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines() if line.startswith("| --- ")}
    assert columns <= heads


@pytest.mark.parametrize("there", ["", "# Mine\n"])
def test_a_readme_that_is_somebody_elses_stays(there: str, tmp_path: Path):
    from crlm_bayes.run.store import Store

    page = tmp_path / "README.md"
    if there:
        page.write_text(there, encoding="utf-8")
    for text in ("<!-- ours -->\nfirst\n", "<!-- ours -->\nsecond\n"):
        Store(tmp_path).write_readme(text)
        assert page.read_text(encoding="utf-8") == (there or text)


def test_readme_shows_figures_that_are_committed():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (REPOSITORY / path).is_file(), path


def test_committed_verdicts_are_of_the_bundled_analyses(analyses):
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv").set_index(["analysis", "prior"])
    assert set(verdicts.index) == {(name, prior) for name, spec in analyses.items() for prior in spec.effect_priors}


def test_committed_verdicts_are_those_of_the_bundled_documents(bundled):
    """The exact engine gives the committed numbers again, so that reports/ cannot grow stale unseen."""
    questions = read_questions(REPOSITORY / "data" / "published", REPOSITORY / "models", list(bundled))
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv").set_index(["analysis", "prior"])
    expected = {
        (question.spec.id, row.prior): row.p_benefit
        for question in questions
        for row in Answer(question).scepticism.panel
    }
    assert {analysis for analysis, _ in expected} == set(bundled)
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
    assert total < 80_000 * listed.count("/run.json")


def test_what_the_case_says_of_the_audit_is_what_the_audit_finds() -> None:
    text = " ".join(CASE.split())
    audits = read_audits(REPOSITORY / "data" / "published")
    yan, (scan,) = audits["yan2025"], audits["yan2025"].scans
    said = f"has {scan.n} patients in each arm, and {scan.explained} of the {len(scan.misfits)} percentages"
    assert f"{said} that no whole number of {scan.n} gives are multiples of 1/{scan.best}." in text
    significant = [c for c in tables.comparisons(yan.study) if is_significant(c.printed)]
    lost = sum(c.changes_sides for c in significant)
    assert (
        f"Of the {in_words(len(significant))} chi-square tests that it prints as significant, {in_words(lost)} are not"
        in text
    )
    ids = {f.id for audit in audits.values() for f in audit.of("serious")}
    assert {
        "yan2025.median_landmark.os-control-24",
        "chen2025.median_landmark.os-control-36",
        "chen2025.direction.pfs-hr-control-bev-adjusted-row",
    } <= ids


def test_what_the_case_says_of_robustness_is_what_the_curve_says() -> None:
    text = " ".join(CASE.split())
    (question,) = read_questions(REPOSITORY / "data" / "published", REPOSITORY / "models", ["pfs_chen2025_landmark"])
    borne = Answer(question).robustness.headline
    assert borne.survives and borne.bias is not None and borne.discount is not None
    assert f"by a factor of {math.exp(borne.bias):.2f}, or if {100 * borne.discount:.0f}% of its evidence" in text


def test_what_the_case_says_of_all_the_evidence_is_what_the_syntheses_say() -> None:
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv")
    sceptical = verdicts[verdicts["prior"] == "sceptical"].set_index("analysis")
    rows = {
        "**all direct studies, those not randomised allowed to be biased: the answer**": "direct",
        "randomised trials after resection": "direct_randomised",
        "the direct studies without Yan 2025": "direct_without_yan",
        "with adjuvant trials in colon cancer, at half weight": "direct_and_adjuvant",
        "with trials in metastatic disease, at half weight": "direct_and_metastatic",
        "the two papers alone, at face value": "seeds",
    }
    for name, suffix in rows.items():
        cells = []
        for endpoint in ("pfs", "os"):
            row = sceptical.loc[f"{endpoint}_{suffix}"]
            cells.append(f"{probability(row['p_benefit'])}, {estimate(*row[ESTIMATE])}")
        assert f"| {name} | {' | '.join(cells)} |" in CASE
    assert {sceptical.loc[name, "answers"] for name in ("pfs_direct", "os_direct", "orr_direct")} == {
        "pfs",
        "os",
        "orr",
    }


def test_what_the_case_says_of_cohort_and_harm_is_what_the_analyses_say() -> None:
    text = " ".join(CASE.split())
    chen, yan, harm = read_questions(
        REPOSITORY / "data" / "published",
        REPOSITORY / "models",
        ["pfs_chen2025_landmark", "pfs_yan2025_landmark", "hypertension_grade3plus"],
    )
    answer = Answer(chen)
    face = {v.prior: v.p_benefit for v in answer.panel}["sceptical"]
    allowing = {v.prior: v.p_benefit for v in answer.allowing_for_bias}["sceptical"]
    known = {v.prior: v.p_benefit for v in answer.doubt(bias=math.log(1.25)).panel}["sceptical"]
    assert (
        f"at face value ({probability(face)}); allowing for the bias of such studies it does not ({probability(allowing)})"
        in text
    )
    assert f"by a factor of 1.25 that were known would leave {probability(known)}" in text
    yans = Answer(yan)
    p = {v.prior: v.p_benefit for v in yans.panel}["sceptical"]
    assert f"gives P(benefit) {probability(p)}" in text
    assert f"a hazard ratio of {ratio(yans.robustness.needed)} or lower" in text
    hyper = {v.prior: v for v in Answer(harm).panel}["reference"]
    limits = estimate(hyper.median, hyper.lower, hyper.upper)
    assert f"P(higher risk) {probability(1 - hyper.p_benefit)}, odds ratio {limits}" in text
    assert f"(odds ratio {limits.replace(' (', ', ')}" in text


def test_the_answer_in_three_sentences_has_the_numbers_of_the_analyses() -> None:
    verdicts = pd.read_csv(REPOSITORY / "reports" / "verdicts.csv")
    sceptical = verdicts[verdicts["prior"] == "sceptical"].set_index("analysis")
    text = " ".join(README.split())
    answer = README.partition("## The answer")[2].partition("\n\n")[2].partition("\n\n")[0]
    assert answer in CASE and len(re.findall(r"[.](?= [A-Z]|$)", " ".join(answer.split()))) == 3

    def p(name: str, key: str = "p_benefit") -> str:
        return f"{sceptical.loc[name, key]:.2f}"

    def ratio_of(name: str) -> str:
        return estimate(*sceptical.loc[name, ESTIMATE]).replace(" (", ", ").removesuffix(")")

    os_ratio = ratio_of("os_direct").replace(", ", ", 95% interval ")
    assert (
        f"of {p('os_direct')} for survival (hazard ratio {os_ratio}) and of {p('pfs_direct')} for progression" in text
    )
    assert f"or relapse ({ratio_of('pfs_direct')})" in text
    assert f"of {p('os_direct_without_yan')} and {p('pfs_direct_without_yan')}." in text
    assert (
        f"gives {p('pfs_chen2025_landmark', 'p_allowing_for_bias')} for progression-free survival once the bias" in text
    )
    assert f"said to be randomised, {p('pfs_yan2025_landmark', 'p_allowing_for_bias')} (" in text
    assert f"({p('pfs_direct_and_adjuvant')} with the direct studies)" in text
    assert f"metastatic disease ({sceptical.loc['pfs_direct_and_metastatic', 'p_benefit']:.3f})" in text


def test_the_table_of_studies_is_the_one_the_documents_make() -> None:
    from subprocess import run

    done = run([sys.executable, "scripts/write_evidence.py", "--check"], cwd=REPOSITORY, check=False)
    assert done.returncode == 0, "python scripts/write_evidence.py writes it again"


def test_what_the_readme_does_from_python_is_what_happens() -> None:
    import doctest

    done = doctest.testfile(
        str(REPOSITORY / "README.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert done.attempted >= 5 and not done.failed
