"""What every likelihood file provides, so that the rest of the program need not know which it is.

The modules themselves are the values: each satisfies :class:`Model`, which is what a compiled model and its evidence
curve need, and that of one study :class:`Likelihood` as well, which states what else is said of it. A new likelihood is one
file that satisfies it, one row in :mod:`crlm_bayes.likelihoods.leaves`, one assembler of its evidence
(:data:`crlm_bayes.evidence.assemble.ASSEMBLERS`) and one word (:data:`crlm_bayes.documents.analysis_parts.LIKELIHOODS`).
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Density, Prior

if TYPE_CHECKING:
    import xarray as xr

ARM_POSITION: Final[NDArray[np.float64]] = np.array([-0.5, 0.5])
"""x of control and treatment: the nuisance sits in the middle."""

ARM_POSITION_LATEX: Final = r"\quad x_{\text{control}} = -\frac12,\; x_{\text{treatment}} = \frac12"

Drawn = dict[str, tuple[tuple[str, ...], Floats]]
"""Arrays by name, each with its dimensions."""


class Equation(NamedTuple):
    """One line of a model: LaTeX, plain text, and what it says in words."""

    latex: str
    plain: str
    words: str


def prior_line(of: Equation, prior: Density) -> Equation:
    """Write the prior of a parameter, whose symbol is `of`."""
    return Equation(rf"{of.latex} \sim {prior.latex}", f"{of.plain} ~ {prior.plain}", of.words)


class FitFigure(NamedTuple):
    """The figure of a fit over its data: its name and heading."""

    name: str
    heading: str


class Stack(NamedTuple):
    """How studies of one likelihood are stacked in the compiled model of a synthesis.

    Attributes
    ----------
    name : str
        Of the block of the model.
    row : str
        What one row is.
    own : tuple of str
        Data that belong to a row; all else is a prior, which the studies share.
    spread : str
        As in its :class:`Shape`.
    """

    name: str
    row: str
    own: tuple[str, ...]
    spread: str = ""


class Shape(NamedTuple):
    """A compiled model fits every analysis of the same shape; priors and data change through `pm.Data`.

    So that there are few, rows have room to spare (:func:`room`): what is left over has no data.

    `spread` is the family of the standard deviation between effects: of intervals, or of studies; `prior` that of the effect, by its class.
    The last fields are those of a synthesis: how effects relate, the blocks that its studies are stacked in and the rows that each has
    room for, how many studies (or arms) there is room for, whether a discount is learnt, and the family of the spread of bias.
    """

    likelihood: str
    intervals: int = 0
    proportional: bool = True
    spread: str = ""
    walk: bool = False
    prior: str = "Normal"
    components: int = 1
    effects: str = ""
    blocks: tuple[tuple[str, int], ...] = ()
    studies: int = 0
    learnt: bool = False
    bias_spread: str = ""


def room(count: int, least: int) -> int:
    """Rows of a model that has room for `count`: `least`, or twice as many as often as it takes."""
    size = least
    while size < count:
        size *= 2
    return size


class Model(Protocol):
    """What the module of every model has: of the likelihood of one study, or of a structure."""

    @property
    def FIGURE(self) -> FitFigure | None:  # noqa: N802
        """Figure of the fit over its data; None where no such thing is fitted."""

    def equations(self, spec: AnalysisSpec) -> tuple[Equation, ...]:
        """Write the likelihood of an analysis."""

    def nuisance(self, spec: AnalysisSpec) -> tuple[Equation, ...]:
        """Write the priors of its nuisance parameters; nothing where it has none."""

    def shape(self, evidence: Any, spec: AnalysisSpec) -> Any:
        """Say what a compiled model is specific to: a :class:`Shape`, or what serves as one."""

    def data(self, evidence: Any, spec: AnalysisSpec) -> dict[str, Any]:
        """Values of its ``pm.Data``."""

    def curve(self, evidence: Any, spec: AnalysisSpec) -> EvidenceCurve:
        """Tabulate the evidence curve of the same likelihood."""

    def coordinates(self, evidence: Any) -> dict[str, list[Any]]:
        """Labels of the model's dimensions."""

    def sample_nuisance(self, evidence: Any, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator) -> Drawn:
        """Nuisance parameters from their priors, and the cell probabilities they imply."""

    def replicate(self, parameters: "xr.Dataset", evidence: Any, rng: np.random.Generator) -> "xr.Dataset":
        """Draw new data from parameters: the predictive distributions, under the names of what was observed."""

    def observed(self, evidence: Any) -> Drawn:
        """What was observed, by name, with its dimensions."""

    def derive(self, parameters: "xr.Dataset", evidence: Any, spec: AnalysisSpec) -> "xr.Dataset":
        """Absolute effects and everything else that is reported beside the ratio."""


@runtime_checkable
class Plain(Protocol):
    """What the module of a model has whose effect comes first."""

    def build(self, theta: Any, shape: Any, block: str = "") -> None:
        """Add the likelihood to the PyMC model in context; `block` starts the names of dimensions that are its own."""


class Effect(Protocol):
    """Adds the log ratio, under its prior, to the PyMC model in context."""

    def __call__(self, name: str = "theta", shift: Any = None) -> Any:
        """What is added is the effect plus `shift`, where there is one."""


@runtime_checkable
class Around(Protocol):
    """What the module of a model has instead of `build`, where something must come before the effect."""

    def build_around(self, effect: Effect, shape: Any) -> None:
        """Add effect and likelihood to the PyMC model in context."""

    def data_under(self, prior: Prior, evidence: Any, spec: AnalysisSpec) -> dict[str, Any]:
        """Values of its ``pm.Data`` that depend on the prior of the effect."""


class Likelihood(Model, Plain, Protocol):
    """What the module of the likelihood of one study has."""

    @property
    def NOUN(self) -> str:  # noqa: N802
        """What it is called."""

    @property
    def EXCHANGEABLE(self) -> str:  # noqa: N802
        """Who is taken to be like whom, as a clause."""

    @property
    def EVIDENCE(self) -> type[SingleEvidence]:  # noqa: N802
        """What it takes; no other likelihood takes the same."""

    @property
    def STACKS(self) -> tuple[Stack, ...]:  # noqa: N802
        """The blocks that its studies make in a synthesis."""

    def stack(self, evidence: Any) -> Stack:
        """Which of them a study belongs to."""

    def limits(self, spec: AnalysisSpec, study: Study, evidence: Any) -> list[str]:
        """Say what an analysis cannot say because of this likelihood, in sentences."""
