"""Draw docs/_static/landmarks.svg: 156 real curves read from landmarks alone, against the Cox estimates of the full data.

Run by hand where the likelihood of landmarks changes; `tests/truths/test_real_curves.py` holds the numbers.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "_static" / "landmarks.svg"


def main() -> None:
    """Draw every curve once."""
    sys.path.insert(0, str(ROOT / "tests"))
    from truths.test_real_curves import comparison_of_curves

    plt.rcParams["svg.hashsalt"] = "crlm_bayes"
    found = comparison_of_curves()
    figure, axes = plt.subplots(figsize=(5.2, 5), layout="constrained")
    ends = np.array(
        [min(found["cox"].min(), found["mean"].min()) - 0.1, max(found["cox"].max(), found["mean"].max()) + 0.1]
    )
    axes.plot(ends, ends, color="0.6", linewidth=1, zorder=1)
    axes.errorbar(
        found["cox"], found["mean"], yerr=found["sd"], fmt="o", markersize=3.5, elinewidth=0.5, color="#0072b2"
    )
    axes.set(xlabel="log hazard ratio, Cox regression of all times", ylabel="log hazard ratio from landmarks (± 1 sd)")
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    figure.savefig(TARGET, metadata={"Date": None})
    difference = found["mean"] - found["cox"]
    print(
        f"{len(found)} curves, mean difference {difference.mean():.3f}, root mean square {np.sqrt((difference**2).mean()):.3f}"
    )
    print(f"median ratio of standard deviations {(found['sd'] / found['cox_se']).median():.3f}")


if __name__ == "__main__":
    main()
