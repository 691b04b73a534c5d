"""What options and arguments of the command line mean, where it takes more than a line."""

from typing import Final

PDF: Final = (
    "Print each page asked for, the index and the summary of findings as PDF beside it: by Chromium, Chrome or Edge on the PATH, "
    "or the program that CRLM_BAYES_BROWSER names."
)

DOCX: Final = "Write summary.docx: summary of findings, prior panels, methods (needs the extra 'word')."

PRIOR: Final = (
    "Add a prior of your own, negative favouring the treatment: 'normal(0, 0.2)', 'student_t(0, 0.2, 3)', "
    "'ratio_below(0.8, 0.05)', 'quantiles(0.05: -0.5, 0.5: -0.1, 0.95: 0.3)' ..."
)

TRIALS: Final = (
    "CSV or Parquet, one row a trial: id, measure (hr, or, rr), estimate, lower, upper, level (0.95); or id, events_treatment, "
    "n_treatment, events_control, n_control (an odds ratio). Optional: better (lower), mcid (0.80; 1.25 where better is higher)."
)
