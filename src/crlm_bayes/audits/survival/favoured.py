"""Which arm a test of survival is said to favour, against the printed medians."""

from collections.abc import Iterable

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import arm_name
from crlm_bayes.documents.medians import longer_first
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun


@check("Do the medians say the same of the arm that did better as the test?")
def favoured_arm(study: Study) -> Iterable[Trouble]:
    """Compare the arm that a log-rank test favours with the longer median.

    Only where longer times are better: of times to a good event the shorter median is the better one, which a study
    document does not say.
    """
    for test in study.tests:
        if test.test != "logrank" or test.endpoint is None or test.favours is None or len(study.arms) != 2:
            continue
        one, other = (arm.id for arm in study.arms)
        pair = longer_first(study, test.endpoint, (one, other))
        if pair is None or pair[0].arm == test.favours:
            continue
        long, short = pair
        named = arm_name(study, test.favours)
        values = f"{short.months} v {long.months} months"
        message = (
            f"The log-rank test of {endpoint_noun(test.endpoint)} is said to favour {named}, whose median is the shorter one "
            f"({values}), which only curves that cross could explain."
        )
        yield Trouble(
            test.endpoint, "warning", (reference("tests", test), *(reference("medians", m) for m in pair)),
            (test.locator, *(m.locator for m in pair)), f"favours {named}", f"medians {values}", message,
        )  # fmt: skip
