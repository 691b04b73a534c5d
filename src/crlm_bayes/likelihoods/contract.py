"""What every likelihood file provides, so that the rest of the program need not know which it is.

A likelihood module has

``EQUATIONS``
    pairs of LaTeX and words;
``shape(evidence, spec)``
    what a compiled model is specific to (:class:`Shape`);
``build(theta, shape, block="")``
    adds the likelihood to the PyMC model in context; `block` starts the names of dimensions that are its own;
``data(evidence, spec)``
    the values of its ``pm.Data``;
``curve(evidence, spec)``
    the evidence curve of the same likelihood;
``coordinates(evidence)``
    labels of the model's dimensions;
``sample_nuisance(evidence, spec, theta, rng)``
    nuisance parameters from their priors, and the cell probabilities they imply;
``replicate(parameters, evidence, rng)``
    new data from parameters: the predictive distributions, under the names of what was observed;
``observed(evidence)``
    what was observed, by name, with its dimensions;
``derive(parameters, evidence, spec)``
    absolute effects and everything else that is reported beside the ratio.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ARM_POSITION: Final[NDArray[np.float64]] = np.array([-0.5, 0.5])
"""x of control and treatment: the nuisance sits in the middle."""

ARM_POSITION_LATEX: Final = r"\quad x_{\text{control}} = -\frac12,\; x_{\text{treatment}} = \frac12"


class Shape(NamedTuple):
    """A compiled model fits every analysis of the same shape; priors and data change through `pm.Data`.

    `spread` is the family of the standard deviation between effects: of intervals, or of studies. The last fields are
    those of a synthesis: how effects relate, the blocks that its studies are stacked in, which of them are shifted and which discounted by
    a learnt weight, and the family of the spread of bias.
    """

    likelihood: str
    intervals: int = 0
    proportional: bool = True
    spread: str = ""
    walk: bool = False
    prior: str = "Normal"
    components: int = 1
    effects: str = ""
    blocks: tuple[Any, ...] = ()
    shifted: tuple[bool, ...] = ()
    learnt: tuple[bool, ...] = ()
    bias_spread: str = ""
