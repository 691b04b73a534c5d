"""Papers made from patients: simulate a trial, tabulate it, print it rounded. Whatever they print is consistent."""

import math

import numpy as np
from scipy.special import ndtri

from crlm_bayes.documents.study import Study
from crlm_bayes.documents.study_meaning import check_meaning
from makers.papers.paper_printing import Document, Factor, Kind, Paper
from makers.papers.paper_statistics import t_test, wald
from makers.papers.simulated_survival import print_survival
from makers.papers.simulated_words import print_effects, print_plan, print_words

VARIABLES = {
    "gender": ("male", "female"),
    "age group": ("<=60", ">60"),
    "primary site": ("right colon", "left colon", "rectum"),
    "number of metastases": ("1", "2-4", ">=5"),
    "differentiation": ("well", "moderate", "poor"),
    "T stage": ("T1", "T2", "T3", "T4"),
    "N stage": ("N0", "N1", "N2"),
    "ASA": ("I-II", "III"),
    "CEA (ng/ml)": ("<5", ">=5"),
    "RAS": ("wild type", "mutant"),
    "timing of metastases": ("synchronous", "metachronous"),
}
MEASURED = {  # mean, standard deviation, whole numbers
    "age (years)": (59.0, 9.0, True), "chemotherapy cycles": (4.6, 1.3, True), "hospital stay (days)": (10.0, 2.4, True),
    "operation time (min)": (180.0, 31.0, False), "blood loss (ml)": (210.0, 55.0, False),
    "albumin (g/l)": (39.0, 4.1, False), "largest diameter (cm)": (4.1, 1.1, False),
}  # fmt: skip
ADVERSE = ("hypertension", "proteinuria", "neutropenia", "diarrhea", "hand_foot_syndrome", "nausea", "thrombosis")
COMPLICATIONS = ("hepatic", "respiratory", "infectious", "gastrointestinal", "other")


def simulate_paper(rng: np.random.Generator, kind: Kind | None = None) -> Document:
    """Simulate a study and print it.

    Parameters
    ----------
    kind : {"complete", "censored"}, optional
        Whether follow-up is complete up to the last landmark; at random unless given.
    """
    paper = Paper(rng, kind)
    shares = "events" if paper.chance(0.25) else "events percent"
    factor = _baseline(paper, shares)
    _measurements(paper)
    _response(paper, "events" if paper.chance(0.2) else "events percent")
    _safety(paper, "events" if paper.chance(0.2) else "events percent")
    print_survival(paper, factor)
    print_effects(paper)
    print_words(paper)
    print_plan(paper)
    return paper.document


def study_of(document: Document) -> Study:
    """Read a document as the reader would."""
    study = Study.model_validate(document)
    check_meaning(study, "simulated.toml")
    return study


def _baseline(paper: Paper, shares: str) -> Factor:
    """Print categories of patients; return a two-category variable that nobody lacks, for the regression."""
    rng, arm = paper.rng, paper.arm
    chosen = rng.permutation(list(VARIABLES))[: rng.integers(4, 9)].tolist()
    if all(len(VARIABLES[name]) > 2 for name in chosen):
        chosen[0] = "gender"
    kept: Factor | None = None
    for name in chosen:
        categories = VARIABLES[name]
        weights = rng.dirichlet(np.full(len(categories), 4.0))
        value = rng.choice(len(categories), size=len(arm), p=weights)
        known = np.ones(len(arm), bool)
        if kept is None and len(categories) == 2:
            kept = (name, categories, value)
        elif paper.chance(0.15):
            known = rng.random(len(arm)) < 0.9
        tested = len(categories)
        if paper.chance(0.04) and kept is not None and kept[0] != name:
            # the unknown have a row and a share of the table, but no part in the test
            value, categories = np.where(rng.random(len(arm)) < 0.08, tested, value), (*categories, "unknown")
        sizes = paper.split(known)
        table = np.array([paper.split(known & (value == c)) for c in range(len(categories))])
        for i, word in enumerate(categories):
            if not table[i].any():
                continue
            for j, name_of_arm in enumerate(paper.ids):
                share = paper.habits.share(int(table[i, j]), sizes[j]) if "percent" in shares else None
                paper.add(
                    "baseline", "Table 1", variable=name, category=word, arm=name_of_arm,
                    events=int(table[i, j]), n=sizes[j], percent=share,
                )  # fmt: skip
        table = table[:tested][table[:tested].any(axis=1)].astype(float)
        if len(paper.ids) > 1 and len(table) > 1:
            paper.add_test("Table 1", *paper.habits.four_fold(table), variable=name)
    assert kept is not None
    return kept


def _measurements(paper: Paper) -> None:
    rng, arm = paper.rng, paper.arm
    decimals = int(rng.choice([1, 2]))
    for name in rng.permutation(list(MEASURED))[: rng.integers(2, 6)].tolist():
        mean, sd, whole = MEASURED[name]
        value = rng.normal(mean + sd * 0.25 * rng.normal(size=len(paper.ids))[arm], sd)
        value = np.maximum(np.round(value), 0) if whole else np.maximum(value, 0.1)
        known = rng.random(len(arm)) < 0.9 if paper.chance(0.1) else np.ones(len(arm), bool)
        samples = [value[known & (arm == i)] for i in range(len(paper.ids))]
        for name_of_arm, sample in zip(paper.ids, samples, strict=True):
            paper.add(
                "continuous", "Table 1", variable=name, arm=name_of_arm, n=len(sample),
                mean=paper.habits.write(float(sample.mean()), decimals),
                sd=paper.habits.write(float(sample.std(ddof=1)), decimals),
                values="whole" if whole and paper.chance(0.8) else None,
            )  # fmt: skip
        if len(samples) == 2:
            paper.add_test("Table 1", "t", t_test(samples[0], samples[1], paper.habits.welch), variable=name)


