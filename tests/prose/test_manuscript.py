"""Paragraphs for a manuscript: every number in them is one of the run, and every reference stands in the program."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import crlm_bayes as cb
from crlm_bayes.answers.absolute import without_risk
from crlm_bayes.answers.result import Result
from crlm_bayes.api import _result
from crlm_bayes.documents.study import Study
from crlm_bayes.priors.content import content
from crlm_bayes.prose.absolute import differences
from crlm_bayes.prose.manuscript.methods import methods
from crlm_bayes.prose.manuscript.references import AUTHORS, METHODS, TITLE, bibtex
from crlm_bayes.prose.manuscript.results import results
from crlm_bayes.rule import LOWER, SURVIVES, Z
from crlm_bayes.words import numbers
from crlm_bayes.words.nouns import vocabulary

ROOT = Path(__file__).parents[2]
KINDS = (
    "pfs_chen2025_landmark",
    "os_direct",
    "hypertension_grade3plus",
    "wound_volk2016_or",
    "orr_yan2025_percent_of_90",
)
"""A cohort, a synthesis with bias, a synthesis of a harm, a harm from a printed ratio, and a reading that asks what if."""

NUMBER = re.compile(r"(?<![\w.,])[<>]?\d[\d,]*(?:\.\d+)*%?(?![\w]*\d)")


@pytest.fixture(scope="module")
def of() -> Callable[[str], Result]:
    known: dict[str, Result] = {}
    return lambda name: known.setdefault(name, _result(cb.ask(cb.question(name))))


def in_text(paragraphs: list[str]) -> set[str]:
    return {match.rstrip(",") for text in paragraphs for match in NUMBER.findall(text.replace("²", ""))}


def of_the_run(result: Result) -> Iterator[str]:
    """Every number of tables, panel and record, as `words.numbers` writes it."""
    spec, words = result.spec, vocabulary(result.spec)
    table = result.estimates
    for column in ("median", "eti95_lower", "eti95_upper"):
        for x in table[column].dropna().astype(float):
            yield from (
                numbers.ratio(x),
                numbers.number(abs(x)),
                numbers.points(x),
                numbers.percent(x),
                numbers.needed(x),
            )
            if abs(x) < 700:
                yield numbers.ratio_of(x)  # β is written as the factor that it is
    for column in ("p_benefit", "p_mcid", "p_harm"):
        yield from (numbers.probability(p) for p in table[column].dropna().astype(float))
    yield from (words.chance(p) for p in table["p_benefit"].dropna().astype(float))
    for row in result.record["verdicts"]:
        yield from (
            words.chance(row["p_benefit"]),
            words.chance(row["p_allowing_for_bias"]),
            numbers.percent(row["prior_share"], 0),
        )
    scepticism, borne = result.scepticism, result.robustness
    for e_value in (scepticism.e_value, scepticism.e_value_ci):
        yield numbers.number(e_value)
    if scepticism.critical_sd is not None:
        yield from numbers.ratio_span((-Z * scepticism.critical_sd, Z * scepticism.critical_sd)).split(" to ")
    if borne.headline.bias is not None:
        yield numbers.ratio_of(borne.headline.bias)
    if borne.headline.discount is not None:
        yield from (numbers.percent(x, 0) for x in (borne.headline.discount, 1 - borne.headline.discount))
    if borne.needed is not None:
        yield numbers.ratio(borne.needed)
    yield from (str(v) for v in result.record["versions"].values())
    if result.synthesis is not None:
        yield words.chance(result.pooled.predictive.p_benefit(spec.sign))
        yield from (numbers.as_percent(risk) for _, risk in without_risk(result))
    for d in differences(result):
        yield from (d.months, *in_text([d.given]))


def of_the_documents(result: Result) -> Iterator[str]:
    """What the documents state, and the numbers of the rule."""
    spec = result.spec
    yield from (numbers.threshold(spec.mcid), numbers.threshold(1 / spec.mcid), numbers.LEVEL, "1", "15%")
    yield from (numbers.probability(SURVIVES), numbers.probability(LOWER))
    for prior in result.question.priors.values():
        held = content(prior, spec.sign, spec.mcid)
        yield from (numbers.ratio(held.lower), numbers.ratio(held.upper))
    stated = [getattr(spec.priors, key) for key in type(spec.priors).model_fields if key != "centres"]
    yield from in_text([numbers.true_minus(prior.cell) for prior in stated if prior is not None])
    said: list[str] = [spec.question]
    for audit in result.question.audits.values():
        study: Study = audit.study
        yield str(audit.checks)
        yield from in_text(
            [study.name or "", study.complete_follow_up_basis or "", *(f.message for f in audit.findings)]
        )
        yield numbers.short(study.complete_follow_up_months or 0)
        own = spec.of_study(study.id)
        said += [one.basis for one in (own.effective_n, own.effective_events) if one is not None]
        said.append(spec.reading_of(study.id).basis or "")
    yield from in_text(said)
    patients = {name: audit.study.patients or 0 for name, audit in result.question.audits.items()}
    groups = [
        [n for name, n in patients.items() if (result.question.audits[name].study.design == "rct") == rct]
        for rct in (True, False)
    ]
    yield from (numbers.number(sum(group), 0) for group in groups)
    yield from (numbers.number(n, 0) for n in patients.values())


@pytest.mark.parametrize("name", KINDS)
def test_every_number_is_one_of_the_run(name: str, of: Callable[[str], Result]) -> None:
    result = of(name)
    text = [*methods(result), *results(result)]
    for cited in METHODS:
        text = [paragraph.replace(cited.cited, "") for paragraph in text]
    for audit in result.question.audits.values():  # Smith 2024
        text = [re.sub(rf"\b[A-Z][\w-]+ {audit.study.year or '0000'}\b", "", paragraph) for paragraph in text]
    versions = sorted({str(v) for v in result.record["versions"].values()}, key=len, reverse=True)
    text = [re.sub("|".join(map(re.escape, versions)), "", paragraph) for paragraph in text]
    text = [re.sub(r"[a-z]+-?\d{4}|(?<=[A-Z])-?\d+[a-z]*|of grade \d", "", paragraph) for paragraph in text]
    known = {*of_the_run(result), *of_the_documents(result)}
    found = in_text(text)
    assert len(found) > 10
    assert found - known == set(), f"numbers of no table in {name}"


def test_a_number_of_no_table_would_be_found(of: Callable[[str], Result]) -> None:
    """The search itself: it finds ratios, probabilities and percentages, and knows none that is made up."""
    result = of(KINDS[0])
    assert in_text(["HR 0.77 (0.61 to 0.97), P <0.001, 19% of 4,000."]) == {
        "0.77",
        "0.61",
        "0.97",
        "<0.001",
        "19%",
        "4,000",
    }
    assert not {"0.7712", "0.123", "77%"} & {*of_the_run(result), *of_the_documents(result)}


def test_what_each_kind_has_to_say(of: Callable[[str], Result]) -> None:
    cohort, pooled, harm, _, what_if = (" ".join([*methods(of(n)), *results(of(n))]) for n in KINDS)
    assert "cohort study (not randomised), 335 patients" in cohort and "At face value the benefit survives" in cohort
    assert "allowing for the bias of a study that is not randomised it is 0.846" in cohort
    assert "standard deviation between studies LogNormal" in pooled and "Without any one study" in pooled
    assert "the audit has five serious findings" in pooled and "accepts by name" in pooled
    assert "a higher risk is established" in harm and "P(higher risk) from" in harm and "benefit survives" not in harm
    assert "If what is supposed were so" in what_if and "No verdict is drawn" in what_if
    assert not re.search(r"the benefit (survives|does not|falls)|claim of benefit", what_if.partition("No verdict")[2])


def test_what_was_sampled_is_told_with_its_gate(of: Callable[[str], Result]) -> None:
    exact = of(KINDS[0])
    gate = {"passed": True, "max_r_hat": 1.00412, "min_ess_bulk": 3235.4, "divergences": 0}
    fits = {"sceptical": {"draws": 1000, "tune": 1500, "gate": gate}}
    sampled = " ".join(methods(replace(exact, record={**exact.record, "fits": fits})))
    assert "sampled by NUTS (four chains, 1,000 draws each after 1,500 of warm-up, seed 20250307)" in sampled
    assert "The fit passed a gate" in sampled and "R-hat was 1.004" in sampled and "size 3,235" in sampled
    assert "NUTS" not in " ".join(methods(exact)) and "PyMC" not in " ".join(methods(exact))


def test_references_are_those_of_documents_and_program(of: Callable[[str], Result]) -> None:
    written = bibtex(of("os_direct"))
    keys = re.findall(r"@misc\{([^,]+),", written)
    assert len(keys) == len(set(keys)) and {"chen2025", "yan2025", "software-crlm_bayes", "method-welton2009"} <= set(
        keys
    )
    assert "10.1177/17588359251328457" in written and written.count("{") == written.count("}")
    for study in of("os_direct").question.studies:
        entry = written.partition(f"@misc{{{study.id},")[2].partition("\n}")[0]
        assert "author" not in entry, "a citation is not taken apart"
    assert "method-betancourt2016" not in written, "nothing was sampled"
    assert AUTHORS in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert TITLE in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_a_method_is_cited_as_the_program_cites_it_elsewhere() -> None:
    """No reference is invented: surname, year and journal stand in a docstring of a method or in a text of the page."""
    package = ROOT / "src" / "crlm_bayes"
    places = [path for path in package.rglob("*") if path.suffix in (".py", ".jinja") and "manuscript" not in str(path)]
    texts = [path.read_text(encoding="utf-8").replace("&", "and") for path in places]
    for cited in METHODS:
        last = [name for name in cited.authors if name != "others"][-1]
        pattern = rf"{last}(,| et al\.| and others)? \(?{cited.year}\)?"
        found = [text for text in texts if re.search(pattern, text)]
        assert found, cited
        assert not cited.where or any(cited.where in text for text in found), cited
        assert all(any(name in text for text in found) for name in cited.authors if name != "others"), cited


def test_what_documents_say_is_text_in_bibtex(of: Callable[[str], Result]) -> None:
    result = of("wound_volk2016_or")
    (audit,) = result.question.audits.values()
    study = audit.study.model_copy(update={"citation": "A & B_{1} \\input{x} 50% $", "doi": "10.1/x}\n@evil{"})
    question = replace(result.question, audits={study.id: replace(audit, study=study)})
    written = bibtex(replace(result, question=question))
    assert r"A \& B\_\{1\} \textbackslash{}input\{x\} 50\% \$" in written
    assert "doi = {10.1/x@evil}" in written and "\n@evil" not in written
