"""A table of trials in, a table of answers out: what is read, what is refused, and that it does not matter who computes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

import crlm_bayes as cb
from crlm_bayes import rule
from crlm_bayes.api import batch_file
from crlm_bayes.batches.quadrature import posteriors
from crlm_bayes.errors import InvalidInput, UnknownName, UnwritableOutput
from crlm_bayes.priors.written import parse_prior
from crlm_bayes.scepticism import normal_estimates as normal
from crlm_bayes.scepticism.decision import Verdict, verdict_of, verdicts_of

HEAD = "id,measure,estimate,lower,upper,level,events_treatment,n_treatment,events_control,n_control,better,mcid"
SOUND = {"id": "a", "measure": "hr", "estimate": 0.75, "lower": 0.6, "upper": 0.95}
COUNTED = {"id": "b", "events_treatment": 10, "n_treatment": 50, "events_control": 20, "n_control": 50}

FAULTS = {
    "b,hr,0.75,0.8,0.95,,,,,,,": "b: lower: 0.8 is above the estimate 0.75; allowed: lower below upper",
    "b,hr,1.2,0.8,0.95,,,,,,,": "b: upper: 0.95 is below the estimate 1.2; allowed",
    "b,hr,0.9,0.9,0.9,,,,,,,": "b: lower: 0.9 is not below the upper limit 0.9; allowed",
    "b,hhr,0.75,0.6,0.95,,,,,,,": "b: measure: 'hhr' is not known; allowed: hr, or, rr; did you mean 'hr'?",
    "b,,0.75,0.6,0.95,,,,,,,": "b: measure: is missing; allowed: hr, or, rr",
    "b,hr,-0.75,0.6,0.95,,,,,,,": "b: estimate: -0.75 is no ratio; allowed: above 0",
    "b,hr,inf,0.6,0.95,,,,,,,": "b: estimate: inf is no ratio; allowed",
    'b,hr,"0,75",0.6,0.95,,,,,,,': "b: estimate: '0,75' is not a number; allowed",
    "b,hr,0.75,0.6,NA,,,,,,,": "b: upper: is missing; allowed: estimate, lower, upper",
    "b,hr,0.75,0.6,0.95,95,,,,,,": "b: level: 95 is no level of an interval; allowed: above 0.5",
    "b,hr,0.75,0.6,0.95,,,,,,lowr,": "b: better: 'lowr' is not known; allowed: lower, higher; did you mean 'lower'?",
    "b,hr,0.75,0.6,0.95,,,,,,higher,0.8": "b: mcid: 0.8 is not a benefit where better = 'higher'; allowed",
    "b,,,,,,10,9,1,30,,": "b: events_treatment: 10 events of 9 patients; allowed",
    "b,,,,,,10,20,1.5,30,,": "b: events_control: 1.5 is no count; allowed",
    "b,,,,,,0,0,1,30,,": "b: n_treatment: 0 patients say nothing; allowed",
    "b,,,,,,10,20,1,,,": "b: n_control: is missing; allowed",
    "b,rr,,,,,10,20,1,30,,": "b: measure: 'rr' does not fit counts; allowed: or",
    "b,hr,0.75,0.6,0.95,,10,20,1,30,,": "b: has both a ratio and counts; allowed: either",
    "b,hr,,,,,,,,,,": "b: has neither a ratio nor counts; allowed: either",
    ",hr,0.75,0.6,0.95,,,,,,,": "id: is empty; allowed: a name for each trial",
    "a,hr,0.75,0.6,0.95,,,,,,,": "a: id: stands there already; allowed: each id once",
    "b,hr,0.75": "has 3 cells where the head has 12; allowed: as many",
}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crlm_bayes", "batch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def many(size: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    y, se = rng.normal(-0.1, 0.4, size), rng.uniform(0.05, 0.6, size)
    return pd.DataFrame(
        {"id": [f"t{i}" for i in range(size)], "measure": "hr", "estimate": np.exp(y), "lower": np.exp(y - 1.96 * se), "upper": np.exp(y + 1.96 * se)}
    )  # fmt: skip


def test_faults_are_one_line_each_and_stop_no_other_row(tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    first = "a,hr,0.75,0.6,0.95,,,,,,,"
    rows = [row.replace("b,", f"b{i},", 1) if row.startswith("b,") else row for i, row in enumerate(FAULTS)]
    table.write_text("\n".join([HEAD, first, *rows, "z,or,1.5,1.1,2.1,,,,,,higher,1.2", ""]), encoding="utf-8")
    seen: list[str] = []
    done = batch_file(table, tmp_path / "out.csv", workers=1, done=lambda _rows, faults: seen.extend(faults))
    assert (done.trials, done.faulty, done.ignored) == (len(FAULTS) + 2, len(FAULTS), [])
    found = pd.read_csv(tmp_path / "out.csv")
    for line, (said, expected) in enumerate(zip(seen, FAULTS.values(), strict=True), start=3):
        own = expected.replace("b: ", f"b{line - 3}: ", 1) if expected.startswith("b: ") else expected
        assert said.startswith(f"{table}: line {line}: {own}") and "\n" not in said, said
    assert list(found["error"].dropna()) == seen
    assert found["p_benefit_sceptical"].notna().tolist() == [True, *[False] * len(FAULTS), True]
    assert found["verdict"].notna().tolist() == [True, *[False] * len(FAULTS), True]


def test_the_command_answers_what_it_can_and_says_so(tmp_path: Path) -> None:
    table, out = tmp_path / "trials.csv", tmp_path / "answers.parquet"
    rows = [
        "id,title,measure,estimate,lower,upper",
        'a,"two\nlines",hr,0.75,0.6,0.95',
        "",
        "b,x,hr,0.75,0.8,0.9",
        "c,x,HR,0.5,0.3,0.8",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    done = run(table, "--out", out, "--prior", "sceptical", "--prior", "neutral", "--json")
    assert done.returncode == 1 and json.loads(done.stdout) == {"trials": 3, "faulty": 1, "ignored": ["title"]}
    assert done.stderr.splitlines() == [
        f"error: {table}: line 5: b: lower: 0.8 is above the estimate 0.75; allowed: lower below upper, and the estimate from lower to upper",
        "Columns that are not read: title.",
        "All of them: the column 'error' has every fault, on the row of its trial.",
        f"2 of 3 trials answered: {out}",
    ]
    found = pd.read_parquet(out)
    assert list(found["id"]) == ["a", "b", "c"] and [c for c in found if c.startswith("median")] == [
        "median_sceptical",
        "median_neutral",
    ]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_table_that_is_not_usable_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"

    def refused(text: str, kind: type[Exception], match: str, **asked: Any) -> None:
        table = tmp_path / "trials.csv"
        table.write_bytes(text.encode("latin-1"))
        with pytest.raises(kind, match=match):
            batch_file(table, asked.pop("out", out), workers=1, **asked)
        assert not out.exists() and not list(tmp_path.glob(".*"))

    row = "\na,hr,0.75,0.6,0.95\n"
    good = "id,measure,estimate,lower,upper"
    refused("measure,estimate,lower,upper\nhr,0.75,0.6,0.95\n", InvalidInput, "no column 'id'")
    refused("id,measure,estimat,lower,upper" + row, UnknownName, "did you mean 'estimate'")
    refused("id,measure,estimate,lower,lower" + row, InvalidInput, "'lower' stands there twice")
    refused("id,measure,estimate" + row, InvalidInput, "neither ratios nor counts")
    refused("", InvalidInput, "no column 'id'")
    refused(good + "\na,h\xff,1,1,1\n", InvalidInput, "line 2: cannot be read .*CSV in UTF-8")
    refused(good + row, UnknownName, "did you mean 'sceptical'", priors=["sceptica"])
    refused(good + row, UnknownName, "no density 'adjuvant_colon'", priors=["adjuvant_colon"])
    refused(good + row, UnknownName, "no prior of the batch 'neutral'", priors=["sceptical"], primary="neutral")
    refused(good + row, InvalidInput, "named twice", priors=["sceptical", "sceptical"])
    refused(good + row, InvalidInput, "ends in .parquet or .csv", out=tmp_path / "answers.xls")
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    refused(good + row, UnwritableOutput, "cannot be written", out=tmp_path / "taken" / "answers.csv")
    with pytest.raises(InvalidInput, match="is not a file"):
        batch_file(tmp_path / "none.csv", out)
    (tmp_path / "bad.parquet").write_text("text", encoding="utf-8")
    with pytest.raises(InvalidInput, match="is not a Parquet file"):
        batch_file(tmp_path / "bad.parquet", out)


def test_a_run_that_fails_leaves_the_answers_of_the_last(tmp_path: Path) -> None:
    table, out = tmp_path / "trials.csv", tmp_path / "answers.csv"
    many(3).to_csv(table, index=False)
    batch_file(table, out)
    before = out.read_bytes()
    with table.open("ab") as file:
        file.write(b"\xff\xff")
    with pytest.raises(InvalidInput, match="line 5"):
        batch_file(table, out)
    assert out.read_bytes() == before and sorted(path.name for path in tmp_path.iterdir()) == [
        "answers.csv",
        "trials.csv",
    ]


def test_csv_parquet_and_frame_say_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.concat(
        [many(30).assign(better=rng.choice(["lower", "higher"], 30)), pd.DataFrame([COUNTED])], ignore_index=True
    )
    frame.to_csv(tmp_path / "trials.csv", index=False)
    frame.to_parquet(tmp_path / "trials.parquet")
    expected = cb.batch(frame, workers=1)
    assert expected["error"].isna().all() and len(expected) == 31
    for kind in ("csv", "parquet"):
        for size in (7, None):
            batch_file(tmp_path / f"trials.{kind}", tmp_path / "out.parquet", workers=1, size=size)
            pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), expected, check_dtype=False)
    batch_file(tmp_path / "trials.csv", tmp_path / "out.csv", workers=1)
    found = pd.read_csv(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=0, atol=0)


def test_an_empty_table_has_the_columns_of_its_answers() -> None:
    empty, one = cb.batch(many(0)), cb.batch(many(1))
    assert len(empty) == 0 and list(empty.columns) == list(one.columns)


def test_processes_write_the_same_bytes(tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    many(900).to_csv(table, index=False)
    for workers in (1, 2):
        batch_file(table, tmp_path / f"{workers}.parquet", workers=workers, size=100)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_defaults_are_those_of_analysis_documents() -> None:
    higher = {**SOUND, "id": "c", "better": "higher"}
    found = cb.batch(pd.DataFrame([SOUND, {**SOUND, "id": "b", "level": 0.95, "better": "lower", "mcid": 0.8}, higher]))
    pd.testing.assert_series_equal(found.iloc[0].drop("id"), found.iloc[1].drop("id"), check_names=False)
    assert found["mcid"].tolist() == [0.8, 0.8, 1.25] and found["better"].tolist() == ["lower", "lower", "higher"]
    assert (
        cb.batch(pd.DataFrame([SOUND]), priors=["neutral", "reference"])["verdict"].item()
        == found["verdict_neutral"][0]
    )


@pytest.mark.parametrize("ratio", [0.3, 0.8, 0.97, 1.0, 1.4])
@pytest.mark.parametrize("se", [0.02, 0.2, 1.0])
def test_every_limit_is_where_the_benefit_is_just_lost(ratio: float, se: float) -> None:
    """Put back into the posterior, each closed form gives the threshold to rounding."""
    y, width = np.array([np.log(ratio)]), np.array([se])

    def p_benefit(y: Any, width: Any, mean: Any, sd: Any) -> float:
        return float(
            normal.posterior(np.asarray(y), np.asarray(width), np.asarray(mean), np.asarray(sd)).below(0.0).item()
        )

    at_threshold = pytest.approx(rule.SURVIVES, abs=1e-12)
    sd = normal.critical_sds(y, width)
    if np.isfinite(sd).all() and sd > 0.005:
        assert p_benefit(y, width, 0.0, sd) == at_threshold
    advocate = normal.critical_advocacies(y, width)
    if np.isfinite(advocate).all():
        assert p_benefit(y, width, advocate / 2, -advocate / 2 / rule.Z) == at_threshold
    for mean, prior_sd in ((0.0, 0.205), (0.2, 0.2), (-0.3, 0.17), (0.0, 1.0)):
        pessimistic = normal.fail_safe_means(y, width, prior_sd)
        if np.isfinite(pessimistic).all() and pessimistic < 6:
            assert p_benefit(y, width, pessimistic, prior_sd) == at_threshold
        if rule.survives(p_benefit(y, width, mean, prior_sd)):
            bias = normal.bias_limits(y, width, mean, prior_sd)
            if np.isfinite(bias).all():
                assert p_benefit(y + bias, width, mean, prior_sd) == at_threshold
            discount = normal.discount_limits(y, width, mean, prior_sd)
            if discount < 1:
                assert p_benefit(y, width / np.sqrt(1 - discount), mean, prior_sd) == at_threshold
            else:
                assert rule.survives(float(ndtr(-mean / prior_sd)))


OTHERS = (
    "student_t(0, 0.2, 3)", "cauchy(0, 0.1)", "mixture(0.5: 0, 0.05; 0.5: -0.8, 0.2)", "two_piece(0, 0.1, 0.3)",
    "quantiles(0.05: -0.5, 0.5: -0.1, 0.95: 0.3)", "normal(0.2, 0.2)",
)  # fmt: skip


@pytest.mark.parametrize("text", OTHERS)
def test_other_priors_are_integrated_as_one_by_one(text: str) -> None:
    """Against the exact engine on a curve of its own, to that engine's accuracy; a normal prior against its closed form."""
    from crlm_bayes.exact.curve import EvidenceCurve

    prior, rng = parse_prior(text), np.random.default_rng(3)
    se = np.exp(rng.uniform(np.log(0.02), np.log(3), 12))
    y = np.clip(rng.normal(0, 1, 12) * se * np.tile([0.3, 3, 30], 4), -8, 8)
    cuts = np.tile([0.0, -0.22, 0.22], (12, 1))
    found = posteriors(prior, y, se, cuts)
    for i in range(12):
        alone = EvidenceCurve.tabulate(lambda theta, i=i: -0.5 * ((theta - y[i]) / se[i]) ** 2).apply(prior)
        assert found.p_below[i] == pytest.approx([alone.p_below(cut) for cut in cuts[i]], abs=3e-8)
        assert found.quantiles[i] == pytest.approx([alone.median, *alone.interval], abs=1e-7 * se[i])
    if prior.normal is not None:
        exact = normal.posterior(y[:, None], se[:, None], *prior.normal)
        assert found.p_below == pytest.approx(exact.below(cuts), abs=1e-11)
        assert found.quantiles[:, 0] == pytest.approx(exact.mean[:, 0], abs=1e-11)
        log_bf = normal.log_bf10(y, se, *prior.normal) + normal.log_density_of_no_effect(y, se)
        assert found.log_evidence == pytest.approx(log_bf, rel=1e-12)


