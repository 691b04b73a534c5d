"""The scan for denominators: exact in integers, honest about chance, silent on papers that add up."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from crlm_bayes.audits.counts.denominators import CHANCE, FEWEST, TRIED, Scan, denominator, possible, printable, scans
from crlm_bayes.audits.counts.percentages import Share, shares
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

COMPLETE = {"complete_follow_up_months": 36.0, "complete_follow_up_basis": "made"}
OF_90 = ("41.1", "46.7", "68.9", "75.6", "91.1", "51.1", "72.2", "26.7", "45.6", "15.6")


def counted(*percents: str, arm: str = "control", n: int = 38, **fields: Any) -> list[dict[str, Any]]:
    return [{"endpoint": f"e{i}", "arm": arm, "n": n, "percent": p, **fields} for i, p in enumerate(percents)]


def scan(*percents: str, n: int = 38) -> Scan:
    (found,) = scans(ministudy((n, n), counts=counted(*percents, n=n)))
    return found


def share(percent: str, n: int = 38) -> Share:
    return Share("", "control", None, "", (), None, n, PrintedNumber.parse(percent), "")


def prints(percent: str, n: int) -> bool:
    """By brute force over all counts."""
    half = Fraction(1, 2 * 10 ** len(percent.partition(".")[2]))
    return any(abs(Fraction(100 * k, n) - Fraction(percent)) <= half for k in range(n + 1))


@pytest.mark.parametrize("percent", ["0", "100.0", "0.2", "37", "12.5", "46.7", "99.9", "4.60", "33.333", "62.50"])
def test_possible_denominators_are_those_of_a_search_through_all_counts(percent: str) -> None:
    n = np.arange(1, 260)
    assert possible(share(percent), n).tolist() == [prints(percent, int(x)) for x in n]


def test_many_decimals_do_not_overflow() -> None:
    third = share("33." + "3" * 17)
    assert [n for n in TRIED if n % 3 == 0] == [
        n for n, fits in zip(TRIED, possible(third, np.array(TRIED)), strict=True) if fits
    ]
    assert possible(share("33." + "3" * 10), np.array([30, 31])).tolist() == [True, False]


@pytest.mark.parametrize("n", [1, 3, 8, 16, 38, 64, 80, 99, 100, 101, 150, 160, 200, 400])
@pytest.mark.parametrize("places", [0, 1])
def test_number_of_printable_percentages_by_brute_force(n: int, places: int) -> None:
    texts = [f"{i / 10**places:.{places}f}" for i in range(100 * 10**places + 1)]
    assert int(printable(np.array(n), places)) == sum(bool(possible(share(t), np.array(n))) for t in texts)


def test_every_percentage_possible_is_no_misfit() -> None:
    found = scan("47.4", "52.6", "31.6", "0.0", "100.0")
    assert (found.misfits, found.explained, found.best, found.chance) == ((), 0, None, 1.0)
    assert found.tried == TRIED and set(found.fits) == {0} and not found.conspicuous
    assert found.percents == ("47.4", "52.6", "31.6", "0.0", "100.0")


def test_percentages_of_another_number_of_patients_are_traced() -> None:
    study = ministudy((38, 38), counts=counted(*OF_90, "50.0"))
    (found,) = scans(study)
    assert (found.best, found.explained, found.misfits) == (90, 10, OF_90)
    assert found.fits[TRIED.index(90)] == found.fits[TRIED.index(180)] == 10 == max(found.fits)
    assert found.entries == tuple(f"counts/e{i}/control" for i in range(10))
    (finding,) = denominator(study)
    assert finding.severity == "serious" and finding.id == "mini2020.denominator.arms-of-38"
    assert finding.entries == found.entries and finding.recomputed == "10 of them are multiples of 1/90"
    assert finding.message == (
        "Of the 11 different percentages printed for arms of 38 patients, 10 are possible with no whole number of 38; 10 of "
        f"these are, as rounded, multiples of 1/90 (chance of such a coincidence below 1 in {10 ** -(math.floor(math.log10(found.chance)) + 1):,})."
    )


def test_misfits_of_another_kind_are_tolerated() -> None:
    found = scan(*OF_90, "41.4", "55.7", "60.9")
    assert (found.best, found.explained, len(found.misfits)) == (90, 10, 13) and found.conspicuous
    assert "counts/e10/control" not in found.entries


def test_chance_is_the_tail_of_a_binomial_distribution() -> None:
    """90 patients print 91 of the 1001 percentages with one decimal; 39 of these are possible with 38 patients."""
    found = scan(*OF_90)
    q = 91 / (1001 - 39)
    assert found.chance == pytest.approx(len(TRIED) * q**10, rel=1e-9)
    with_two_more = scan(*OF_90, "41.4", "55.7")
    tail = sum(math.comb(12, k) * q**k * (1 - q) ** (12 - k) for k in (10, 11, 12))
    assert with_two_more.chance == pytest.approx(len(TRIED) * tail, rel=1e-9)


def test_percentage_and_its_complement_count_once_for_chance() -> None:
    assert scan(*OF_90, "58.9", "53.3").chance == pytest.approx(scan(*OF_90).chance, rel=1e-12)
    assert scan(*OF_90, "58.9", "53.3").explained == 12


def test_decimals_may_differ() -> None:
    """With two decimals a denominator prints as many of ten times more percentages."""
    found = scan("46.7", "68.89", "75.56", n=38)
    assert (found.best, found.explained) == (45, 3)
    q1, q2 = 46 / (1001 - 39), 46 / (10001 - 39)
    assert found.chance == pytest.approx(len(TRIED) * q1 * q2 * q2, rel=1e-9)


def test_two_misfits_are_never_enough() -> None:
    found = scan("46.6667", "68.8889")
    assert found.best == 45 and found.explained == 2 < FEWEST and found.chance < CHANCE and not found.conspicuous


def test_coincidence_is_no_finding() -> None:
    found = scan("41.4", "12.3", "66.1")
    assert len(found.misfits) == 3 and found.chance > CHANCE and not found.conspicuous


def test_percentage_printed_twice_counts_once() -> None:
    study = ministudy((38, 38), counts=[*counted(*OF_90), *counted(*OF_90, arm="drug")])
    (found,) = scans(study)
    assert found.arms == ("control", "drug") and found.misfits == OF_90 and found.explained == 10
    assert found.chance == pytest.approx(scan(*OF_90).chance) and len(found.entries) == 20


def test_arms_of_different_size_are_scanned_apart() -> None:
    study = ministudy((38, 40), counts=[*counted(*OF_90), *counted("50.0", arm="drug", n=40)])
    assert [(s.arms, s.n, len(s.misfits)) for s in scans(study)] == [(("control",), 38, 10), (("drug",), 40, 0)]
    assert [(s.arms, s.n) for s in scans(ministudy((38, 40), counts=counted(*OF_90)))] == [(("control",), 38)]
    assert not scans(ministudy())


def test_printed_denominator_is_no_discovery() -> None:
    """Where an entry is printed for 90 patients, 90 is one of the paper's own denominators."""
    rows = [*counted(*OF_90), {"endpoint": "r0", "arm": "control", "n": 30, "events": 15, "percent": "50.0"}]
    assert denominator(ministudy((38, 38), counts=rows))
    rows[-1] |= {"n": 90, "events": 45}
    study = ministudy((38, 38), counts=rows)
    assert scans(study)[0].best == 90 and not denominator(study)


