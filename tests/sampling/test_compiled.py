"""Compiled models: the same numbers however the code came, and a cache that is never believed too much."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from crlm_bayes import cache
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling import compiled
from crlm_bayes.sampling.compiled import Density, Layout
from crlm_bayes.sampling.models import model_of
from crlm_bayes.sampling.nuts import fit, program, sample, shape_of
from crlm_bayes.sampling.settings import Settings

DRAWS = """
import hashlib, json, sys
import crlm_bayes as cb
from crlm_bayes.sampling import compiled, nuts
from crlm_bayes.sampling.settings import Settings
made = []
make = compiled.Density._compiled
compiled.Density._compiled = lambda self: (made.append(self.key), make(self))[1]
question = cb.questions([sys.argv[1]])[0]
primary = question.spec.primary
fit = nuts.fit(question.spec, question.evidence, primary, question.priors[primary], Settings(draws=300, tune=300))
draws = fit.tree["posterior"]["theta"].values
print(json.dumps({"compiled": len(made), "digest": hashlib.sha256(draws.tobytes()).hexdigest()}))
"""


def start(name: str, place: Path) -> subprocess.Popen[str]:
    """Sample an analysis in a process of its own."""
    environment = os.environ | {cache.PLACE: str(place), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", DRAWS, name], env=environment, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> dict[str, object]:
    """What it printed."""
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    found: dict[str, object] = json.loads(out.splitlines()[-1])
    return found


def cold_and_warm(name: str, place: Path) -> None:
    """Compiled anew, from the cache, and compiled anew once more: the same draws to the last bit."""
    cold, warm, again = (said(start(name, where)) for where in (place / "a", place / "a", place / "b"))
    assert [run["compiled"] for run in (cold, warm, again)] == [1, 0, 1]
    assert cold["digest"] == warm["digest"] == again["digest"]


def test_draws_are_the_same_cold_and_warm(tmp_path: Path) -> None:
    cold_and_warm("pfs_chen2025_adjusted_hr", tmp_path)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["complication_major_direct", "pfs_direct"])
def test_draws_of_a_synthesis_are_the_same_cold_and_warm(name: str, tmp_path: Path) -> None:
    cold_and_warm(name, tmp_path)


@pytest.mark.exhaustive
def test_two_processes_share_a_cache(tmp_path: Path) -> None:
    """Both begin before there is anything in it; each may compile, and both draw the same."""
    one, two = (start("pfs_chen2025_landmark", tmp_path) for _ in range(2))
    first, second = said(one), said(two)
    assert first["digest"] == second["digest"]
    assert said(start("pfs_chen2025_landmark", tmp_path)) == first | {"compiled": 0}


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv(cache.PLACE, str(tmp_path))
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that are compiled during a test."""
    names: list[str] = []
    make = Density._compiled

    def counted(self: Density) -> object:
        names.append(self.key)
        return make(self)

    monkeypatch.setattr(Density, "_compiled", counted)
    return names


def ratio() -> Density:
    """The smallest model."""
    shape = Shape("log_ratio")
    return Density(model_of(shape), repr(shape))


def value_at(density: Density, theta: float) -> list[float]:
    """A few draws that start near θ."""
    data = density.filled({"se": 0.2, "log_ratio": theta, "prior_mean": 0.0, "prior_sd": 1.0})
    draws = sample(density, data, Settings(draws=20, tune=50, chains=1), 3, 0.8)
    return [float(v) for v in draws["parameters"].values.ravel()]


def test_a_damaged_entry_is_compiled_again(own_cache: Path, made: list[str]) -> None:
    first = value_at(ratio(), -0.3)
    (entry,) = own_cache.glob("models/*/*")
    entry.write_bytes(entry.read_bytes()[:-100])
    assert value_at(ratio(), -0.3) == first
    assert value_at(ratio(), -0.3) == first
    assert len(made) == 2


def test_an_entry_that_cannot_be_loaded_is_compiled_again(own_cache: Path, made: list[str]) -> None:
    """Whole, and yet not what this version of the compiler can read."""
    density = ratio()
    cache.Cache("models", compiled.generation()).put(density.key, b"not a pickle")
    assert len(value_at(density, -0.3)) == 20
    assert len(made) == 1


