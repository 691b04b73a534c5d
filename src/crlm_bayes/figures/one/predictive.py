"""What the model expects to be printed, before and after it has seen the print."""

from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.result import Result
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.evidence.values import ArmLevelEvidence
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.frame.arviz_axes import collection
from crlm_bayes.prose import captions
from crlm_bayes.rule import INTERVAL
from crlm_bayes.words.numbers import INTERVAL_WORDS

Group = Literal["posterior_predictive", "prior_predictive"]

LEFT, CELL, RIGHT = 0.75, 0.92, 0.3

BOTTOM, HEIGHT, TOP = 0.74, 2.2, 0.2


def draw_predictive(result: Result, prior: str, group: Group) -> Figure:
    """Draw predictive intervals with the observed values, one for each number that the likelihood takes."""
    tree, evidence = result.trees[prior], result.question.evidence_of_arms
    assert isinstance(evidence, SingleEvidence | ArmLevelEvidence), "studies of a synthesis are drawn apart"
    predicted, observed = tree[group].dataset["y"], tree["observed_data"].dataset["y"]
    if not observed.dims:
        return _draw_ratio(result, prior, group, predicted, observed)
    order, shares, name = list(observed.dims), evidence.counted is not None, words.endpoint_name(result.spec.endpoint)
    if shares:
        n = observed.copy(data=evidence.counted)
        # replicates are whole patients of a rounded number; where nobody is at risk, nobody survives
        predicted, observed = 100 * predicted / np.maximum(np.rint(n), 1), 100 * observed / np.where(n > 0, n, 1)
    data, seen = xr.Dataset({"y": _cells(predicted, order)}), xr.Dataset({"y": _cells(observed, order)})
    cells = seen.sizes["cell"]
    width = CELL * max(cells, 5)
    figure = Figure(figsize=(LEFT + width + RIGHT, BOTTOM + HEIGHT + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, width, HEIGHT)
    _intervals(figure, axes, data, seen, group)
    axes.set(xlim=(-0.6, cells - 0.4), ylabel=evidence.quantity or (f"{name} (%)" if shares else name))
    axes.set_xticks(range(cells), labels=evidence.cells(("control", words.gain(evidence.labels, 13))))
    axes.tick_params(axis="x", length=0)
    for k in range(2, cells, 2):
        axes.axvline(k - 0.5, color=style.FAINT, linewidth=style.THIN)
    if shares:
        low, high = (-2.0, 102.0) if group == "prior_predictive" else axes.get_ylim()
        axes.set_ylim(max(low, -2.0), min(high, 102.0))
    _caption(figure, prior, group, f"○ {captions.TWO_INTERVALS}", "▬ observed")
    return figure


def _cells(values: xr.DataArray, order: list[str]) -> xr.DataArray:
    """Lay the dimensions of the data out in one row."""
    stacked = values.stack(cell=order)
    return stacked.drop_vars([c for c in stacked.coords if c not in ("chain", "draw")]).assign_coords(
        cell=np.arange(stacked.sizes["cell"])
    )


def _intervals(figure: Figure, axes: Axes, data: xr.Dataset, seen: xr.Dataset, group: Group) -> None:
    import arviz as az

    az.plot_ppc_interval(
        xr.DataTree.from_dict({group: data, "observed_data": seen}),
        group=group,
        plot_collection=collection(figure, {"y": axes}, data),
        ci_kind="eti",
        ci_probs=(0.5, INTERVAL),
        point_estimate="median",
        visuals={
            "trunk": {"color": style.BLUE, "alpha": 0.45, "width": style.LINE},
            "twig": {"color": style.BLUE, "width": 2 * style.HEAVY},
            "prediction_markers": {"color": "white", "marker": "o", "size": 16},
            "observed_markers": {"color": style.VERMILLION, "marker": "_", "size": 480, "width": 2.2},
            "xlabel": False,
            "ylabel": False,
        },
    )


def _draw_ratio(answer: Answer, prior: str, group: Group, predicted: xr.DataArray, observed: xr.DataArray) -> Figure:
    """Draw the distribution of the printed log ratio, a single number, with the one observed."""
    import arviz as az

    width = CELL * 5
    figure = Figure(figsize=(LEFT + width + RIGHT, BOTTOM + 0.8 * HEIGHT + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, width, 0.8 * HEIGHT)
    data = xr.Dataset({"y": predicted})
    az.plot_dist(
        xr.DataTree.from_dict({group: data}),
        group=group,
        plot_collection=collection(figure, {"y": axes}, data),
        kind="kde",
        ci_kind="eti",
        ci_prob=INTERVAL,
        point_estimate="median",
        stats={"dist": {"grid_len": 128}},
        visuals={
            "dist": {"color": style.BLUE, "width": style.LINE},
            "face": {"color": style.BLUE, "alpha": 0.15},
            "credible_interval": {"color": style.BLUE, "width": style.HEAVY},
            "point_estimate": {"color": style.BLUE},
            "point_estimate_text": False,
            "title": False,
            "remove_axis": False,
        },
    )
    style.mark(axes, float(observed), 0, "D", style.MARKER, style.VERMILLION, label="observed", clip_on=False, zorder=6)
    ratio_axis.set_ratio_axis(axes, axes.get_xlim(), width)
    axes.set_xlabel(f"replicated {ratio_axis.axis_title(answer.spec.measure)}")
    axes.set(yticks=[])
    axes.spines["left"].set_visible(False)
    _caption(figure, prior, group, f"● {INTERVAL_WORDS}", "◆ observed")
    return figure


def _caption(figure: Figure, prior: str, group: Group, *marks: str) -> None:
    style.footnote(figure, captions.predictive(group == "posterior_predictive", prior), *marks)
