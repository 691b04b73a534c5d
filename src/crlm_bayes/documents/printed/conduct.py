"""What a paper says of how its study was made: what it calls its design, and what may bias its comparison."""

from typing import Literal

from crlm_bayes.documents.printed.entries import Entry
from crlm_bayes.toml import Text

Design = Literal["rct", "cohort", "case_control", "single_arm", "pooled"]


class DesignEntry(Entry):
    """What the paper calls its own design in one place, and what that means; there may be several."""

    KEYS = ("design",)

    design: Design
    says: Text


class BiasEntry(Entry):
    """A way in which what the paper describes may bias its comparison."""

    KEYS = ("kind",)

    kind: Literal["confounding", "selection", "adjusted_after_treatment", "measurement"]
    says: Text