def test_a_prior_book_of_ones_own_and_its_primary_prior(tmp_path: Path) -> None:
    """Bias and discount under a Student prior, against the searches of one trial by itself."""
    book = '[{}]\ndist = "student_t"\nmean = 0.0\nsd = 0.3\ndf = 4.0\nrationale = "made"\n\n[wide]\ndist = "normal"\nmean = 0.0\nsd = 1.0\nrationale = "made"\n'
    (tmp_path / "priors.toml").write_text(book.format("heavy"), encoding="utf-8")
    found = cb.batch(
        pd.DataFrame([SOUND, {**SOUND, "id": "b", "upper": 0.8, "better": "higher"}]), models=tmp_path, primary="heavy"
    )
    from crlm_bayes.exact.curve import EvidenceCurve
    from crlm_bayes.scepticism.tipping import bearing_limits

    y, se = np.log(0.75), np.log(0.95 / 0.6) / 2 / rule.Z
    curve = EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)
    ((bias, discount),) = bearing_limits(curve, 1, [parse_prior("student_t(0, 0.3, 4)")])
    assert found["bias_limit"][0] == pytest.approx(bias, abs=1e-6) and found["discount_limit"][0] == pytest.approx(
        discount, abs=1e-6
    )
    assert found["fail_safe_mean_heavy"].isna().all() and found["fail_safe_mean_wide"].notna().tolist() == [True, False]
    assert (
        found["bias_limit"].isna().tolist() == [False, True]
        and found["verdict"].tolist() == found["verdict_heavy"].tolist()
    )


