"""No work twice: what is costly to compute is known by the digest of what it rests on, in a process and between runs.

A value is kept as a pickle in the user's own cache (:mod:`crlm_bayes.cache`), floats to the last bit: what is recalled
is what would be computed. What does not come back whole is computed again.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property, wraps
from platform import machine, python_version
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

import numpy as np
import pydantic
import scipy

from crlm_bayes.cache import Cache
from crlm_bayes.digests import source_digest

MADE_BY: Final = (python_version(), machine(), np.__version__, scipy.__version__, pydantic.__version__)
"""What may change a number's last digit, or how a value is written, beside the program itself."""

UNREADABLE: Final = (
    pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, KeyError, TypeError, ValueError,
)  # fmt: skip
"""What pickle raises for bytes that are none of its own, or of another version of a class."""


_KEEPING: ContextVar[bool] = ContextVar("keeping", default=True)


@contextmanager
def unkept() -> Iterator[None]:
    """For values by the thousand that nobody asks for again: they are made, and not kept."""
    before = _KEEPING.set(False)
    try:
        yield
    finally:
        _KEEPING.reset(before)


class Identified(Protocol):
    """What has a digest of all that it rests on."""

    @property
    def identity(self) -> str:
        """The digest."""


class Memory:
    """Values of one kind.

    Parameters
    ----------
    kind : str
        As the cache lists it.
    *sources : str
        Sources of the program that the values rest on, as :func:`crlm_bayes.digests.source_digest` takes them: values
        made by others are not seen.
    """

    def __init__(self, kind: str, *sources: str) -> None:
        self.kind, self.sources = kind, sources
        self._alive: WeakValueDictionary[str, Any] = WeakValueDictionary()

    @cached_property
    def _generation(self) -> str:
        return " ".join((*MADE_BY, source_digest(*self.sources)))

    def recall[T](self, key: str, make: Callable[[], T], state: str = "") -> T:
        """Return the value of a key, and make it only if neither this process nor the cache has it.

        Parameters
        ----------
        key : str
            Digest of everything that the value rests on, sources and versions apart.
        state : str
            Digest of what comes and goes, where only the value of the latest is worth its place.
        """
        if not _KEEPING.get():
            return make()
        alive: T | None = self._alive.get(key + state)
        if alive is not None:
            return alive
        kept = Cache(self.kind, self._generation)
        found = kept.get(key)
        if found is not None:
            with suppress(*UNREADABLE):
                of: str
                value: T
                of, value = pickle.loads(found)
                if of == state:
                    return self._lives(key + state, value)
        value = make()
        kept.put(key, pickle.dumps((state, value), protocol=pickle.HIGHEST_PROTOCOL))
        return self._lives(key + state, value)

    def _lives[T](self, key: str, value: T) -> T:
        with suppress(TypeError):  # numbers and tuples cannot be followed
            self._alive[key] = value
        return value

    def part[O: Identified, T](self, make: Callable[[O], T]) -> cached_property[T]:
        """A property that rests on the identity of its owner, as a decorator: made once, in whatever process."""

        @wraps(make)
        def recalled(owner: O) -> T:
            return self.recall(f"{make.__qualname__} {owner.identity}", lambda: make(owner))

        return cached_property(recalled)
