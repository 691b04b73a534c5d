"""Posteriors in memory and on disk as one mapping."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

import xarray as xr

from crlm_bayes.answers.question import Question
from crlm_bayes.run.lean import TABULATED, widened
from crlm_bayes.run.store import Store


class Trees(Mapping[str, xr.DataTree]):
    """Posteriors by prior, each read when it is first asked for: most pages need none.

    Parameters
    ----------
    sources : mapping of prior name to callable
        What reads each, in the order of the panel.
    """

    def __init__(self, sources: Mapping[str, Callable[[], xr.DataTree]]) -> None:
        self._sources, self._read = dict(sources), dict[str, xr.DataTree]()

    def __getitem__(self, name: str) -> xr.DataTree:
        if name not in self._read:
            self._read[name] = self._sources[name]()
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def drawn_of(question: Question, names: Collection[str]) -> str | None:
    """Of which posterior the page draws everything: the primary one, or the first that there is."""
    ordered = [name for name in question.spec.effect_priors if name in names]
    return question.spec.primary if question.spec.primary in ordered else next(iter(ordered), None)


def saved_trees(question: Question, kept: Collection[str], store: Store) -> dict[str, Callable[[], xr.DataTree]]:
    """How to read saved posteriors: of the one that the page draws all groups, of the others what tables need."""
    drawn = drawn_of(question, kept)
    return {name: partial(_read, store, question.spec.id, name, () if name == drawn else TABULATED) for name in kept}


def _read(store: Store, analysis: str, prior: str, groups: tuple[str, ...]) -> xr.DataTree:
    tree = store.tree(analysis, prior, groups)
    for name in TABULATED:
        tree[name] = xr.DataTree(widened(tree[name].to_dataset()))
    return tree