def test_verdicts_of_arrays_are_those_of_the_rule() -> None:
    marks = [0.0, rule.LOWER, 0.5, rule.SURVIVES - 1e-9, rule.SURVIVES, 1.0]
    cases = [(w, b, h) for w in marks for b in marks for h in marks if w <= b <= 1 - h + 1e-12]
    assert len({verdict_of(*case) for case in cases}) == len(Verdict)
    places = verdicts_of(*np.array(cases).T)
    assert [list(Verdict)[place] for place in places] == [verdict_of(*case) for case in cases]


def test_a_batch_loads_neither_sampler_nor_pictures(tmp_path: Path) -> None:
    many(3).to_csv(tmp_path / "trials.csv", index=False)
    code = (
        "import sys; from crlm_bayes.api import batch_file; "
        f"batch_file({str(tmp_path / 'trials.csv')!r}, {str(tmp_path / 'out.parquet')!r}); "
        "print([m for m in ('pymc', 'pytensor', 'nutpie', 'arviz', 'matplotlib', 'xarray', 'distributed') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crlm_bayes.run.batch.PATIENCE", 0.3)
    with pytest.raises(InvalidInput, match="scheduler: none answers at 'tcp:"):
        cb.batch(many(2), scheduler="tcp://127.0.0.1:1")
