"""ArviZ plots drawn into axes of ours: its visuals, this package's layout, and no pyplot figure left open."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def collection(figure: Figure, axes: Mapping[str, Axes], data: xr.Dataset, **aesthetics: Any) -> Any:
    """Make a `PlotCollection` that draws each variable of `data` into its axes.

    Parameters
    ----------
    axes : mapping of variable name to Axes
    aesthetics : as in `PlotCollection`, for example ``aes={"color": ["chain"]}, color=[...]``
    """
    import arviz as az

    def scalar(thing: object) -> tuple[tuple[()], Any]:
        box = np.empty((), dtype=object)
        box[()] = thing
        return (), box

    viz = xr.DataTree.from_dict(
        {
            "/": xr.Dataset({"figure": scalar(figure)}),
            "plot": xr.Dataset({name: scalar(one) for name, one in axes.items()}),
        }
    )
    return az.PlotCollection(data, viz, backend="matplotlib", **aesthetics)