def test_code_of_other_versions_is_not_used(own_cache: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    value_at(ratio(), -0.3)
    monkeypatch.setattr(compiled, "version", lambda name: "0.0")
    value_at(ratio(), -0.3)
    assert len(made) == 2 and cache.sizes()["models"].entries == 2


def test_analyses_of_one_kind_share_a_model(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    """Two landmarks or three; two studies or eleven; whatever is of one structure."""

    def shape(name: str) -> Shape:
        return shape_of(analyses[name], evidence_of(name), priors["sceptical"])

    assert shape("pfs_chen2025_landmark") == shape("os_yan2025_landmark")
    assert shape("complication_major_direct") == shape("complication_direct") != shape("os_seeds")
    assert shape("os_seeds") == shape("os_direct_randomised")
    assert shape("pfs_direct") == shape("os_direct_and_metastatic")
    every = {shape_of(spec, evidence_of(name), priors["sceptical"]) for name, spec in analyses.items()}
    assert len(every) <= 13


def test_rows_to_spare_change_nothing(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    """The same analysis in a model with more room: the density differs by the priors of what is to spare, and by nothing else."""
    spec, evidence = analyses["pfs_chen2025_landmark"], evidence_of("pfs_chen2025_landmark")
    shape = shape_of(spec, evidence, priors["sceptical"])
    fitted = [
        fit(spec, evidence, "sceptical", priors["sceptical"], Settings(draws=10, tune=10, chains=1)).tree["posterior"]
    ]
    assert fitted[0].sizes["interval"] == len(evidence.survivors) < shape.intervals  # type: ignore[union-attr]
    values = program(shape).density.filled({**_data(spec, evidence), "prior_mean": 0.0, "prior_sd": 0.2})
    wide = Density(model_of(shape._replace(intervals=8)), "wide")
    wider = wide.filled({**_data(spec, evidence), "prior_mean": 0.0, "prior_sd": 0.2})
    log_hazard = np.full(8, -3.9)
    likelihoods = []
    for density, data in ((program(shape).density, values), (wide, wider)):
        import pymc as pm

        with density.model:
            pm.set_data(density.data.split(data))
        size = density.parameters.shapes["log_hazard"][0]
        logp = density.model.compile_logp(mode="FAST_COMPILE", vars=[density.model["y"]])
        likelihoods.append(float(logp({"theta": np.array(-0.3), "log_hazard": log_hazard[:size]})))
    assert likelihoods[0] == pytest.approx(likelihoods[1], rel=1e-14)


def _data(spec: AnalysisSpec, evidence: Evidence) -> dict[str, object]:
    from crlm_bayes.likelihoods import piecewise_exponential

    found: dict[str, object] = piecewise_exponential.data(evidence, spec)  # type: ignore[arg-type]
    return found


def test_a_vector_is_split_as_it_was_joined() -> None:
    layout = Layout({"a": (), "b": (2, 3), "c": (1,)})
    values = {"a": np.array(1.0), "b": np.arange(6.0).reshape(2, 3), "c": np.array([9.0])}
    flat = layout.join(values)
    assert flat.tolist() == [1, 0, 1, 2, 3, 4, 5, 9]
    for name, part in layout.split(np.stack([flat, flat])).items():
        np.testing.assert_array_equal(part, np.stack([values[name]] * 2))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"se": None}, "data are"),
        ({"nonsense": 1.0}, "data are"),
        ({"se": np.ones(2)}, "se has shape"),
    ],
)
def test_data_that_do_not_fit_are_refused(change: dict[str, object], said: str) -> None:
    """Rows may be left over, but nothing else may be missing."""
    values = {"se": 0.2, "log_ratio": -0.3, "prior_mean": 0.0, "prior_sd": 1.0} | change
    with pytest.raises(ValueError, match=said):
        ratio().filled({name: value for name, value in values.items() if value is not None})


def test_a_density_that_raises_is_a_divergence_and_no_crash(own_cache: Path) -> None:
    """A standard error below 0 is refused by PyMC wherever it is evaluated: no draw is made, and the sampler says so."""
    density = ratio()
    data = density.filled({"se": -0.2, "log_ratio": 0.0, "prior_mean": 0.0, "prior_sd": 1.0})
    with pytest.raises(RuntimeError):
        sample(density, data, Settings(draws=5, tune=5, chains=1), 3, 0.8)
