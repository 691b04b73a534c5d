"""The design of a study: is it called by one word throughout?"""

from collections.abc import Iterable

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.documents.study import Study, reference, said_to_be
from crlm_bayes.words.nouns import DESIGNS, listed


@check("Does the paper call its design by one name throughout?")
def design(study: Study) -> Iterable[Trouble]:
    """Name words for the design that exclude each other: whether it was randomised decides what it can establish."""
    if not said_to_be(study):
        return
    said = [f"“{entry.says}” ({entry.locator})" for entry in study.designs]
    yield Trouble(
        "as-called",
        "serious",
        tuple(reference("designs", entry) for entry in study.designs),
        tuple(entry.locator for entry in study.designs),
        " and ".join(f"“{entry.says}”" for entry in study.designs),
        "one design",
        f"The paper calls its design {listed(said)}: it cannot be both a "
        f"{' and a '.join(dict.fromkeys(DESIGNS[entry.design].partition(' (')[0] for entry in study.designs))}, so that it is said to "
        "be randomised rather than known to be.",
    )
