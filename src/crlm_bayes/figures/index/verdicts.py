"""The verdict matrix: every analysis under every prior at a glance."""

from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from crlm_bayes.figures.frame import style, words
from crlm_bayes.prose.index import endpoint_of, place_of, role_of
from crlm_bayes.prose.verdicts import GATE_FAILED, IN_CELLS, LEGEND, OF_HARM, word_of
from crlm_bayes.words.nouns import (
    SIGNS,
    capital,
    endpoint_noun,
    in_one_order,
    vocabulary,
)
from crlm_bayes.words.numbers import estimate, short

if TYPE_CHECKING:
    import pandas as pd

LABEL, CELL, RIGHT = 2.65, 1.12, 0.12

HEAD, ROW, ENDPOINT, FOOT, TOP = 0.42, 0.47, 0.27, 1.12, 0.1

FAILED = "†"

MINUTE = 6.2
"""Font size inside cells."""


def by_endpoint(verdicts: "pd.DataFrame") -> dict[str, list[str]]:
    """Analyses of each endpoint, survival first and safety last: the answer, other syntheses, single studies."""
    found: dict[str, list[str]] = {}
    for row in sorted(verdicts.drop_duplicates("analysis").itertuples(), key=place_of):
        found.setdefault(endpoint_of(row), []).append(str(row.analysis))
    return found


def analysis_words(row: Any) -> str:
    """*Smith 2024 (HR)*: the study, or what a synthesis is for, and the measure; the reading stands below."""
    return f"{role_of(row)} ({str(row.measure).upper()})"


def verdict_of(row: Any) -> str:
    """The verdict of a row in words; none where it asks what if."""
    return "" if row.mark == "what_if" else word_of(row.mark, vocabulary(row))


def draw_verdicts(verdicts: "pd.DataFrame") -> Figure:
    """Draw the matrix: analyses down, grouped by endpoint, priors across."""
    endpoints = by_endpoint(verdicts)
    priors = in_one_order(list(panel) for _, panel in verdicts.groupby("analysis", sort=False)["prior"])
    cells = {(row.analysis, row.prior): row for row in verdicts.itertuples()}
    first = {str(row.analysis): row for row in reversed(list(verdicts.itertuples()))}
    width = max(LABEL + CELL * len(priors) + RIGHT, 6.6)
    height = TOP + HEAD + len(endpoints) * ENDPOINT + len(first) * ROW + FOOT
    figure = Figure(figsize=(width, height))
    page = style.page(figure)
    primary = set(verdicts.loc[verdicts["primary"].astype(bool), "prior"])
    y = height - TOP - HEAD
    for j, prior in enumerate(priors):
        name = words.fit(words.prior_name(prior), 14, 2)
        style.write(page, LABEL + (j + 0.5) * CELL, y + 0.08, name, bold={prior} == primary, ha="center", va="bottom")
    for endpoint, analyses in endpoints.items():
        y -= ENDPOINT
        style.write(page, 0.1, y + 0.08, capital(endpoint_noun(endpoint)), bold=True, va="bottom")
        page.plot([0.1, LABEL + CELL * len(priors)], [y + 0.03] * 2, color=style.SOFT, linewidth=style.THIN)
        for analysis in analyses:
            y -= ROW
            row = first[analysis]
            style.write(page, 0.1, y + ROW - 0.06, words.fit(analysis_words(row), 36), va="top")
            title = words.fit(words.without_role(str(row.title)), 46, 2)
            style.write(page, 0.1, y + ROW - 0.2, title, MINUTE, style.SOFT, va="top", linespacing=1.1)
            for j, prior in enumerate(priors):
                _cell(page, LABEL + j * CELL, y, cells.get((analysis, prior)))
    _key(page, bool(verdicts["gate_passed"].astype(bool).all()))
    return figure


def _cell(page: Axes, x: float, y: float, row: Any) -> None:
    """Draw one verdict: P(benefit) and its sign, the ratio with its interval below."""
    inset, middle = 1 / 40, x + CELL / 2
    box = (x + inset, y + inset), CELL - 2 * inset, ROW - 2 * inset
    if row is None:
        style.write(page, middle, y + ROW / 2, "–", colour=style.SOFT, ha="center")
        return
    page.add_patch(Rectangle(*box, facecolor=style.PROBABILITY_MAP(float(row.p_benefit)), linewidth=0))
    if row.mark == "survives":
        page.add_patch(Rectangle(*box, facecolor="none", edgecolor=style.INK, linewidth=1.5, label="survives"))
    number = f"{SIGNS[row.mark]} {vocabulary(row).chance(row.p_benefit)}".lstrip()
    number += "" if row.gate_passed else FAILED
    style.write(page, middle, y + 0.62 * ROW, number, bold=bool(row.primary), ha="center")
    interval = estimate(row.median, row.eti95_lower, row.eti95_upper)
    style.write(page, middle, y + 0.27 * ROW, interval, MINUTE, ha="center")


def _key(page: Axes, all_passed: bool) -> None:
    """Say what signs, numbers and colours mean."""
    lines = [style.SPACE.join(LEGEND), f"each cell: {IN_CELLS}", f"{OF_HARM}; bold: primary prior; framed: survives"]
    if not all_passed:
        lines.append(f"{GATE_FAILED}: not to be relied on")
    for i, line in enumerate(lines):
        style.write(page, 0.1, FOOT - 0.18 - 0.17 * i, line, style.TINY)
    y, left, chip = FOOT - 0.2 - 0.17 * len(lines), 1.25, 0.24
    style.write(page, 0.1, y, "colour: P(benefit)", style.TINY)
    for i in range(11):
        place = (left + i * chip, y - 0.06), chip, 0.12
        page.add_patch(Rectangle(*place, facecolor=style.PROBABILITY_MAP(i / 10), edgecolor="white", linewidth=0.5))
        if i % 5 == 0:
            style.write(page, left + (i + 0.5) * chip, y - 0.13, short(i / 10), MINUTE, ha="center")
