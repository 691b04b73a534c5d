"""The log density of a model and its gradient as machine code, compiled once for all and kept between runs.

PyTensor compiles one function of two vectors, the unconstrained parameters and the data, to one vector, the log density
and its gradient. All models have this one signature, so that nutpie calls each by its address through one small
wrapper. The machine code is kept in the cache: the same code runs however often it is loaded, and so do the same
numbers come out. (What nutpie compiles around a model is compiled again in every process, and not always alike.)
"""

import pickle
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from platform import machine, python_version
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numba.core import compiler, registry
from numba.core.runtime import rtsys
from pytensor.graph import rewrite_graph
from pytensor.graph.replace import clone_replace

from crlm_bayes.arrays import Floats
from crlm_bayes.cache import Cache
from crlm_bayes.digests import source_digest
from crlm_bayes.sampling.native import ARGUMENTS

RESTS_ON: Final = ("pytensor", "pymc", "numba", "llvmlite", "numpy", "scipy")
"""Packages whose versions decide what the code is."""

SOURCES: Final = ("arrays.py", "priors/**/*.py", "likelihoods/**/*.py", "sampling/compiled.py", "sampling/expand.py")
"""Files of this package that do."""

BLOCK: Final = "::"
"""Part of the name of what belongs to a block of a synthesis."""

UNREADABLE: Final = (pickle.UnpicklingError, EOFError, ImportError, AttributeError, TypeError, ValueError, RuntimeError)
"""What an entry raises that another version of the compiler has written."""

IEEE: Final = {"numba__fastmath": False, "numba__cache": False}
"""Sums in their order; and no second cache, which PyTensor does not tie to its version."""


class Layout:
    """Where in a flat vector the values of named arrays are.

    Parameters
    ----------
    shapes : mapping of name to shape
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        self.sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        self.size = sum(self.sizes)

    def split(self, flat: Any) -> dict[str, Any]:
        """Give the parts of a vector their names and shapes; leading dimensions of an array are kept."""
        found, at = {}, 0
        for (name, shape), size in zip(self.shapes.items(), self.sizes, strict=True):
            part = flat[..., at : at + size]
            found[name] = part.reshape((*flat.shape[:-1], *shape))
            at += size
        return found

    def join(self, values: Mapping[str, Any]) -> Floats:
        """Make one vector of all values."""
        return np.concatenate([np.ravel(np.broadcast_to(values[name], shape)) for name, shape in self.shapes.items()])


class Density:
    """A model with what is needed to sample it.

    Parameters
    ----------
    model : Model
        With placeholder data; its dimensions are taken to be as long as they are.
    key : str
        Names the model in the cache.
    """

    def __init__(self, model: pm.Model, key: str) -> None:
        self.model = model
        self.key = key

    @cached_property
    def start(self) -> dict[str, Floats]:
        """Unconstrained parameters to start from, by the name of the value variable."""
        return {name: np.asarray(value, dtype=float) for name, value in self.model.initial_point().items()}

    @cached_property
    def parameters(self) -> Layout:
        """Unconstrained parameters, in the order of the model."""
        return Layout({v.name: self.start[v.name].shape for v in self.model.value_vars})

    @cached_property
    def placeholders(self) -> dict[str, Floats]:
        """Values in `pm.Data`, which are those of rows to spare."""
        return {v.name: np.asarray(v.get_value(), dtype=float) for v in self.model.data_vars}

    @cached_property
    def data(self) -> Layout:
        """Everything in `pm.Data`."""
        return Layout({name: value.shape for name, value in self.placeholders.items()})

    def given(self, data: Any) -> dict[Any, Any]:
        """What `pm.Data` and lengths of dimensions are to be replaced by: parts of a vector, and constants."""
        parts = self.data.split(data)
        lengths = {v: pt.constant(v.get_value()) for v in self.model.dim_lengths.values() if hasattr(v, "get_value")}
        return {v: parts[v.name].astype(v.dtype) for v in self.model.data_vars} | lengths

    def filled(self, values: Mapping[str, Any]) -> Floats:
        """Make one vector of data; rows to spare, and blocks that have no study, keep their placeholders.

        Raises
        ------
        ValueError
            If something is missing, unknown, or of a shape that there is no room for.
        """
        found = {name: value.copy() for name, value in self.placeholders.items()}
        missing = [name for name in found if name not in values and BLOCK not in name]
        if missing or not values.keys() <= found.keys():
            raise ValueError(f"data are {sorted(values)}, the model has {sorted(found)}")
        for name, value in values.items():
            given, whole = np.asarray(value, dtype=float), found[name]
            if given.shape[1:] != whole.shape[1:] or given.ndim != whole.ndim or given.shape[:1] > whole.shape[:1]:
                raise ValueError(f"{name} has shape {given.shape}, the model {whole.shape}")
            whole[tuple(map(slice, given.shape[:1]))] = given
        return self.data.join(found)

    @cached_property
    def code(self) -> Any:
        """The compiled function, from the cache where it is there."""
        kept = Cache("models", generation())
        found = kept.get(self.key)
        if found is not None:
            target = registry.cpu_target.target_context
            rtsys.initialize(target)  # which a compilation does by itself
            with suppress(*UNREADABLE):
                return compiler.CompileResult._rebuild(target, *pickle.loads(found))
        made = self._compiled()
        kept.put(self.key, pickle.dumps(made._reduce()))
        return made

    @property
    def address(self) -> int:
        """Where the native function is, in numba's calling convention."""
        return int(self.code.library.get_pointer_to_function(self.code.fndesc.llvm_func_name))

    def _compiled(self) -> Any:
        x = pt.TensorType("float64", shape=(self.parameters.size,))("parameters")
        data = pt.TensorType("float64", shape=(self.data.size,))("data")
        values = self.model.value_vars
        with pytensor.config.change_flags(**IEEE):
            logp = rewrite_graph(self.model.logp(), include=["canonicalize", "stabilize"])
            gradient = [part.ravel() for part in pt.grad(logp, values)]
            given = {v: part.astype(v.dtype) for v, part in zip(values, self.parameters.split(x).values(), strict=True)}
            given |= self.given(data)
            (out,) = clone_replace([pt.concatenate([logp[None], *gradient])], given)
            with self.model:
                function = pm.compile([x, data], [out], mode="NUMBA")
        native = function.vm.jit_fn
        native.compile(ARGUMENTS)
        (made,) = native.overloads.values()
        return made


def generation() -> str:
    """What decides the code of all models: versions, the machine, and the sources."""
    versions = (f"{name} {version(name)}" for name in RESTS_ON)
    cpu = registry.cpu_target.target_context.codegen().magic_tuple()
    return " ".join([python_version(), machine(), *map(str, cpu), *versions, source_digest(*SOURCES)])
