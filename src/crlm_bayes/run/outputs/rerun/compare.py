"""Compare the tables of two runs: exact rows number by number, sampled rows in units of their Monte Carlo error.

``python compare.py RESULTS AGAIN [--exact]``. It stands in every bundle as it is here and needs nothing but Python.
"""

import csv
import math
import sys
from pathlib import Path

CLOSE = 1e-6
"""Difference of two exact numbers, as a share of the number where that is above 1, up to which they are the same."""

FAR = 5.0
"""Difference of two sampled means, in standard errors of that difference, up to which chance explains it."""

NUMBERS = ("median", "mean", "sd", "eti95_lower", "eti95_upper", "p_benefit", "p_mcid", "p_harm")

Table = dict[tuple[str, str, str], dict[str, float]]
"""Rows of `estimates.csv` by prior, engine and quantity; what is empty is NaN."""


def read(path: Path) -> Table:
    """Read a table of estimates."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["prior"], row["engine"], row["quantity"]): {
                key: float(row[key] or "nan") for key in (*NUMBERS, "mcse_mean")
            }
            for row in csv.DictReader(file)
        }


def exact_difference(ours: dict[str, float], theirs: dict[str, float]) -> float:
    """Largest difference between two exact rows; infinite where only one of them has a number."""
    return max(_difference(ours[key], theirs[key]) for key in NUMBERS)


def _difference(a: float, b: float) -> float:
    if (math.isnan(a) and math.isnan(b)) or a == b:
        return 0.0
    return abs(a - b) / max(1.0, abs(a)) if math.isfinite(a) and math.isfinite(b) else math.inf


def sampled_distance(ours: dict[str, float], theirs: dict[str, float]) -> float | None:
    """Distance of two sampled means in standard errors of their difference; None where there is no such error."""
    error = math.hypot(ours["mcse_mean"], theirs["mcse_mean"])
    apart = abs(ours["mean"] - theirs["mean"])
    if math.isnan(error) or math.isnan(apart):
        return None
    return apart / error if error else 0.0 if apart <= CLOSE else math.inf


def compare(results: Table, again: Table, *, exact: bool = False) -> tuple[bool, str]:
    """Say whether two tables agree, and by how much they differ.

    Parameters
    ----------
    exact : bool
        Leave out what was sampled.
    """
    wanted = {key: row for key, row in results.items() if not (exact and key[1] != "curve")}
    missing = [key for key in wanted if key not in again]
    both = {key: (row, again[key]) for key, row in wanted.items() if key in again}
    differences = {key: exact_difference(*rows) for key, rows in both.items() if key[1] == "curve"}
    distances = {key: sampled_distance(*rows) for key, rows in both.items() if key[1] != "curve"}
    judged = {key: distance for key, distance in distances.items() if distance is not None}
    bad = [key for key, value in differences.items() if value > CLOSE]
    bad += [key for key, value in judged.items() if value > FAR]
    said = [f"{len(differences)} exact rows, the largest difference {max(differences.values(), default=0.0)}"]
    if distances:
        worst = round(max(judged.values(), default=0.0), 2)
        said.append(f"{len(judged)} sampled rows, the farthest {worst} Monte Carlo standard errors apart")
        said.append(f"{len(distances) - len(judged)} rows without such an error, not judged")
    said += [f"NOT MADE AGAIN: {' / '.join(key)}" for key in missing]
    said += [f"NOT THE SAME: {' / '.join(key)}" for key in bad]
    return not (missing or bad), "; ".join(said)


def main(arguments: list[str]) -> int:
    """Compare every analysis of two folders; 1 where any differs."""
    exact = "--exact" in arguments
    results, again = (Path(name) for name in arguments if name != "--exact")
    same = True
    for path in sorted(results.glob("*/estimates.csv")):
        made = again / path.parent.name / path.name
        agrees, said = compare(read(path), read(made), exact=exact) if made.is_file() else (False, "NOT MADE AGAIN")
        print(f"{path.parent.name}: {'the same' if agrees else 'DIFFERENT'}: {said}")
        same = same and agrees
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