def _response(paper: Paper, show: str) -> None:
    """Print best response: of all patients, of the evaluable, or of all with some not evaluable; by centre in some."""
    rng, arm = paper.rng, paper.arm
    best = rng.choice(5, size=len(arm), p=np.append(rng.dirichlet([1.5, 6, 5, 3]), 0))
    counted = np.ones(len(arm), bool)
    if paper.chance(0.25):
        lost = rng.random(len(arm)) < 0.06
        best = np.where(lost, 4, best)
        counted = ~lost if paper.chance(0.6) else counted
    better = (arm == 1) & (best == 2) & (rng.random(len(arm)) < 0.25)
    best = np.where(better, 1, best)
    sizes = paper.split(counted)
    if paper.chance(0.8):
        for i, word in enumerate(("cr", "pr", "sd", "pd")):
            paper.add_counts(word, paper.split(counted & (best == i)), sizes, show, test=False)
    paper.add_counts("orr", paper.split(counted & (best <= 1)), sizes, show, test=True)
    if paper.chance(0.7):
        paper.add_counts("dcr", paper.split(counted & (best <= 2)), sizes, show, test=True)
    if len(sizes) == 2 and paper.chance(0.3):
        _ratio(paper, paper.split(counted & (best <= 1)), sizes)
    if paper.chance(0.3):
        home = rng.choice(4, size=len(arm), p=rng.dirichlet([5, 5, 5, 5]))
        centres = np.unique(home).tolist()
        paper.document["centres"] = [{"name": f"Hospital {c}", "n": int((home == c).sum())} for c in centres]
        for c in centres if paper.chance(0.5) else ():
            here = counted & (home == c)
            rows = zip(paper.ids, paper.split(here & (best <= 1)), paper.split(here), strict=True)
            for name, k, n in rows:
                if n:
                    paper.add(
                        "counts", "Table of centres", endpoint="orr", arm=name, centre=f"Hospital {c}", events=k, n=n
                    )


def _ratio(paper: Paper, events: list[int], sizes: list[int]) -> None:
    """Print an odds or risk ratio with the limits of Woolf or Katz, and Wald's p value or that of the table."""
    (b, a), (m, n) = events, sizes
    if not (0 < a < n and 0 < b < m):
        return
    odds, habits = paper.chance(0.5), paper.habits
    log = math.log(a * (m - b) / (b * (n - a))) if odds else math.log(a * m / (b * n))
    se = math.sqrt(1 / a + 1 / b + 1 / (n - a) + 1 / (m - b)) if odds else math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    row: Document = {"value": habits.write(math.exp(log), habits.ratio)}
    if paper.chance(0.7):
        z = float(ndtri(0.5 + habits.level / 2))
        row["ci"] = [habits.write(math.exp(log + end * se), habits.ratio) for end in (-z, z)]
        p = habits.four_fold(np.array([[b, a], [m - b, n - a]], float))[1] if paper.chance(0.4) else wald(log / se)
        row |= habits.sided(p.p, p.one_sided)
    paper.add(
        "contrasts", "Table of orr", endpoint="orr", measure="or" if odds else "rr", numerator="drug",
        denominator="control", adjusted=False, level=habits.level, **row,
    )  # fmt: skip


def _safety(paper: Paper, show: str) -> None:
    """Print the worst grade of each adverse event, and complications of which a patient may have several."""
    rng, arm = paper.rng, paper.arm
    graded, worst = paper.chance(0.6), np.zeros(len(arm), int)
    for name in rng.permutation(ADVERSE)[: rng.integers(2, 6)].tolist():
        rate = rng.uniform(0.05, 0.4)
        risk = np.minimum(rate * np.where(arm == 1, rng.uniform(0.8, 2.5), 1), 0.9)
        grade = np.where(rng.random(len(arm)) < risk, rng.choice([1, 2, 3], size=len(arm), p=[0.55, 0.3, 0.15]), 0)
        worst = np.maximum(worst, grade)
        paper.add_counts(f"ae:{name}", paper.split(grade > 0), paper.sizes, show, test=True)
        for g, word in ((1, "grade1"), (2, "grade2"), (3, "grade3plus")) if graded else ():
            paper.add_counts(f"ae:{name}_{word}", paper.split(grade == g), paper.sizes, show, test=False)
    if paper.chance(0.6):
        show_grade = "percent" if paper.chance(0.3) else show
        paper.add_counts("ae:grade3plus", paper.split(worst == 3), paper.sizes, show_grade, test=True)
    kinds = COMPLICATIONS[: rng.integers(2, 6)]
    has = rng.random((len(arm), len(kinds))) < rng.uniform(0.02, 0.12)
    if paper.chance(0.5):  # one complication for each patient
        has &= np.cumsum(has, axis=1) == 1
    listed = len(kinds) if paper.chance(0.7) else 2  # not every kind need be in the table
    paper.add_counts("complication", paper.split(has.any(axis=1)), paper.sizes, show, test=True)
    for i, word in enumerate(kinds[:listed]):
        paper.add_counts(f"complication:{word}", paper.split(has[:, i]), paper.sizes, show, test=paper.chance(0.7))
    major = has.any(axis=1) & (rng.random(len(arm)) < 0.3)
    if paper.chance(0.4):
        paper.add_counts("complication:major", paper.split(major), paper.sizes, show, test=True)
