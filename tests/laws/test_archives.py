"""What is packed: files of known kinds only, and the bundled documents among them."""

import io
import runpy
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.plugin.interface import BuilderInterface
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(REPOSITORY / "scripts" / "check_archive.py"))
GOOD = ["crlm_bayes/cli.py", "crlm_bayes/_bundled/published/chen2025.toml", "crlm_bayes/_bundled/models/priors.toml"]


def packed(builder: type[BuilderInterface[Any, Any]]) -> list[str]:
    """Where the build backend would put what it finds in this tree."""
    return [found.distribution_path for found in builder(str(REPOSITORY)).recurse_included_files()]


@pytest.mark.parametrize("builder", [WheelBuilder, SdistBuilder], ids=["wheel", "sdist"])
def test_what_would_be_packed_is_of_known_kinds_and_complete(builder: type[BuilderInterface[Any, Any]]) -> None:
    names = packed(builder)
    assert len(names) > 200
    assert SCRIPT["strange"](names) == []
    assert SCRIPT["missing"](names) == []


@pytest.mark.parametrize("left_over", ["cli.py.orig", "cli.py.rej", "cli.py~", ".cli.py.swp", "cli.pyc", "nohup.out"])
def test_left_overs_are_strange(left_over: str) -> None:
    assert SCRIPT["strange"]([*GOOD, f"crlm_bayes/{left_over}"]) == [f"crlm_bayes/{left_over}"]


def test_an_archive_is_held_to_the_list(tmp_path: Path) -> None:
    wheel, source = tmp_path / "a.whl", tmp_path / "a.tar.gz"
    with zipfile.ZipFile(wheel, "w") as file:
        for name in [*GOOD, "crlm_bayes/cli.py.orig"]:
            file.writestr(name, "")
    with tarfile.open(source, "w:gz") as file:
        for name in GOOD[:2]:
            file.addfile(tarfile.TarInfo(name), io.BytesIO())
    assert SCRIPT["fault"](wheel).endswith("of no known kind: crlm_bayes/cli.py.orig")
    assert SCRIPT["fault"](source).endswith("models/priors.toml missing")
