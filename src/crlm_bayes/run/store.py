"""The only writer of the output folder: each analysis is written beside its place and then moved into it.

A run that is killed leaves the last good result or none, never half of one.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crlm_bayes.errors import InvalidInput, UnwritableOutput
from crlm_bayes.pages import VERDICTS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

ESTIMATES, RECORD, PAGE, POSTERIOR, INDEX, AUDIT, SUMMARY, EXPLORER, README, REFERENCES = (
    "estimates.csv", "run.json", "report.html", "posterior.nc", "index.html", "audit.html", "summary.html", "explorer.json",
    "README.md", "references.bib",
)  # fmt: skip


MULTIVERSE: Final = "multiverse"
"""Folder of the multiverses, one folder a document in it."""

MADE_OF_PAGES: Final = (".pdf", ".docx")
"""What is made of a page when it is asked for."""


class Store:
    """The output folder.

    Parameters
    ----------
    root : Path
        Made when first written to.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def require_writable(self) -> None:
        """Fail before the first sample if the folder cannot be written.

        Raises
        ------
        UnwritableOutput
            With the reason of the operating system.
        """
        probe = self.root / f".writable-{os.getpid()}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise UnwritableOutput(
                str(self.root),
                f"cannot be written ({error.strerror})",
                allowed="--out with a folder that can",
            ) from error

    def holds(self, analysis: str) -> bool:
        """Whether there is a result of an analysis."""
        return (self.root / analysis / RECORD).is_file()

    def record(self, analysis: str) -> dict[str, Any] | None:
        """Read the run record of an analysis, or None where there is none."""
        path = self.root / analysis / RECORD
        if not self.holds(analysis):
            return None
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise InvalidInput(
                str(path), f"is not a run record ({error})", allowed="fit --force, which writes it again"
            ) from error
        return record

    def records(self) -> dict[str, dict[str, Any]]:
        """Read every run record in the folder."""
        found = {path.parent.name: self.record(path.parent.name) for path in sorted(self.root.glob(f"[!.]*/{RECORD}"))}
        return {name: record for name, record in found.items() if record is not None}

    def verdicts(self) -> list[dict[str, Any]]:
        """Read the rows of the table of all verdicts; none where there is no table, or one of another version."""
        import pandas as pd

        path = self.root / VERDICTS
        table = pd.read_csv(path) if path.is_file() else pd.DataFrame()
        wanted = {"analysis", "answers", "asks", "endpoint", "hypothetical", "mark", "p_benefit", "primary", "title"}
        return [] if wanted - set(table.columns) else [dict(row) for row in table.to_dict("records")]

    def has_index(self, judged: str) -> bool:
        """Whether the page of all analyses, that of the audit, the verdicts, and the summary by these judgements are there."""
        there = all((self.root / name).is_file() for name in (INDEX, AUDIT, VERDICTS, SUMMARY))
        return there and judged in (self.root / SUMMARY).read_text(encoding="utf-8")

    def complete(self, analysis: str, priors: tuple[str, ...]) -> bool:
        """Whether the posteriors, estimates and page of an analysis are all there."""
        folder = self.root / analysis
        needed = [folder / ESTIMATES, folder / PAGE, *(folder / prior / POSTERIOR for prior in priors)]
        return all(path.is_file() for path in needed)

    def estimates(self, analysis: str) -> "pd.DataFrame":
        """Read `estimates.csv` of an analysis."""
        import pandas as pd

        return pd.read_csv(self.root / analysis / ESTIMATES)

    def tree(self, analysis: str, prior: str, groups: Sequence[str] = ()) -> "xr.DataTree":
        """Read one saved posterior into memory, or only some of its groups."""
        import xarray as xr

        path = self.posterior(analysis, prior)
        if not groups:
            with xr.open_datatree(path, engine="h5netcdf") as tree:
                return tree.load()
        found = {group: xr.load_dataset(path, group=group, engine="h5netcdf") for group in groups}
        return xr.DataTree.from_dict(found)

    def explorer(self, analysis: str) -> Any:
        """Read what the explorer carries of an analysis, or None where it was not written."""
        path = self.root / analysis / EXPLORER
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def posterior(self, analysis: str, prior: str) -> Path:
        """Where a posterior is saved."""
        return self.root / analysis / prior / POSTERIOR

    def write_analysis(self, analysis: str, fill: Callable[[Path], None]) -> None:
        """Replace the folder of an analysis by what `fill` writes into an empty one.

        Nothing changes if `fill` raises.
        """
        target = self.root / analysis
        fresh, old = (self.root / f".{analysis}.{kind}-{os.getpid()}" for kind in ("new", "old"))
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            fill(fresh)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            if old.exists() and not target.exists():
                old.rename(target)
            shutil.rmtree(old, ignore_errors=True)

    def clear(self, processes: Collection[int]) -> None:
        """Remove what processes that were stopped have left half done; the last good result stays or comes back."""
        for process in processes:
            for path in self.root.glob(f".*-{process}"):
                target = self.root / path.name[1:].rpartition(".")[0]
                if path.name.endswith(f".old-{process}") and not target.exists():
                    path.rename(target)
                elif path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def write_text(self, name: str, text: str) -> None:
        """Write a file at the top of the folder atomically; what was made of an older one goes."""
        self.write_bytes(name, text.encode("utf-8"))
        for made in MADE_OF_PAGES if name.endswith(".html") else ():
            (self.root / name).with_suffix(made).unlink(missing_ok=True)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file in the folder atomically."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new-{os.getpid()}")
        try:
            fresh.write_bytes(content)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)

    def write_readme(self, text: str) -> None:
        """Write the page that a forge shows for the folder; a README that does not begin as it does is another's, and stays."""
        target = self.root / README
        mark = text.partition("\n")[0]
        if not target.is_file() or target.read_text(encoding="utf-8", errors="replace").startswith(mark):
            self.write_text(README, text)

    def write_figures(self, drawn: Mapping[str, tuple[str, bytes]]) -> dict[str, str]:
        """Write the figures of the index; return their SVG."""
        fresh = self.root / f".figures.new-{os.getpid()}"
        texts = write_figures(fresh, drawn)
        target = self.root / "figures"
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        return texts


def write_figures(folder: Path, drawn: Mapping[str, tuple[str, bytes]]) -> dict[str, str]:
    """Write figures, each as SVG and as PNG; return the SVG of each by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (svg, png) in drawn.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{name}.png").write_bytes(png)
    return {name: svg for name, (svg, _) in drawn.items()}


def write_text(path: Path, text: str) -> None:
    """Write a page into a folder that is not yet in its place."""
    path.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any, compact: bool = False) -> None:
    """Write canonical, readable JSON: sorted keys, a final newline; compact what only programs read."""
    style: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    path.write_text(json.dumps(value, sort_keys=True, allow_nan=False, **style) + "\n", encoding="utf-8")


def write_estimates(path: Path, estimates: "pd.DataFrame") -> None:
    """Write a tidy table; floats by 10 significant digits."""
    estimates.to_csv(path, index=False, float_format="%.10g", lineterminator="\n")
