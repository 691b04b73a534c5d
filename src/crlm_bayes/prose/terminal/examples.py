"""Examples below the help of each command; tests run those that are cheap."""

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "fit": (
        "fit os_direct",
        "fit --exact",
        "fit --data mytrials/data --models mytrials/models --out results",
    ),
    "report": (
        "report os_direct",
        "report --out results",
    ),
    "sceptic": (
        "sceptic os_direct",
        "sceptic os_direct --verbose",
        'sceptic os_direct --prior "normal(0, 0.1)" --harm-bias 0.1',
        "sceptic --data mytrials/data --models mytrials/models --json",
    ),
    "bundle": (
        "bundle os_direct --to os.zip",
        "bundle --out results --to bundle.zip",
    ),
    "batch": (
        "batch trials.csv --out answers.csv",
        "batch trials.csv --out answers.parquet --prior sceptical",
    ),
    "multiverse": (
        "multiverse pfs_direct",
        "multiverse --json",
    ),
    "audit": (
        "audit",
        "audit --strict",
        "audit --data mytrials/data",
    ),
    "show": (
        "show os_direct",
        "show os_direct --json",
    ),
    "list": (
        "list",
        "list --out results",
        "list --data mytrials/data --models mytrials/models",
    ),
    "check": (
        "check",
        "check --data mytrials/data --models mytrials/models",
    ),
    "schema": ("schema",),
}
"""Words behind `crlm-bayes`."""


def examples(command: str) -> str:
    """Write the examples of a command, one a line."""
    return "\n\n".join(["Examples:", *(f"crlm-bayes {words}" for words in EXAMPLES[command])])