def test_percentages_cut_off_estimates_and_centres_are_no_misfits() -> None:
    cut = [
        {"endpoint": f"e{k}", "arm": "control", "events": k, "n": 217, "percent": f"{1000 * k // 217 / 10:.1f}"}
        for k in range(1, 40)
    ]
    assert not any(s.misfits for s in scans(ministudy((217, 217), counts=cut)))
    curve = [
        {"endpoint": "os", "arm": "control", "months": str(i + 1), "percent": p}
        for i, p in enumerate(sorted(OF_90, reverse=True))
    ]
    assert not scans(ministudy((38, 38), survival=curve))
    assert scans(ministudy((38, 38), COMPLETE, survival=curve))[0].best == 90
    centres = [{"name": "North", "n": 76}]
    assert not scans(ministudy((38, 38), centres=centres, counts=counted(*OF_90, centre="North")))


def test_chance_is_kept_under_its_bound_by_random_percentages() -> None:
    """Of 200 scans of random percentages 10 may fall under 0.05, were the bound sharp."""
    rng, low = np.random.default_rng(20250307), 0
    for _ in range(200):
        values = [f"{rng.integers(0, 1001) / 10:.1f}" for _ in range(12)]
        found = scan(*dict.fromkeys(values))
        low += found.chance < 0.05
        assert not found.conspicuous
    assert low <= 20


def test_papers(published: dict[str, Study]) -> None:
    (found,) = scans(published["yan2025"])
    assert (found.arms, found.n, found.best) == (("control", "bev"), 38, 90)
    assert (len(found.misfits), found.explained) == (19, 17) and found.chance < 1e-9
    assert {"41.4", "55.7"} <= set(found.misfits)
    (finding,) = denominator(published["yan2025"])
    assert finding.severity == "serious" and len(finding.entries) == 17
    assert not {"counts/pr/control", "counts/pr/bev"} & set(finding.entries)
    assert {s.n: len(s.misfits) for s in scans(published["chen2025"])} == {217: 1, 118: 2}
    assert not denominator(published["chen2025"])
    assert len(list(shares(published["chen2025"]))) > 30


def test_fits_of_a_paper_by_brute_force(published: dict[str, Study]) -> None:
    (found,) = scans(published["yan2025"])
    for n in (10, 38, 45, 89, 90, 91, 180, 500):
        assert found.fits[TRIED.index(n)] == sum(prints(p, n) for p in found.misfits)
