"""What people read: it fits the width, leads with the verdict, and what asks what if bears none."""

import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from crlm_bayes import api
from crlm_bayes.cli import app
from crlm_bayes.commands import console
from crlm_bayes.commands.audit import print_audits
from crlm_bayes.commands.sceptic import print_scepticism
from crlm_bayes.prose.beside.doubts import besides
from crlm_bayes.run.one import unsampled
from crlm_bayes.run.store import RECORD, Store, write_json
from crlm_bayes.sampling.settings import Settings
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import SIGNS
from crlm_bayes.words.numbers import estimate
from makers.command_line import crlm

ROOT = Path(__file__).parents[2]
CHEAP = ("sceptic", "audit", "show", "list", "check", "schema")
MARKS = "".join(set("".join(SIGNS.values())))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the invented trial where the examples of the help look for it."""
    shutil.copytree(ROOT / "tests" / "data" / "published", tmp_path / "mytrials" / "data")
    shutil.copytree(ROOT / "tests" / "data" / "models", tmp_path / "mytrials" / "models")
    return tmp_path


def examples() -> dict[str, list[str]]:
    found = {command.name or command.callback.__name__: command.epilog or "" for command in app.registered_commands}
    return {name: re.findall(r"^crlm-bayes (.+)$", epilog, flags=re.MULTILINE) for name, epilog in found.items()}


def test_the_help_of_every_command_has_examples_of_it() -> None:
    assert all(said and all(one.split()[0] == name for one in said) for name, said in examples().items()), examples()


@pytest.mark.parametrize(
    "example", [one for name in CHEAP for one in examples()[name] if one not in ("audit", "audit --strict", "list")]
)
def test_examples_run(example: str, own: Path) -> None:
    said = crlm(*shlex.split(example), cwd=own)
    assert said.returncode == 0 and said.stdout, said.stderr


def test_options_that_mean_nothing_are_not_taken() -> None:
    for words in (
        "sceptic --out x",
        "audit --out x",
        "audit --models x",
        "show os_direct --out x",
        "check --out x",
        "schema --json",
    ):
        assert crlm(*words.split()).returncode == 2, words
        assert "No such option" in crlm(*words.split()).stderr


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize(
    "words", ["sceptic pfs_chen2025_landmark --verbose", "show os_direct", "audit yan2025 alt2016 artist", "list"]
)
def test_every_line_fits_the_terminal(words: str, columns: int) -> None:
    said = crlm(*words.split(), columns=columns)
    assert said.returncode == 0
    lines = said.stdout.splitlines()
    assert len(lines) > 5 and max(map(len, lines)) <= columns, max(lines, key=len)
    assert max(map(len, lines)) > columns * 0.7, "the width is used"


def test_nothing_is_cut_off_where_it_is_narrow(capsys: pytest.CaptureFixture[str]) -> None:
    wide, narrow = (crlm("sceptic", "pfs_chen2025_landmark", columns=n).stdout for n in (140, 60))
    assert "…" not in narrow
    assert sorted(re.findall(r"[\d.]{4,}", wide)) == sorted(re.findall(r"[\d.]{4,}", narrow))


def test_a_pipe_has_a_width_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert console.stdout().width == console.PIPED
    monkeypatch.setenv("COLUMNS", "70")
    assert console.stdout().width == 70


def test_what_documents_say_is_no_markup(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    console.say(console.stdout(), "as [bold]printed[/] in [1]", indent=2)
    assert capsys.readouterr().out == "  as [bold]printed[/] in [1]\n"


def test_a_paragraph_keeps_its_indent() -> None:
    stream = io.StringIO()
    console.say(Console(file=stream, width=40, highlight=False), "word " * 30, indent=2, hang=4)
    first, *rest = stream.getvalue().splitlines()
    assert first.startswith("  word") and rest and all(line.startswith("      word") for line in rest)


def test_the_sceptic_begins_with_the_verdict_and_keeps_beliefs_for_those_who_ask() -> None:
    plain = crlm("sceptic", "pfs_chen2025_landmark").stdout.splitlines()
    assert plain[1].startswith("At face value the benefit survives the primary, sceptical prior")
    text, verbose = "\n".join(plain), crlm("sceptic", "pfs_chen2025_landmark", "--verbose").stdout
    for hidden in ("Other priors", "optimistic strong", "believes that"):
        assert hidden not in text and hidden in verbose
    assert "--verbose" in text and "Against each prior" in text


def test_what_asks_what_if_is_in_a_block_of_its_own_without_a_mark(own: Path) -> None:
    said = crlm("sceptic", "orr_chen2025_counts", "orr_yan2025_percent_of_90").stdout
    printed, _, supposed = said.partition("What if ...")
    assert re.search(f"[{MARKS}]", printed) and "If what is supposed were so" in supposed
    body = supposed.partition("● survives")[0]
    assert not re.search(f"[{MARKS}]", body)
    assert not re.search(r"\bsurvive|\bfalls if\b", body.partition("Against each")[0])


def test_the_list_has_endpoints_verdicts_and_what_is_not_fitted(own: Path) -> None:
    folders = ("--data", "mytrials/data", "--models", "mytrials/models")
    answer = api.ask(api.question("ratio_trial2020", data=own / folders[1], models=own / folders[3]))
    for text in (own / "mytrials" / "models").glob("response*.toml"):
        text.write_text("hypothetical = true\n" + text.read_text(encoding="utf-8"), encoding="utf-8")
    Store(own / "reports").write_analysis(
        "ratio_trial2020", lambda folder: write_json(folder / RECORD, unsampled(answer, Settings()).record)
    )
    said = crlm("list", *folders, cwd=own)
    assert said.returncode == 0, said.stderr
    printed, _, what_if = said.stdout.partition("What if ...")
    (v,) = (v for v in answer.panel if v.prior == answer.spec.primary)
    ratio = estimate(v.median, v.lower, v.upper)
    line = f"  ratio_trial2020  exact, not yet sampled\n    {SIGNS[mark_of(v.p_benefit)]} "
    assert line in printed and f": HR {ratio}, P(benefit)" in printed
    assert printed.startswith("Progression-free survival\n") and "survival_trial2020  no result" in printed
    assert "response_trial2020" in what_if and "response_trial2020" not in printed


def test_the_audit_has_the_gravest_first_and_the_clean_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    audits = api.audit(names=["artist", "become", "asso_lm1", "chen2025", "yan2025"])
    print_audits(audits)
    text = capsys.readouterr().out
    assert (
        text.index("yan2025")
        < text.index("chen2025")
        < text.index("asso_lm1")
        < text.index("Nothing that does not add up")
    )
    clean = " ".join(text.partition("Nothing that does")[2].split())
    assert clean == "not add up was found in two other studies: ARTIST and BECOME. No DOI or PMID is given of BECOME."


def test_the_rule_of_what_is_lacking_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("orr_chen2025_counts", "complication_direct"):
        answer = api.ask(api.question(name))
        print_scepticism([answer])
        said = " ".join(capsys.readouterr().out.split())
        assert besides(answer) and all(" ".join(sentence.split()) in said for sentence in besides(answer))
