r"""Which choices matter: how much of the variance between the cells of a multiverse lies between the options of each.

In the full product of the options the share of a choice :math:`j` is the first-order sensitivity index of Sobol' (1993),

.. math:: S_j = \frac{\operatorname{Var}(\mathrm{E}[y \mid \text{option of } j])}{\operatorname{Var}(y)},

the sum of squares of its main effect over the total one in the analysis of variance of the balanced factorial; what the
shares leave of 1 is of combinations, where an option matters more beside some options than beside others. Where cells have
no answer the factorial is not balanced and main effects overlap; the share is then the mean over all orders of entry of
what the choice adds to R² (Lindeman, Merenda & Gold 1980; Grömping 2007, *The American Statistician* 61:139), which is
:math:`S_j` again where it is balanced. Every cell has the same weight: a share is of these options, and of no others.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats

Places = NDArray[np.intp]


def shares(y: Floats, options: Mapping[str, Places]) -> dict[str, float] | None:
    """Share of each choice in the variance of `y`; what they leave of 1 is of combinations.

    Parameters
    ----------
    y : array, shape (N,)
        One value a cell.
    options : mapping of choice to array of int, shape (N,)
        Which option of the choice each cell has.

    Returns
    -------
    dict or None
        None where all cells are alike: there is nothing to share.
    """
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 1e-20 * max(float((y**2).sum()), 1e-300):
        return None
    names, k = list(options), len(options)
    columns = {name: np.eye(int(places.max()) + 1)[places][:, 1:] for name, places in options.items()}
    explained = {
        chosen: _explained(y, [columns[name] for name in chosen]) / total
        for size in range(k + 1)
        for chosen in combinations(names, size)
    }
    found = dict.fromkeys(names, 0.0)
    for before, r2 in explained.items():
        weight = factorial(len(before)) * factorial(k - len(before) - 1) / factorial(k) if len(before) < k else 0.0
        for name in names:
            if name not in before:
                found[name] += weight * (explained[tuple(n for n in names if n in before or n == name)] - r2)
    return found


def _explained(y: Floats, columns: Sequence[Floats]) -> float:
    """Sum of squares that main effects explain."""
    design = np.column_stack([np.ones(len(y)), *columns])
    fitted = design @ np.linalg.lstsq(design, y)[0]
    return float(((fitted - y.mean()) ** 2).sum())
