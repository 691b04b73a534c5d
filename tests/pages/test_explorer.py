"""The live explorer without a browser: what a page carries, and that it needs nothing else."""

import base64
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import BSpline

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.pages.explorer import payload
from crlm_bayes.pages.explorer.fragment import explorer_fragment
from crlm_bayes.pages.explorer.layout import CONTROLS, document, library
from crlm_bayes.pages.explorer.payload import Payload, prior_payload
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, StudentT

# Bokeh 3.10 gives no warning on import or when a document is written; none is filtered here.

FOUR = (
    "orr_chen2025_counts",
    "pfs_chen2025_landmark",
    "pfs_yan2025_adjusted_hr",
    "pfs_chen2025_landmark_nonproportional",
)


@pytest.fixture(scope="module")
def payloads(
    analyses: dict[str, AnalysisSpec], priors: dict[str, Prior], curve_of: Callable[[str], EvidenceCurve]
) -> list[Payload]:
    return [payload(analyses[name], curve_of(name), priors) for name in FOUR]


@pytest.fixture(scope="module")
def fragment(payloads: list[Payload]) -> str:
    return str(explorer_fragment(payloads, select=True))


def inside(fragment: str, name: str) -> str:
    found = re.search(rf'<script [^>]*class="{name}">(.*?)</script>', fragment, re.DOTALL)
    assert found
    return found[1]


def read_back(text: str) -> Callable[[Any], Any]:
    """The log likelihood that the page has, from its JSON, by SciPy."""
    carried = json.loads(text)
    c = np.array(carried["coefficients"])
    u = np.linspace(carried["low"], carried["high"], len(c))
    spline = BSpline(np.concatenate([[u[0]] * 6, u[3:-3], [u[-1]] * 6]), c, 5)
    return lambda theta: spline(
        np.clip(np.arcsinh((theta - carried["mode"]) / carried["stretch"]), carried["low"], carried["high"])
    )


@pytest.mark.parametrize("at", range(len(FOUR)), ids=FOUR)
def test_a_page_carries_the_curve_to_eight_decimals(
    at: int, payloads: list[Payload], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    curve = curve_of(FOUR[at])
    theta = np.concatenate([np.linspace(-22, 22, 2001), curve.mode + np.linspace(-3, 3, 1001)])
    carried = read_back(json.dumps(payloads[at]["curve"]))(theta)
    assert np.abs(carried - curve.log_likelihood(theta)).max() < 2e-8


def test_a_curve_with_its_words_is_small(payloads: list[Payload]) -> None:
    for one in payloads:
        assert len(json.dumps(one, separators=(",", ":"))) < 8_000


def test_priors_are_turned_where_higher_is_better(payloads: list[Payload]) -> None:
    response, survival = ({p["name"]: p for p in one["priors"]} for one in payloads[:2])
    assert survival["pessimistic"]["mean"] == pytest.approx(0.22314)
    assert response["pessimistic"]["mean"] == pytest.approx(-0.22314)
    assert survival["sceptical"]["range"] == pytest.approx([0.669, 1.494], abs=1e-3)
    assert (payloads[0]["sign"], payloads[1]["sign"]) == (-1, 1)


def test_priors_of_every_family_can_be_carried() -> None:
    heavy = StudentT(dist="student_t", mean=0.1, sd=0.2, df=5.0, rationale="made")
    carried = prior_payload("heavy", heavy)
    assert carried["constant"] - np.log(0.2) == pytest.approx(float(heavy.logpdf(0.1)))
    wide = prior_payload("wide", Cauchy(dist="cauchy", mean=0.0, sd=100.0, rationale="made"))
    assert json.loads(json.dumps(wide, allow_nan=False))["range"][1] > 1e300
    parts = {"weights": (0.5, 0.5), "means": (0.0, -0.4), "sds": (0.1, 0.2)}
    mixed = prior_payload("mixed", Mixture(dist="mixture", rationale="made", **parts))
    assert mixed["means"] == [0.0, -0.4] and mixed["centre"] == pytest.approx(-0.2)


def test_nothing_is_fetched(fragment: str) -> None:
    markup = re.sub(r"(<script\b[^>]*>).*?(</script>)", r"\1\2", fragment, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe|base)\b|@import|url\(|https?:", markup)
    assert not re.search(r"<script\b[^>]*\ssrc\s*=", fragment)
    assert "http" not in inside(fragment, "explorer-data")


def test_data_cannot_end_its_script_and_titles_are_escaped(payloads: list[Payload]) -> None:
    hostile = payloads[0] | {"name": "</script><script>alert(1)</script>", "group": '"><b>'}
    text = str(explorer_fragment([hostile], select=True))
    assert "<script>alert" not in text and "<b>" not in text.replace('<b data-show="verdict">', "")
    assert json.loads(inside(text, "explorer-data"))["analyses"][0]["name"] == hostile["name"]


def test_the_library_unpacks_to_bokeh_core_and_widgets(fragment: str) -> None:
    packed = inside(fragment, "explorer-library")
    text = gzip.decompress(base64.b64decode(packed)).decode()
    assert packed == library() and "Bokeh" in text and "noUiSlider" in text
    assert len(fragment) < 1_000_000


def test_one_fragment_is_the_same_twice(payloads: list[Payload], fragment: str) -> None:
    before = json.dumps(document())
    document.cache_clear()
    assert json.dumps(document()) == before
    assert str(explorer_fragment(payloads, select=True)) == fragment


def test_every_element_that_a_script_looks_for_is_there(fragment: str) -> None:
    (item,) = document().items
    places = set(item["roots"].values())
    assert places == {"explorer-plot"} | {f"explorer-slider-{c.name}" for c in CONTROLS}
    for place in places:
        assert fragment.count(f'id="{place}"') == 1


def test_only_an_index_has_a_choice_of_analyses(payloads: list[Payload], fragment: str) -> None:
    assert fragment.count("<option ") == len(FOUR) and fragment.count("<optgroup ") >= 2
    assert "<option " not in str(explorer_fragment(payloads[:1], select=False))
    assert explorer_fragment([], select=True) == ""


def test_bokeh_is_loaded_only_when_a_fragment_is_made() -> None:
    code = "import sys, crlm_bayes.pages.explorer.fragment; print('bokeh' in sys.modules)"
    source = Path(__file__).resolve().parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(source)}
    )
    assert done.stdout.strip() == "False"
