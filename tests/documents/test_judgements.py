"""Judgements of certainty are data of the user: read, held to their words, and no analysis."""

from pathlib import Path

import pytest

from crlm_bayes.answers.checking import check_documents
from crlm_bayes.documents.analyses import spec_paths
from crlm_bayes.documents.judgements import identity, read_judgements
from crlm_bayes.errors import CrlmBayesError

GOOD = """
[pfs]
certainty = "low"
reason = "one small trial"
risk_of_bias = { level = "serious", reason = "nobody was blinded" }
imprecision = { level = "very serious", reason = "80 patients" }

[orr]
certainty = "very low"
"""


def written(trial: Path, text: str) -> Path:
    folder = trial / "models"
    (folder / "judgements.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_judgements_has_none(trial: Path) -> None:
    assert read_judgements(trial / "models") == {}


def test_judgements_are_read_and_are_no_analysis(trial: Path) -> None:
    before = spec_paths(trial / "models")
    found = read_judgements(written(trial, GOOD))
    assert found["pfs"].certainty == "low" and found["orr"].concerns == {}
    assert {name: concern.level for name, concern in found["pfs"].concerns.items()} == {
        "risk_of_bias": "serious",
        "imprecision": "very serious",
    }
    assert spec_paths(trial / "models") == before
    assert check_documents(trial / "published", trial / "models")[0] == []
    assert identity(found) != identity({}) == identity(read_judgements(trial / "published"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"low"', '"lwo"', ["judgements.toml: pfs: certainty", "'lwo'", "allowed: high, moderate, low, very low", "did you mean 'low'"]),
        ("risk_of_bias", "risk_of_bais", ["pfs: risk_of_bais", "unknown key", "risk_of_bias", "did you mean 'risk_of_bias'"]),
        ('"serious"', '"seriuos"', ["pfs: risk_of_bias: level", "not serious, serious, very serious", "did you mean 'serious'"]),
        (', reason = "80 patients"', "", ["pfs: imprecision: reason", "required but missing"]),
        ("[pfs]", "[psf]", ["judgements.toml", "there is no outcome 'psf'", "allowed: orr, pfs", "did you mean 'pfs'"]),
        ('certainty = "low"\n', "", ["pfs: certainty", "required but missing"]),
    ],
)  # fmt: skip
def test_a_misspelt_judgement_is_one_line(trial: Path, old: str, new: str, says: list[str]) -> None:
    assert old in GOOD
    folder = written(trial, GOOD.replace(old, new, 1))
    with pytest.raises(CrlmBayesError) as caught:
        read_judgements(folder)
    line = str(caught.value)
    assert "\n" not in line and all(part in line for part in says), line
    assert line in check_documents(trial / "published", folder)[0]


def test_where_an_answer_is_declared_only_answers_are_judged(trial: Path) -> None:
    path = trial / "models" / "response_trial2020.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('endpoint = "orr"', 'endpoint = "orr"\nanswers = "orr"'), encoding="utf-8")
    with pytest.raises(CrlmBayesError, match="no outcome 'pfs'; allowed: orr"):
        read_judgements(written(trial, GOOD))
