"""Who was compared, in one line: the first thing that a reader has to know of an answer."""

from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.question import Question
from crlm_bayes.documents.study import Study, said_to_be, title_of
from crlm_bayes.words.nouns import capital, counted, in_words, listed
from crlm_bayes.words.numbers import number


class Who(NamedTuple):
    """A line in three pieces, the middle one to be stressed, and below it what was compared with what."""

    before: str
    chance: str
    after: str
    arms: str

    @property
    def line(self) -> str:
        """The line by itself."""
        return f"{self.before}{self.chance}{self.after}"


def who(answer: Answer) -> Who:
    """Say who was compared, and whether chance decided who was treated."""
    return _studies(answer.question) if answer.spec.is_synthesis else _study(answer.question)


def _study(question: Question) -> Who:
    study, evidence = question.study, question.evidence_of_arms
    control, treatment = (study.sizes.get(arm) for arm in evidence.arms)
    if control is not None and treatment is not None:
        patients = f"{number(treatment, 0)} v {number(control, 0)} patients"
    else:
        patients = (
            "number of patients not printed" if study.patients is None else f"{number(study.patients, 0)} patients"
        )
    centres = f"{counted(len(study.centres), 'centre')}, " if len(study.centres) > 1 else ""
    arms = f"{evidence.labels[1]} v {evidence.labels[0]}"
    return Who(f"{title_of(study)}: {patients}, {centres}", _chance(study), "", arms)


def _chance(study: Study) -> str:
    if study.design == "pooled":
        return "a pooled analysis of several studies"
    if study.design != "rct":
        return "not randomised"
    return "only said to be randomised" if said_to_be(study) else "randomised"


def _studies(question: Question) -> Who:
    studies = question.studies
    known = [study.patients for study in studies if study.patients is not None]
    missing = len(studies) - len(known)
    patients = f"{number(sum(known), 0)} patients" if known else "numbers of patients not printed"
    if known and missing:
        patients += f" ({in_words(missing)} without a number)"
    randomised = sum(study.design == "rct" for study in studies)
    doubted = [title_of(study) for study in studies if study.design == "rct" and said_to_be(study)]
    if randomised in (0, len(studies)):
        chance = "all randomised" if randomised else "none randomised"
    else:
        chance = f"{in_words(randomised)} of {'them' if len(studies) > 1 else 'it'} randomised"
    after = f" ({listed(doubted)} only said to be)" if doubted else ""
    names = listed(title_of(study) for study in studies)
    count = f"{capital(in_words(len(studies)))} stud{'y' if len(studies) == 1 else 'ies'}"
    return Who(f"{count}, {patients}, ", chance, after, names)
