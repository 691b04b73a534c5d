"""Studies of one likelihood as one block of a synthesis model, so that its size hardly matters to the compiler.

A block stacks the rows of its studies: intervals of survival, tables of counts, ratios. Each row has the effect of its
study and nuisance parameters of its own, which is what the studies have by themselves. In the compiled model variables
are the block's (``survival::log_hazard``); in the posterior they are the studies' (``trial2020.log_hazard``).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import BinomialEvidence, Member, RatioEvidence, SurvivalEvidence, SynthesisEvidence
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.likelihoods.leaves import LEAVES

if TYPE_CHECKING:
    import xarray as xr

LIKELIHOODS: Final = {
    "survival": "piecewise_exponential",
    "counts": "binomial",
    "ratios": "log_ratio",
    "sizes": "log_ratio",
}
"""Blocks and their likelihoods; `sizes` are ratios whose direction is unknown."""

DIMENSIONS: Final = {"survival": "interval", "counts": "table", "ratios": "ratio", "sizes": "ratio"}

OWN: Final = ("log_ratio", "se", "survivors", "n", "months", "events")
"""Data that belong to a row; all else is a prior, which studies of one likelihood share."""


class Block(NamedTuple):
    """What the model of a block is specific to: its name, and the place of the study of each row."""

    name: str
    of: tuple[int, ...]

    @property
    def likelihood(self) -> str:
        """Module of its likelihood."""
        return LIKELIHOODS[self.name]

    @property
    def dimension(self) -> str:
        """Name of its rows in the compiled model."""
        return f"{self.name}_{DIMENSIONS[self.name]}"

    @property
    def shape(self) -> Shape:
        """Shape of its likelihood."""
        return Shape(self.likelihood, len(self.of), spread="unknown" if self.name == "sizes" else "")

    @property
    def studies(self) -> list[int]:
        """Places of its studies."""
        return sorted(set(self.of))

    def rows(self, study: int) -> list[int]:
        """Its rows of one study."""
        return [row for row, owner in enumerate(self.of) if owner == study]


def name_of(member: Member) -> str:
    """Block of a study, which its evidence tells."""
    match member.evidence:
        case SurvivalEvidence():
            return "survival"
        case BinomialEvidence():
            return "counts"
        case RatioEvidence(direction="unknown"):
            return "sizes"
        case RatioEvidence():
            return "ratios"


def module(member: Member) -> Any:
    """Module of one study's likelihood."""
    return LEAVES[LIKELIHOODS[name_of(member)]]


def blocks_of(evidence: SynthesisEvidence) -> tuple[Block, ...]:
    """Stack the studies, in the order of :data:`LIKELIHOODS`."""
    found: dict[str, list[int]] = {name: [] for name in LIKELIHOODS}
    for i, member in enumerate(evidence.members):
        found[name_of(member)] += [i] * _rows(member)
    return tuple(Block(name, tuple(of)) for name, of in found.items() if of)


def _rows(member: Member) -> int:
    return len(member.evidence.survivors) if isinstance(member.evidence, SurvivalEvidence) else 1


def build(blocks: tuple[Block, ...], estimated: Any, weight: Any) -> None:
    """Add every block to the PyMC model in context.

    Parameters
    ----------
    estimated, weight : tensor, shape (n,)
        Effect that each study estimates, and the power of its likelihood.
    """
    import pymc as pm

    model = pm.modelcontext(None)
    for block in blocks:
        model.add_coord(block.dimension, range(len(block.of)))
        of = np.array(block.of)
        with pm.Model(name=block.name, model=model):
            LEAVES[block.likelihood].build(estimated[of], block.shape, f"{block.name}_")
        y = model[f"{block.name}::y"]
        logp: Any = pm.logp(y, model.rvs_to_values[y])
        each = logp.sum(axis=1) if logp.ndim == 2 else logp
        pm.Potential(f"discount_{block.name}", ((weight[of] - 1.0) * each).sum())


def data(evidence: SynthesisEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the `pm.Data` of every block."""
    values: dict[str, Any] = {}
    for block in blocks_of(evidence):
        members = [evidence.members[i] for i in block.studies]
        own = [module(member).data(member.evidence, spec.of_study(member.study)) for member in members]
        for key, first in own[0].items():
            stacked = [np.atleast_1d(part[key]) if key in ("log_ratio", "se") else part[key] for part in own]
            if key in OWN:
                values[f"{block.name}::{key}"] = (
                    np.stack(stacked) if block.name == "counts" else np.concatenate(stacked)
                )
            else:
                values[f"{block.name}::{key}"] = first
    return values


def of_studies(draws: "xr.Dataset", evidence: SynthesisEvidence) -> "xr.Dataset":
    """Give the variables of blocks to their studies: ``survival::log_hazard`` is cut into ``trial2020.log_hazard``, …"""
    import xarray as xr

    kept = [str(v) for v in draws.data_vars if "::" not in str(v)]
    found: dict[str, Any] = {name: draws[name] for name in kept}
    for block in blocks_of(evidence):
        names = [str(v) for v in draws.data_vars if str(v).startswith(f"{block.name}::")]
        for i in block.studies:
            for name in names:
                study, part = evidence.members[i].study, draws[name].isel({block.dimension: block.rows(i)})
                if block.name == "survival":
                    part = part.rename({block.dimension: f"{study}.interval"})
                else:
                    part = part.isel({block.dimension: 0})
                found[f"{study}.{name.partition('::')[2]}"] = part.reset_coords(drop=True)
    return xr.Dataset(found)


def cut(values: Mapping[str, Any], member: Member) -> Iterator[tuple[str, tuple[tuple[str, ...], Floats]]]:
    """Name variables of one study, with their dimensions, as in the posterior."""
    for name, (dims, array) in values.items():
        yield f"{member.study}.{name}", (tuple(own_name(member, dim) for dim in dims), array)


SHARED: Final = ("chain", "draw", "arm")
"""Dimensions that all studies share."""


def own_name(member: Member, name: str) -> str:
    """Name of a variable or dimension of one study in the posterior."""
    return name if name in SHARED else f"{member.study}.{name}"
