"""An answer that was also sampled: everything that tables, figures and pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.answer import Answer

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Result(Answer):
    """An answer with its fits.

    Attributes
    ----------
    estimates : DataFrame
        As in `estimates.csv`.
    trees : mapping of prior name to DataTree
        The fits.
    record : dict
        As in `run.json`: digests, versions, settings, `fits[prior]` with seconds, seed and gate
        (numbers, `passed`, `failures`).
    """

    estimates: "pd.DataFrame"
    trees: Mapping[str, "xr.DataTree"] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, answer: Answer, estimates: "pd.DataFrame", trees: Mapping[str, "xr.DataTree"], record: Mapping[str, Any]
    ) -> "Result":
        """Add fits to an answer; what it has computed already is not computed again."""
        stated = {f.name: getattr(answer, f.name) for f in fields(answer)}
        made = cls(**stated, estimates=estimates, trees=trees, record=record)
        vars(made).update({name: value for name, value in vars(answer).items() if name not in stated})
        return made

    @property
    def passed(self) -> bool:
        """Whether every fit passed the diagnostics gate."""
        return all(fit["gate"]["passed"] for fit in self.record["fits"].values())
