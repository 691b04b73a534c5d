"""Input that cannot be used: one line that says which file, which entry, which key, what is allowed, what is nearest.

Every case makes one fault in the invented trial of `tests/data`; the texts are the contract.
"""

import re
from pathlib import Path

import pytest

from crlm_bayes.answers.questions import read_questions
from crlm_bayes.errors import CrlmBayesError, InvalidInput, UnknownName, nearest

STUDY = "published/trial2020.toml"
RESPONSE, SURVIVAL = "models/response_trial2020.toml", "models/survival_trial2020.toml"
SCATTERED, RATIO, PRIORS = "models/scattered_trial2020.toml", "models/ratio_trial2020.toml", "models/priors.toml"


def complaint(trial: Path) -> str:
    """The one line that reading everything in the folder ends with."""
    with pytest.raises(CrlmBayesError) as caught:
        read_questions(trial / "published", trial / "models")
    line = str(caught.value)
    assert "\n" not in line, "the message has more than one line"
    assert caught.value.exit_code == 1
    assert "pydantic" not in line and "Traceback" not in line
    return line


def spoil(trial: Path, file: str, old: str, new: str) -> None:
    """Make one fault: replace the first occurrence of a text that must be there."""
    path = trial / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not contain {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_invented_trial_without_a_fault_is_accepted(trial: Path) -> None:
    names = [question.spec.id for question in read_questions(trial / "published", trial / "models")]
    assert names == ["ratio_trial2020", "response_trial2020", "scattered_trial2020", "survival_trial2020"]


ORR = 'events = 40\nn = 100\npercent = "40.0"'
PFS36 = 'months = "36"\npercent = "30.0"'
CASES: list[tuple[str, str, str, str, list[str]]] = [
    # name, file, text, faulty text, what the line says
    ("unknown key of the study", STUDY, 'design = "rct"', 'desing = "rct"', ["trial2020.toml: desing", "unknown key", "allowed: ", "'design'"]),
    ("unknown key of an arm", STUDY, 'label = "Chemotherapy"', 'lable = "Chemotherapy"', ["arms[1]", "lable", "unknown key", "id, label, n, role", "'label'"]),
    ("unknown key of a count", STUDY, "events = 40", "event = 40", ["counts[1] (orr, control): event:", "unknown key", "'events'"]),
    ("unknown key of a survival point", STUDY, 'percent = "80.0"', 'percnt = "80.0"', ["survival[1] (pfs, control, 12): percnt", "'percent'"]),
    ("unknown table", STUDY, "[[continuous]]", "[[continous]]", ["trial2020.toml: continous", "unknown key", "'continuous'"]),
    ("misspelt role", STUDY, 'role = "control"', 'role = "contrl"', ["arms[1] (control): role", "'contrl'", "allowed: control, treatment, other", "'control'"]),
    ("misspelt design", STUDY, 'design = "rct"', 'design = "rtc"', ["design", "'rtc'", "cohort, case_control, single_arm, pooled", "'rct'"]),
    ("misspelt timing", STUDY, '"perioperative"', '"perioperativ"', ["timing", "'perioperative'"]),
    ("misspelt measure", STUDY, 'measure = "hr"', 'measure = "HR"', ["contrasts[1] (pfs): measure", "'HR'", "allowed: hr, or, rr", "did you mean 'hr'"]),
    ("misspelt test", STUDY, 'test = "logrank"', 'test = "log-rank"', ["tests[1] (pfs): test", "'log-rank'", "chi2, logrank, t, wald, exact", "'logrank'"]),
    ("misspelt kind of interval", STUDY, 'interval_kind = "ci"', 'interval_kind = "c.i."', ["medians[1] (pfs, control", "interval_kind", "allowed: ci, iqr, unstated"]),
    ("missing key", STUDY, 'design = "rct"\n', "", ["trial2020.toml: design", "required but missing"]),
    ("missing locator", STUDY, ORR + '\nlocator = "Table 1"', ORR, ["counts[1] (orr, control): locator", "required but missing"]),
    ("missing arm of a count", STUDY, 'endpoint = "orr"\narm = "drug"', 'endpoint = "orr"\narm = "drgu"', ["counts[2] (orr, drgu): arm", "there is no arm 'drgu'", "control, drug, observation", "'drug'"]),
    ("missing arm of a survival point", STUDY, 'arm = "drug"\nmonths = "36"', 'arm = "dug"\nmonths = "36"', ["survival[4] (pfs, dug, 36): arm", "there is no arm 'dug'", "'drug'"]),
    ("missing arm of a contrast", STUDY, 'denominator = "drug"', 'denominator = "drugs"', ["contrasts[1] (pfs): denominator", "there is no arm 'drugs'", "'drug'"]),
    ("missing arm of a baseline entry", STUDY, 'category = "female"\narm = "drug"', 'category = "female"\narm = "dru"', ["baseline[1] (sex, female, dru): arm", "'drug'"]),
    ("missing centre", STUDY, 'arm = "control"\nevents = 40', 'arm = "control"\ncentre = "Nort"\nevents = 40', ["counts[1] (orr, control): centre", "there is no centre 'Nort'", "North, South", "'North'"]),
    ("events above n", STUDY, "events = 40", "events = 140", ["counts[1] (orr, control)", "events 140 are above n 100"]),
    ("baseline events above n", STUDY, "events = 41", "events = 81", ["baseline[1] (sex, female, drug)", "events 81 are above n 80"]),
    ("negative events", STUDY, "events = 40", "events = -1", ["counts[1] (orr, control): events", "-1", "greater than or equal to 0"]),
    ("fractional events", STUDY, "events = 40", "events = 40.5", ["counts[1] (orr, control): events", "40.5", "integer"]),
    ("no patients", STUDY, "n = 100\n", "n = 0\n", ["arms[1] (control): n", "greater than or equal to 1"]),
    ("rising survival", STUDY, PFS36, 'months = "36"\npercent = "80.1"', ["survival[2] (pfs, control, 36): percent", "survival rises from 80 at 12 months to 80.1", "allowed: at most 80"]),
    ("rising survivors", STUDY, 'percent = "80.0"\nlocator = "Figure 1"\n\n[[survival]]\nendpoint = "pfs"\narm = "control"\nmonths = "36"\n', 'alive = 80\nlocator = "Figure 1"\n\n[[survival]]\nendpoint = "pfs"\narm = "control"\nmonths = "36"\nalive = 81\n', ["survival[2] (pfs, control, 36): alive", "survivors rise from 80 at 12 months to 81", "at most 80"]),
    ("more alive than patients", STUDY, PFS36, 'months = "36"\nalive = 101', ["survival[2] (pfs, control, 36): alive", "101 is above the arm's n 100", "0 to 100"]),
    ("more at risk than patients", STUDY, PFS36, PFS36 + "\nat_risk = 101", ["survival[2] (pfs, control, 36): at_risk", "101 is above the arm's n 100"]),
    ("the same landmark twice", STUDY, PFS36, 'months = "12"\npercent = "30.0"', ["survival[2] (pfs, control, 12", "given twice", "the first is survival[1]"]),
    ("the same landmark twice, printed differently", STUDY, PFS36, 'months = "12.0"\npercent = "30.0"', ["survival[2] (pfs, control, 12", "given twice", "the first is survival[1]"]),
    ("landmark at no time", STUDY, 'months = "12"', 'months = "0"', ["survival[1]", "months must be above 0"]),
    ("two sizes of an arm", STUDY, "[[counts]]", '[[arms]]\nid = "drug"\nrole = "other"\nlabel = "Again"\nn = 81\n\n[[counts]]', ["trial2020.toml: arms", "two different n for arm 'drug' (80, 81)", "one entry for each arm"]),
    ("an arm given twice", STUDY, "[[counts]]", '[[arms]]\nid = "drug"\nrole = "other"\nlabel = "Again"\nn = 80\n\n[[counts]]', ["trial2020.toml: arms", "arm 'drug' is given twice"]),
    ("two sizes in two counts", STUDY, "[[counts]]", '[[counts]]\nendpoint = "orr"\narm = "control"\nevents = 40\nn = 99\nlocator = "Text"\n\n[[counts]]', ["counts[2] (orr, control)", "two different n for an arm (99, 100)", "the first is counts[1]"]),
    ("a count given twice", STUDY, "[[counts]]", '[[counts]]\nendpoint = "orr"\narm = "control"\nevents = 40\nn = 100\nlocator = "Text"\n\n[[counts]]', ["counts[2] (orr, control)", "is given twice", "the first is counts[1]", "one entry for each endpoint, arm and centre"]),
    ("no arm has a role", STUDY, 'role = "treatment"', 'role = "other"', ["trial2020", "arms", "0 arms have role 'treatment'", "exactly one"]),
    ("two arms have a role", STUDY, 'role = "other"', 'role = "treatment"', ["trial2020", "arms", "2 arms have role 'treatment' (drug, observation)", "exactly one"]),
    ("printed number as a float", STUDY, 'percent = "40.0"', "percent = 40.0", ["counts[1] (orr, control): percent", "40.0", "written as a string"]),
    ("printed hazard ratio as a float", STUDY, 'value = "1.50"', "value = 1.50", ["contrasts[1] (pfs): value", "written as a string"]),
    ("printed number that is none", STUDY, 'percent = "40.0"', 'percent = "40,0"', ["counts[1] (orr, control): percent", "'40,0'", "is not a printed number"]),
    ("percent above 100", STUDY, 'percent = "40.0"', 'percent = "140.0"', ["counts[1] (orr, control): percent", "'140.0'", "between 0 and 100"]),
    ("survival above 100", STUDY, 'percent = "80.0"', 'percent = "100.1"', ["survival[1] (pfs, control, 12): percent", "between 0 and 100"]),
    ("p above 1", STUDY, 'p = "0.011"', 'p = "1.1"', ["contrasts[1] (pfs): p", "a p value lies between 0 and 1"]),
    ("neither events nor percent", STUDY, ORR, "n = 100", ["counts[1] (orr, control)", "needs events, percent, or both"]),
    ("neither percent nor alive", STUDY, 'percent = "80.0"\n', "", ["survival[1] (pfs, control, 12)", "needs percent, alive, or both"]),
    ("neither ratio nor logarithm", STUDY, 'value = "1.50"\n', "", ["contrasts[1] (pfs)", "needs value, or coefficient where only the logarithm of the ratio is printed"]),
    ("ratio of zero", STUDY, 'value = "1.50"', 'value = "0.00"', ["contrasts[1] (pfs)", "a ratio and its limits are above 0"]),
    ("limit of zero", STUDY, '["1.10", "2.05"]', '["0.0", "2.05"]', ["contrasts[1] (pfs)", "a ratio and its limits are above 0"]),
    ("negative ratio", STUDY, 'value = "1.50"', 'value = "-1.50"', ["contrasts[1] (pfs): value", "'-1.50'", "a ratio lies between 0"]),
    ("interval downwards", STUDY, '["1.10", "2.05"]', '["2.05", "1.10"]', ["contrasts[1] (pfs)", "ci 2.05 to 1.10 runs downwards"]),
    ("interval without width", STUDY, '["1.10", "2.05"]', '["1.50", "1.50"]', ["contrasts (pfs): ci", "has no width", "lower limit below the upper"]),
    ("interval with one limit", STUDY, '["1.10", "2.05"]', '["1.10"]', ["contrasts[1] (pfs): ci"]),
    ("an arm over itself", STUDY, 'denominator = "drug"', 'denominator = "control"', ["contrasts[1] (pfs)", "numerator and denominator are both 'control'"]),
    ("sides of no p value", STUDY, 'p = "0.011"', 'sided = "one"', ["contrasts[1] (pfs)", "sided = 'one' is said of a p value, and none is given"]),
    ("sides in a number", STUDY, 'p = "0.011"', 'p = "0.011"\nsided = "1"', ["contrasts[1] (pfs): sided", "'1'", "allowed: one, two"]),
    ("a test of a variable without a table", STUDY, 'endpoint = "pfs"\ntest = "logrank"', 'variable = "Sex"\ntest = "chi2"', ["tests[1] (Sex): variable", "no baseline or continuous entry has the variable 'Sex'", "age (years)", "did you mean 'sex'?"]),
    ("a ratio given twice", STUDY, "[[tests]]", '[[contrasts]]\nendpoint = "pfs"\nmeasure = "hr"\nvalue = "1.40"\nnumerator = "control"\ndenominator = "drug"\nadjusted = true\nlocator = "Abstract"\n\n[[tests]]', ["contrasts[2] (pfs)", "is given twice", "the first is contrasts[1]", "endpoint, measure, numerator, denominator and adjusted"]),
    ("a test given twice", STUDY, "[[tests]]", '[[tests]]\nendpoint = "pfs"\ntest = "logrank"\np = "0.02"\nlocator = "Abstract"\n\n[[tests]]', ["tests[2] (pfs)", "is given twice", "the first is tests[1]"]),
    ("tests of survival without their place", STUDY, "complete_follow_up_basis", 'survival_tests = ["logrank"]\ncomplete_follow_up_basis', ["trial2020.toml: survival_tests_locator", "go together"]),
    ("level in percent", STUDY, 'p = "0.011"', "level = 95", ["contrasts[1] (pfs): level", "95", "less than 1"]),
    ("follow-up without its basis", STUDY, 'complete_follow_up_basis = "invented: nobody is lost before three years"', "", ["complete_follow_up_basis", "go together"]),
    ("enrolment in words", STUDY, '"2015-01"', '"January 2015"', ["enrolment", "January 2015"]),
    ("study id is not the file name", STUDY, 'id = "trial2020"', 'id = "trial2021"', ["trial2020.toml: id", "'trial2021' is not the file name", "allowed: trial2020"]),
    ("test of nothing", STUDY, 'endpoint = "pfs"\ntest = "logrank"', 'test = "logrank"', ["tests[1]", "needs either endpoint or variable"]),
    ("no interval, se or p to weigh a ratio by", STUDY, 'ci = ["1.10", "2.05"]\np = "0.011"\n', "", ["analysis ratio_trial2020: study trial2020: contrasts (pfs)", "neither an interval nor a standard error nor an exact p value"]),
    ("no events where counts are read", STUDY, "events = 40\nn = 100\n", "n = 100\n", ["analysis response_trial2020: study trial2020: counts (orr, control)", "no count of events is printed", "allowed: reading = 'percent'"]),
    ("landmark after complete follow-up", STUDY, "complete_follow_up_months = 36", "complete_follow_up_months = 35", ["trial2020: survival (pfs, control)", "the landmark at 36 months is after complete follow-up (35 months)"]),
    # analyses
    ("unknown key of an analysis", RESPONSE, "mcid = 1.25", "mcdi = 1.25", ["response_trial2020.toml: mcdi", "unknown key", "'mcid'"]),
    ("unknown key of a nuisance prior", RESPONSE, "sd = 1.5", "std = 1.5", ["response_trial2020.toml: priors: baseline: std", "unknown key", "dist, mean, rationale, sd", "'sd'"]),
    ("unknown nuisance prior", RESPONSE, "[priors.baseline]", "[priors.base_line]", ["priors: base_line", "unknown key", "baseline, bias_mean", "'baseline'"]),
    ("unknown key of a spread", SCATTERED, "sd = 0.25", "sdd = 0.25", ["scattered_trial2020.toml: priors: time_variation", "sdd", "unknown key", "'sd'"]),
    ("misspelt likelihood", RESPONSE, '"binomial"', '"binominal"', ["likelihood", "'binominal'", "binomial, piecewise_exponential, log_ratio", "'binomial'"]),
    ("misspelt reading", RESPONSE, '"counts"', '"count"', ["reading", "'count'", "'counts'"]),
    ("misspelt side", RESPONSE, '"higher"', '"highr"', ["better", "'highr'", "allowed: lower, higher", "'higher'"]),
    ("misspelt structure", RESPONSE, '"single"', '"singel"', ["structure", "'singel'", "'single'"]),
    ("misspelt spread family", SCATTERED, '"half_normal"', '"halfnormal"', ["time_variation: dist", "'halfnormal'", "half_normal", "did you mean 'half_normal'"]),
    ("spread without a family", SCATTERED, 'dist = "half_normal"\n', "", ["time_variation: dist", "required but missing"]),
    ("nuisance prior of another family", RESPONSE, 'dist = "normal"', 'dist = "cauchy"', ["priors: baseline: dist", "'cauchy'", "allowed: normal"]),
    ("nuisance prior without rationale", RESPONSE, 'rationale = "close to uniform on the probability"', "", ["priors: baseline: rationale", "required but missing"]),
    ("nuisance prior with an empty rationale", RESPONSE, '"close to uniform on the probability"', '" "', ["priors: baseline: rationale"]),
    ("study that is not there", RESPONSE, '["trial2020"]', '["trail2020"]', ["response_trial2020.toml: studies", "there is no study 'trail2020'", "allowed: trial2020", "'trial2020'"]),
    ("no study", RESPONSE, '["trial2020"]', "[]", ["response_trial2020.toml: studies"]),
    ("two studies, one structure", RESPONSE, '["trial2020"]', '["trial2020", "other2020"]', ["response_trial2020.toml: studies", "2 studies with structure 'single'", "exactly one"]),
    ("one study twice", RESPONSE, '["trial2020"]', '["trial2020", "trial2020"]', ["response_trial2020.toml: studies", "names a study twice"]),
    ("one study, structure of several", RESPONSE, 'structure = "single"', 'structure = "random"', ["response_trial2020.toml: studies", "1 study with structure 'random'", "two or more"]),
    ("prior name misspelt", RESPONSE, '"sceptical", "hopeful"', '"skeptical", "hopeful"', ["response_trial2020.toml: effect_priors", "there is no prior 'skeptical'", "cauchy, heavy, hopeful, reference, robust, sceptical", "'sceptical'"]),
    ("prior named twice", RESPONSE, '"hopeful"]', '"sceptical"]', ["effect_priors names a prior twice"]),
    ("primary prior not in the panel", RESPONSE, 'primary = "sceptical"', 'primary = "heavy"', ["response_trial2020.toml: primary", "there is no prior in effect_priors 'heavy'", "hopeful, reference, sceptical"]),
    ("benefit on the wrong side, higher", RESPONSE, "mcid = 1.25", "mcid = 0.80", ["response_trial2020.toml: mcid", "0.8 is not a benefit where better = 'higher'", "a ratio above 1"]),
    ("benefit on the wrong side, lower", SURVIVAL, "mcid = 0.80", "mcid = 1.25", ["survival_trial2020.toml: mcid", "1.25 is not a benefit where better = 'lower'", "a ratio below 1"]),
    ("no smallest benefit", SURVIVAL, "mcid = 0.80", "mcid = 1.0", ["survival_trial2020.toml: mcid", "1 is not a benefit"]),
    ("negative smallest benefit", SURVIVAL, "mcid = 0.80", "mcid = -0.80", ["survival_trial2020.toml: mcid", "greater than 0"]),
    ("reading does not fit", RESPONSE, '"counts"', '"landmark"', ["response_trial2020.toml: reading", "'landmark' does not fit likelihood 'binomial'", "allowed: counts, percent"]),
    ("measure does not fit", SURVIVAL, '"hr"', '"or"', ["survival_trial2020.toml: measure", "'or' does not fit likelihood 'piecewise_exponential'", "allowed: hr"]),
    ("analysis id is not the file name", RESPONSE, '"response_trial2020"', '"response"', ["response_trial2020.toml: id", "'response' is not the file name", "allowed: response_trial2020"]),
    ("endpoint not in the study", RESPONSE, '"orr"', '"dcr"', ["response_trial2020", "trial2020", "there is no endpoint 'dcr'", "allowed: orr, pfs"]),
    ("misspelt endpoint", SURVIVAL, '"pfs"', '"psf"', ["survival_trial2020", "trial2020", "there is no endpoint 'psf'", "allowed: orr, pfs", "did you mean 'pfs'"]),
    ("endpoint without counts", RESPONSE, '"orr"', '"pfs"', ["response_trial2020: study trial2020: counts", "'pfs' is not printed for arm 'control'"]),
    ("endpoint without survival", SURVIVAL, '"pfs"', '"orr"', ["survival_trial2020: study trial2020: survival", "no landmark of 'orr' is printed for both arms 'control' and 'drug'"]),
    ("ratio not printed unadjusted", RATIO, "adjusted = true", "adjusted = false", ["ratio_trial2020: study trial2020: contrasts", "0 printed hr of 'pfs'", "exactly one contrast"]),
    ("missing percent", SURVIVAL, '"landmark"', '"at_risk"', ["survival_trial2020: study trial2020: survival (pfs, control)", "numbers at risk are not printed at every landmark"]),
    ("nuisance prior is missing", RESPONSE, '[priors.baseline]\ndist = "normal"\nmean = 0.0\nsd = 1.5\nrationale = "close to uniform on the probability"', "", ["response_trial2020.toml: priors.baseline", "is required with likelihood 'binomial'"]),
    ("nuisance prior without a role", RATIO, "mcid = 0.80", 'mcid = 0.80\n[priors.baseline]\ndist = "normal"\nmean = 0.0\nsd = 1.5\nrationale = "none"', ["ratio_trial2020.toml: priors.baseline", "has no role"]),
    ("spread without a role", SCATTERED, "proportional = false", "proportional = true", ["scattered_trial2020.toml: priors.time_variation", "has no role unless proportional = false"]),
    ("average without a role", SURVIVAL, 'structure = "single"', 'structure = "single"\naverage = "information"', ["survival_trial2020.toml: average", "has no role unless proportional = false"]),
    ("misspelt average", SCATTERED, "proportional = false", 'proportional = false\naverage = "informaton"', ["scattered_trial2020.toml: average", "'informaton'", "information, exchangeable", "did you mean 'information'"]),
    ("spread is missing", SURVIVAL, 'structure = "single"', 'structure = "single"\nproportional = false', ["survival_trial2020.toml: priors.time_variation", "is required with proportional = false"]),
    ("not proportional without intervals", RESPONSE, 'structure = "single"', 'structure = "single"\nproportional = false', ["response_trial2020.toml: proportional", "fits only likelihood 'piecewise_exponential'"]),
    ("random walk of one probability", RESPONSE, 'dist = "normal"', 'dist = "random_walk"\nstep_sd = 0.5', ["response_trial2020.toml: priors.baseline: dist", "allowed: normal"]),
    ("random walk of hazards and of effects", SCATTERED, 'dist = "normal"', 'dist = "random_walk"\nstep_sd = 0.5', ["scattered_trial2020.toml: priors.baseline: dist", "allowed: normal"]),
    ("random walk without a step", SURVIVAL, 'dist = "normal"', 'dist = "random_walk"', ["survival_trial2020.toml: priors: baseline", "step_sd", "required but missing"]),
    ("effective n without intervals", RESPONSE, "[priors.baseline]", '[effective_n]\narms = {control = 1.0}\nbasis = "none"\n[priors.baseline]', ["response_trial2020.toml: effective_n", "fits only printed percentages (likelihood 'piecewise_exponential', or reading 'percent')"]),
    ("effective n without its basis", SURVIVAL, "[priors.baseline]", "[effective_n]\narms = {control = 90.0, drug = 70.0}\n[priors.baseline]", ["survival_trial2020.toml: effective_n: basis", "required but missing"]),
    ("effective n of one arm", SURVIVAL, "[priors.baseline]", '[effective_n]\narms = {control = 90.0, drgu = 70.0}\nbasis = "x"\n[priors.baseline]', ["survival_trial2020: effective_n", "no arm 'drgu'", "did you mean 'drug'"]),
    ("number where text is due", RESPONSE, 'title = "Response"', "title = 7", ["response_trial2020.toml: title", "7", "string"]),
    ("empty title", RESPONSE, 'title = "Response"', 'title = ""', ["response_trial2020.toml: title"]),
    # named priors
    ("prior without spread", PRIORS, "sd = 1.0", "sd = 0.0", ["priors.toml: reference", "sd", "greater than 0"]),
    ("prior with negative spread", PRIORS, "sd = 1.0", "sd = -1.0", ["priors.toml: reference", "sd", "greater than 0"]),
    ("prior with infinite spread", PRIORS, "sd = 1.0", "sd = inf", ["priors.toml: reference", "sd", "finite"]),
    ("prior that is no number", PRIORS, "mean = 0.0", "mean = nan", ["priors.toml: reference", "mean", "finite"]),
    ("misspelt family", PRIORS, '"student_t"', '"student"', ["priors.toml: heavy: dist", "'student'", "normal, student_t, cauchy, mixture", "'student_t'"]),
    ("no family", PRIORS, 'dist = "student_t"\n', "", ["priors.toml: heavy: dist", "required but missing"]),
    ("unknown key of a prior", PRIORS, "df = 3", "dof = 3", ["priors.toml: heavy", "dof", "unknown key", "df, dist, mean, rationale, sd", "'df'"]),
    ("prior without rationale", PRIORS, 'rationale = "wide"', "", ["priors.toml: reference", "rationale", "required but missing"]),
    ("weights do not sum to one", PRIORS, "[0.8, 0.2]", "[0.8, 0.3]", ["priors.toml: robust", "weights sum to 1.1", "must sum to 1"]),
    ("weight of zero", PRIORS, "[0.8, 0.2]", "[1.0, 0.0]", ["priors.toml: robust", "weights", "greater than 0"]),
    ("components of different number", PRIORS, "means = [-0.2, 0.0]", "means = [-0.2]", ["priors.toml: robust", "one value for each of two or more components"]),
    ("a prior that is no table", PRIORS, "[reference]", 'note = "priors"\n\n[reference]', ["priors.toml: note"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_one_fault_gives_one_line_that_says_where_and_what(
    trial: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    spoil(trial, file, old, new)
    line = complaint(trial)
    for part in said:
        assert part in line, f"{part!r} is not in: {line}"


def test_cases_have_distinct_names() -> None:
    assert len({case[0] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("file", [STUDY, RESPONSE, PRIORS])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        ("id = 'caf\u00e9'".encode("latin-1"), "is not UTF-8 (byte 9)"),
        (b"\xff\xfei\x00d\x00", "is not UTF-8 (byte 0)"),
        (b"id = \n", "is not valid TOML"),
        (b"id = 'a'\nid = 'b'\n", "is not valid TOML"),
        (b"[[arms]\n", "is not valid TOML"),
        (b'id = "a\nb"\n', "is not valid TOML"),
        (b"\x89PNG\r\n\x1a\n\x00", "is not UTF-8 (byte 0)"),
    ],
)
def test_file_that_is_no_document_is_named(trial: Path, file: str, content: bytes, said: str) -> None:
    (trial / file).write_bytes(content)
    line = complaint(trial)
    assert line.startswith(f"{trial / file}: ") and said in line


@pytest.mark.parametrize("file", [STUDY, RESPONSE])
def test_document_with_only_a_comment_lacks_what_is_required(trial: Path, file: str) -> None:
    (trial / file).write_text("# nothing but a comment\n", encoding="utf-8")
    assert str(trial / file) in complaint(trial)


def test_syntax_error_says_the_line(trial: Path) -> None:
    spoil(trial, STUDY, 'design = "rct"', "design = rct")
    assert "at line 4" in complaint(trial)


def test_folder_in_place_of_a_document_is_named(trial: Path) -> None:
    (trial / STUDY).unlink()
    (trial / STUDY).mkdir()
    assert "trial2020.toml: cannot be read" in complaint(trial)


def test_missing_prior_book_is_named(trial: Path) -> None:
    (trial / PRIORS).unlink()
    assert "priors.toml: cannot be read (No such file or directory)" in complaint(trial)


@pytest.mark.parametrize("folder", ["published", "models"])
def test_missing_folder_is_named(trial: Path, folder: str) -> None:
    (trial / folder).rename(trial / "elsewhere")
    assert f"{trial / folder}: is not a folder" in complaint(trial)


def test_analysis_that_is_not_there_is_named_with_the_nearest(trial: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        read_questions(trial / "published", trial / "models", ["respons_trial2020"])
    line = str(caught.value)
    assert "there is no analysis 'respons_trial2020'" in line and line.endswith("did you mean 'response_trial2020'?")


def test_every_document_is_read_before_any_is_used(trial: Path) -> None:
    """A fault in the last analysis of the alphabet stops the first."""
    spoil(trial, SURVIVAL, "mcid = 0.80", "mcid = 8.0")
    assert "survival_trial2020.toml: mcid" in complaint(trial)


def test_landmark_of_one_arm_only_is_left_out_of_the_comparison(trial: Path) -> None:
    spoil(trial, STUDY, 'arm = "drug"\nmonths = "12"', 'arm = "drug"\nmonths = "18"')
    (question,) = read_questions(trial / "published", trial / "models", ["survival_trial2020"])
    assert question.evidence.times.tolist() == [0.0, 36.0]  # type: ignore[union-attr]


def test_nothing_that_tells_the_effective_n_is_an_error_that_lists_the_ways_out(trial: Path) -> None:
    spoil(trial, STUDY, "complete_follow_up_months = 36\n", "")
    spoil(trial, STUDY, 'complete_follow_up_basis = "invented: nobody is lost before three years"\n', "")
    line = complaint(trial)
    assert "trial2020: survival (pfs, control)" in line and "nothing tells how many patients" in line
    for way in ("complete_follow_up_months", "numbers at risk", "intervals", "effective_n"):
        assert way in line


def test_missing_percent_is_named_with_the_reading_that_would_do(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "30.0"', "alive = 30")
    spoil(trial, SURVIVAL, '"landmark"', '"percent"')
    line = complaint(trial)
    assert (
        "survival (pfs, control): 36 months" in line
        and "no percentage is printed" in line
        and "reading = 'landmark'" in line
    )


def test_missing_percent_of_a_count_is_named_with_the_reading_that_would_do(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "40.0"\n', "")
    spoil(trial, RESPONSE, '"counts"', '"percent"')
    line = complaint(trial)
    assert "counts (orr, control)" in line and "no percentage is printed" in line and "reading = 'counts'" in line


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('percent = "40.0"', 'percent = "<40.0"', "percent"),
        ('percent = "80.0"', 'percent = "<80.0"', "percent"),
        ('value = "1.50"', 'value = "<1.50"', "value"),
        ('["1.10", "2.05"]', '["<1.10", "2.05"]', "ci"),
    ],
)
def test_bound_is_not_taken_for_the_number_itself(trial: Path, old: str, new: str, key: str) -> None:
    """`<1.50` says that the ratio is somewhere below 1.50: no likelihood can rest on it as if it were 1.50."""
    spoil(trial, STUDY, old, new)
    if "40.0" in old:
        spoil(trial, RESPONSE, '"counts"', '"percent"')
    assert key in complaint(trial)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (STUDY, "complete_follow_up_months = 36", "complete_follow_up_months = inf"),
        (
            SURVIVAL,
            "[priors.baseline]",
            '[effective_n]\narms = {control = inf, drug = 70.0}\nbasis = "x"\n[priors.baseline]',
        ),
    ],
)
def test_infinite_number_is_refused(trial: Path, file: str, old: str, new: str) -> None:
    spoil(trial, file, old, new)
    assert "finite" in complaint(trial)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (PRIORS, "sd = 1.0", "sd = true"),
        (PRIORS, "sd = 1.0", 'sd = "1.0"'),
        (RATIO, "adjusted = true", 'adjusted = "yes"'),
        (RESPONSE, "mcid = 1.25", 'mcid = "1.25"'),
        (STUDY, "complete_follow_up_months = 36", "complete_follow_up_months = true"),
    ],
)
def test_value_of_another_type_is_not_guessed_at(trial: Path, file: str, old: str, new: str) -> None:
    spoil(trial, file, old, new)
    assert Path(file).name in complaint(trial)


def test_numbers_at_risk_that_rise_are_refused(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "80.0"', 'percent = "80.0"\nat_risk = 20')
    spoil(trial, STUDY, PFS36, PFS36 + "\nat_risk = 60")
    line = complaint(trial)
    assert "survival[2] (pfs, control, 36): at_risk" in line


def test_misspelt_extra_arm_of_the_effective_n_is_refused(trial: Path) -> None:
    table = '[effective_n]\narms = {control = 90.0, drug = 70.0, observatoin = 40.0}\nbasis = "x"\n[priors.baseline]'
    spoil(trial, SURVIVAL, "[priors.baseline]", table)
    line = complaint(trial)
    assert "effective_n" in line and "observatoin" in line


def test_way_out_that_an_error_names_is_one_that_works(trial: Path) -> None:
    """After complete follow-up ends the error offers printed intervals; with intervals printed everywhere there is no error."""
    spoil(trial, STUDY, "complete_follow_up_months = 36", "complete_follow_up_months = 24")
    assert "allowed: numbers at risk or intervals at every landmark, or effective_n" in complaint(trial)
    for arm, months, ci in (
        ("control", "12", '["71.0", "87.0"]'),
        ("control", "36", '["21.0", "39.0"]'),
        ("drug", "12", '["81.0", "95.0"]'),
        ("drug", "36", '["34.0", "56.0"]'),
    ):
        spoil(trial, STUDY, f'arm = "{arm}"\nmonths = "{months}"\n', f'arm = "{arm}"\nmonths = "{months}"\nci = {ci}\n')
    questions = read_questions(trial / "published", trial / "models", ["survival_trial2020"])
    assert "printed interval" in questions[0].evidence.rows[0].how


def test_error_says_everything_in_one_line() -> None:
    error = InvalidInput("a.toml: x", "is\nwrong", allowed="this,\n that", near="that")
    assert str(error) == "a.toml: x: is wrong; allowed: this, that; did you mean 'that'?"


@pytest.mark.parametrize(
    ("word", "near"),
    [("contrl", "control"), ("Control", "control"), ("treatmnt", "treatment"), ("xyzzy", None), ("", None)],
)
def test_nearest_word_is_suggested_only_where_one_is_near(word: str, near: str | None) -> None:
    assert nearest(word, ("control", "treatment", "other")) == near


def test_allowed_names_are_listed_even_where_there_are_none() -> None:
    assert re.fullmatch(r"here: there is no study 'x'; allowed: none", str(UnknownName.among("here", "study", "x", [])))
