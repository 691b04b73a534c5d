"""Two functions by which nutpie calls every compiled model: its log density by address, and nothing beside the draws."""

from functools import cache
from typing import Any, Final

import numpy as np
from numba import carray, cfunc, types
from numba.extending import intrinsic

from crlm_bayes.arrays import Floats

VECTOR: Final = types.Array(types.float64, 1, "C")

ARGUMENTS: Final = (VECTOR, VECTOR)

RESULT: Final = types.UniTuple(VECTOR, 1)

DOUBLES: Final = types.CPointer(types.float64)

ADDRESS, DATA, LENGTH = 0, 1, 2
"""What the wrapper is told of a model: where its function is, where its data are, and how many."""

FAILED, NOT_FINITE = 1, 4
"""nutpie takes either for a divergence."""


@intrinsic  # type: ignore[untyped-decorator]
def _call(typing: Any, address: Any, parameters: Any, data: Any) -> Any:
    """Call a compiled function of two vectors by its address: whether it came to its end, and its result."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = context.call_conv.get_function_type(RESULT, ARGUMENTS)
        function = builder.inttoptr(values[0], kind.as_pointer())
        status, found = context.call_conv.call_function(builder, function, RESULT, ARGUMENTS, values[1:])
        return context.make_tuple(builder, signature.return_type, [builder.not_(status.is_error), found])

    return types.Tuple((types.boolean, RESULT))(types.int64, *ARGUMENTS), generate


@intrinsic  # type: ignore[untyped-decorator]
def _doubles(typing: Any, address: Any) -> Any:
    """Take an address as that of floats."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(DOUBLES))

    return DOUBLES(types.int64), generate


def _log_density(size: int, x: Any, gradient: Any, log_density: Any, given: Any) -> int:
    told = carray(given, (3,), np.int64)
    ended, result = _call(told[ADDRESS], carray(x, (size,)), carray(_doubles(told[DATA]), (told[LENGTH],)))
    if not ended:  # by an exception, as of a parameter out of its bounds
        return FAILED
    found = result[0]
    log_density[0] = found[0]
    out = carray(gradient, (size,))
    finite = np.isfinite(found[0])
    for i in range(size):
        out[i] = found[i + 1]
        finite = finite and np.isfinite(found[i + 1])
    return 0 if finite else NOT_FINITE


def _same(size: int, expanded: int, x: Any, out: Any, given: Any) -> int:
    for i in range(size):
        out[i] = x[i]
    return 0


@cache
def log_density() -> Any:
    """The wrapper of log densities."""
    kind = types.int64(types.uint64, DOUBLES, DOUBLES, DOUBLES, types.voidptr)
    return cfunc(kind)(_log_density)


@cache
def same() -> Any:
    """What keeps draws as they are: everything else is computed of all draws at once."""
    kind = types.int64(types.uint64, types.uint64, DOUBLES, DOUBLES, types.voidptr)
    return cfunc(kind)(_same)


def told(address: int, data: Floats) -> Any:
    """What the wrapper of log densities is given: three integers, which refer to `data` where it is."""
    return np.array([address, data.ctypes.data, data.size], dtype=np.int64)
