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
from crlm_bayes.evidence.values import StudyEvidence, SynthesisEvidence
from crlm_bayes.likelihoods import binomial
from crlm_bayes.likelihoods.contract import Likelihood, Shape, room
from crlm_bayes.likelihoods.leaves import LEAVES

if TYPE_CHECKING:
    import xarray as xr

STACKS: Final = {stack.name: (name, stack) for name, module in LEAVES.items() for stack in module.STACKS}
"""Likelihood of each block, and how its studies are stacked."""


ROWS: Final = 8
"""That every block of a compiled model has room for."""


class Block(NamedTuple):
    """The studies in a block: its name, and the place of the study of each row."""

    name: str
    of: tuple[int, ...]

    @property
    def dimension(self) -> str:
        """Name of its rows in the compiled model."""
        return dimension_of(self.name)

    @property
    def studies(self) -> list[int]:
        """Places of its studies."""
        return sorted(set(self.of))

    def rows(self, study: int) -> list[int]:
        """Its rows of one study."""
        return [row for row, owner in enumerate(self.of) if owner == study]


def dimension_of(block: str) -> str:
    """Name of the rows of a block in the compiled model."""
    return f"{block}_{STACKS[block][1].row}"


def rooms(evidence: SynthesisEvidence) -> tuple[tuple[str, int], ...]:
    """Give the blocks, whether a study is in them or not, and how many rows each has room for.

    Counts are seldom beside what is printed of survival: a model has the block of counts, or all others, or all.
    """
    needed = {block.name: len(block.of) for block in blocks_of(evidence)}
    counts = {stack.name for stack in binomial.STACKS}
    kinds = (counts, STACKS.keys() - counts)
    named = set().union(*(kind for kind in kinds if needed.keys() & kind))
    return tuple((name, room(needed.get(name, 0), ROWS)) for name in STACKS if name in named)


def module(member: StudyEvidence) -> Likelihood:
    """Module of one study's likelihood, which its evidence tells."""
    return next(module for module in LEAVES.values() if isinstance(member.evidence, module.EVIDENCE))


def blocks_of(evidence: SynthesisEvidence) -> tuple[Block, ...]:
    """Stack the studies, in the order of :data:`STACKS`."""
    found: dict[str, list[int]] = {name: [] for name in STACKS}
    for i, member in enumerate(evidence.members):
        found[module(member).stack(member.evidence).name] += [i] * _rows(member)[1]
    return tuple(Block(name, tuple(of)) for name, of in found.items() if of)


def _rows(member: StudyEvidence) -> tuple[str, int]:
    """The dimension along which one study has several rows, and how many; without a name one row."""
    dims, y = module(member).observed(member.evidence)["y"]
    sizes = {dim: size for dim, size in zip(dims, np.shape(y), strict=True) if dim not in SHARED}
    return next(iter(sizes.items()), ("", 1))


def build(blocks: tuple[tuple[str, int], ...], estimated: Any, weight: Any) -> None:
    """Add every block to the PyMC model in context; a row to spare weighs nothing.

    Parameters
    ----------
    estimated, weight : tensor, shape (n,)
        Effect that each study estimates, and the power of its likelihood.
    """
    import pymc as pm

    model = pm.modelcontext(None)
    for name, size in blocks:
        likelihood, stack = STACKS[name]
        model.add_coord(dimension_of(name), range(size))
        with pm.Model(name=name, model=model):
            of, used = (pm.Data(key, np.zeros(size), dims=dimension_of(name)) for key in (OF, USED))
            of = of.astype(int)
            LEAVES[likelihood].build(estimated[of], Shape(likelihood, size, spread=stack.spread), f"{name}_")
        y = model[f"{name}::y"]
        logp: Any = pm.logp(y, model.rvs_to_values[y])
        each = logp.sum(axis=1) if logp.ndim == 2 else logp
        pm.Potential(f"discount_{name}", ((used * weight[of] - 1.0) * each).sum())


def data(evidence: SynthesisEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the `pm.Data` of every block that has studies."""
    values: dict[str, Any] = {}
    for block in blocks_of(evidence):
        values |= {f"{block.name}::{OF}": np.array(block.of), f"{block.name}::{USED}": np.ones(len(block.of))}
        members = [evidence.members[i] for i in block.studies]
        own = [module(member).data(member.evidence, spec.of_study(member.study)) for member in members]
        for key, first in own[0].items():
            rows = [part[key] for part in own]
            if key in STACKS[block.name][1].own:
                several, _ = _rows(members[0])
                values[f"{block.name}::{key}"] = np.concatenate(rows) if several else np.stack(rows)
            else:
                values[f"{block.name}::{key}"] = first
    return values


def of_studies(draws: "xr.Dataset", evidence: SynthesisEvidence) -> "xr.Dataset":
    """Give the variables of blocks to their studies: ``survival::log_hazard`` is cut into ``trial2020.log_hazard``, …"""
    import xarray as xr

    kept = [str(v) for v in draws.data_vars if "::" not in str(v)]
    found: dict[str, Any] = {name: draws[name] for name in kept}
    if "w" in found:
        shifted = [i for i, member in enumerate(evidence.members) if member.shifted]
        found["w"] = found["w"].isel(study=shifted).rename(study="biased_study")
    for block in blocks_of(evidence):
        names = [str(v) for v in draws.data_vars if str(v).startswith(f"{block.name}::")]
        for i in block.studies:
            for name in names:
                member, part = evidence.members[i], draws[name].isel({block.dimension: block.rows(i)})
                several, _ = _rows(member)
                if several:
                    part = part.rename({block.dimension: own_name(member, several)})
                else:
                    part = part.isel({block.dimension: 0})
                found[own_name(member, name.partition("::")[2])] = part.reset_coords(drop=True)
    return xr.Dataset(found)


def cut(values: Mapping[str, Any], member: StudyEvidence) -> Iterator[tuple[str, tuple[tuple[str, ...], Floats]]]:
    """Name variables of one study, with their dimensions, as in the posterior."""
    for name, (dims, array) in values.items():
        yield f"{member.study}.{name}", (tuple(own_name(member, dim) for dim in dims), array)


OF, USED = "of", "used"
"""Data of a block: the place of the study of each row, and whether the row is one of a study."""

SHARED: Final = ("chain", "draw", "arm")
"""Dimensions that all studies share."""


def own_name(member: StudyEvidence, name: str) -> str:
    """Name of a variable or dimension of one study in the posterior."""
    return name if name in SHARED else f"{member.study}.{name}"
