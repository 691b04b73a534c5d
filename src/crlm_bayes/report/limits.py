"""What an analysis cannot say, in words: from its design, its print and its model."""

from crlm_bayes.evidence import RatioEvidence
from crlm_bayes.report.synthesis_limits import limits_of_synthesis
from crlm_bayes.result import AnalysisResult
from crlm_bayes.words import DESIGNS


def limits(result: AnalysisResult) -> list[str]:
    """List the limits of an analysis, the gravest first."""
    return limits_of_synthesis(result) if result.spec.is_synthesis else _limits_of_one(result)


def _limits_of_one(result: AnalysisResult) -> list[str]:
    spec, study, evidence = result.spec, result.question.study, result.question.evidence
    said = []
    if study.design != "rct":
        said.append(
            f"The study is a {DESIGNS[study.design]}. Who was treated was not left to chance, and confounding is not modelled "
            "here: the interval says what chance can do, not what selection can do. The E-value tells how strong "
            "confounding would have to be."
        )
    said += [
        "This is a reanalysis made after the results were published. Priors, the smallest ratio worth having and the rule "
        "are fixed in documents whose digests are given here, but they were written with the results in print.",
        "It rests on published summaries, not on the data of single patients: no covariate, censoring time or subgroup can be "
        "looked at again.",
        "Printed numbers are rounded, and they are taken at their printed value.",
        "It is one reading of the print. Other defensible readings of the same paper are analyses of their own: the page "
        "of all analyses puts them side by side. Readings of the same patients are never multiplied together.",
    ]
    if spec.structure == "centres":
        said.append(
            "How much centres differ, and whether those with a better prognosis treated more of their patients, is not in the print: "
            "what is said of it follows from assumptions and is a sensitivity analysis."
        )
    if spec.likelihood == "piecewise_exponential":
        said.append(
            "Between landmarks the hazard is taken as constant; the shape of the curve between them is not in the print."
        )
    if not spec.proportional:
        said.append(
            "θ is the plain average of the log hazard ratios of the intervals between landmarks; other landmarks would "
            "make other intervals, and intervals with few events weigh as much as those with many."
        )
    if spec.reading == "logrank":
        said.append(
            "A hazard ratio is recovered from a p value and a number of events: its size is right where hazards are "
            "proportional and nobody was left out of the test."
        )
    elif spec.likelihood == "log_ratio":
        said.append(
            "The printed ratio is believed as it stands, with the model and the covariates that its authors chose."
        )
    if isinstance(evidence, RatioEvidence) and evidence.control_survival is not None:
        said.append(
            "The absolute effect takes the printed survival of the control arm as known; its own uncertainty is not in the interval."
        )
    if (
        study.complete_follow_up_months is not None
        and spec.reading in ("landmark", "percent")
        and spec.likelihood == "piecewise_exponential"
    ):
        said.append(
            "Nobody is taken as censored before the last landmark, on the basis stated with the data. If patients were, the intervals are too narrow."
        )
    if study.source == "secondary":
        said.append("The paper itself was not read: its numbers come from another paper's account.")
    return said
