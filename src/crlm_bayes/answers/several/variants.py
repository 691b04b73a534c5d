"""The same studies taken in other ways: without some of them, at other weights, with other biases and other priors of τ.

Everything is exact. Lines are under the primary prior; what differs from the analysis is said in a few words.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from crlm_bayes import rule
from crlm_bayes.answers.several.assumptions import Assumption, overstated
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import PooledIf
from crlm_bayes.answers.several.variant import Assumed, Variant
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import said_to_be, title_of
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.members import Shift
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.likelihoods.studies.exact import members_of
from crlm_bayes.priors.bias import BIAS_MEAN, BIAS_SPREAD
from crlm_bayes.words.marks import Footing, mark_of
from crlm_bayes.words.nouns import SIGNS, capital, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import probability, ratio, times

FACTORS: Final = (1.0, 1.1, 1.25, 1.5, 2.0)
"""Factors by which studies that were not randomised may overstate the benefit."""

FOOTINGS: Final[Mapping[str, Footing]] = {"at_face_value": "face_value", "randomised_alone": "sound"}
"""Of variants that rest on something else than the analysis does."""

WEIGHTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of what is borrowed."""


@dataclass(frozen=True)
class Variants:
    """Other ways of taking the studies of one synthesis; computed when first asked for.

    What makes no sense is None or empty: no bias among randomised trials, no weight where nothing is borrowed.
    """

    view: SynthesisView

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis."""
        return self.view.question.spec

    @property
    def synthesis(self) -> Synthesis:
        """As the analysis has it."""
        return self.view.synthesis

    @property
    def footing(self) -> Footing:
        """What the analysis rests on."""
        return self.view.question.footing

    @property
    def _evidence(self) -> SynthesisEvidence:
        evidence = self.view.question.evidence
        assert isinstance(evidence, SynthesisEvidence), "asked only of syntheses"
        return evidence

    @cached_property
    def names(self) -> dict[str, str]:
        """What the studies are called, by id."""
        return {study.id: title_of(study) for study in self.view.question.studies}

    @cached_property
    def observational(self) -> tuple[str, ...]:
        """Ids of the studies that were not randomised."""
        return tuple(study.id for study in self.view.question.studies if study.design != "rct")

    @cached_property
    def discounted(self) -> tuple[str, ...]:
        """Ids of the studies whose weight is below 1, or learnt."""
        return tuple(member.study for member in self._evidence.members if member.learnt or member.discount < 1)

    @cached_property
    def doubtful(self) -> tuple[str, ...]:
        """Ids of the studies of which a number is taken that has a serious finding of the audit."""
        return tuple(dict.fromkeys(f.study for f in self.view.question.findings if f.severity == "serious"))

    @cached_property
    def as_it_is(self) -> Variant:
        """The analysis itself."""
        return self._at(self.view.everything, "as_analysed", "as analysed", len(self.names))._replace(ours=True)

    @cached_property
    def without_each(self) -> tuple[Variant, ...]:
        """All studies but one."""
        left = len(self.names) - 1
        return tuple(
            self._at(at, f"without:{at.name}", f"without {self.names[at.name]}", left) for at in self.view.influence
        )

    @cached_property
    def cumulative(self) -> tuple[Variant, ...]:
        """Studies added one by one in the order of publication; those without a year last."""
        titles = {line.study.id: line.title for line in self.view.lines}
        return tuple(
            self._at(at, f"to:{at.name}", f"{'+ ' if i else ''}{titles[at.name]}", i + 1)
            for i, at in enumerate(self.view.cumulative)
        )

    @cached_property
    def without_doubtful(self) -> Variant | None:
        """Without every study of which a doubtful number is taken; None where there is none, or nothing else."""
        return self._without(
            self.doubtful, "without_doubtful", f"without {listed(self.names[n] for n in self.doubtful)}"
        )

    @cached_property
    def randomised_alone(self) -> Variant | None:
        """The randomised studies alone; None where all are, or none is."""
        return self._without(self.observational, "randomised_alone", "randomised studies alone")

    @cached_property
    def direct_alone(self) -> Variant | None:
        """The studies that count in full, alone; None where all do."""
        return self._without(self.discounted, "direct_alone", "discounted studies count for nothing")

    @cached_property
    def said_to_be_randomised(self) -> Variant | None:
        """Studies that are only said to be randomised may be biased as well; None where there are none, or groups differ by a moderator."""
        names = [study.id for study in self.view.question.studies if said_to_be(study)]
        if not names or self.spec.structure == "meta_regression":
            return None
        structure = self.synthesis.structure
        shift = structure.shift or Shift(rule.turned(BIAS_MEAN, self.spec.sign), BIAS_SPREAD)
        members = tuple(replace(m, shifted=m.shifted or m.name in names) for m in self.synthesis.members)
        what = f"{listed(self.names[name] for name in names)}, only said to be randomised, may be biased"
        return self._line(
            "said_to_be_randomised", what, len(members), Synthesis(members, replace(structure, shift=shift))
        )

    @cached_property
    def at_face_value(self) -> Variant | None:
        """No study taken to be biased; None where the analysis models no bias."""
        if self.spec.structure != "bias_adjusted":
            return None
        members = tuple(replace(member, shifted=False) for member in self.synthesis.members)
        found = Synthesis(members, replace(self.synthesis.structure, shift=None))
        return self._line("at_face_value", "every study at face value: no bias", len(members), found)

    @cached_property
    def in_full(self) -> Variant | None:
        """The discounted studies at weight 1; None where there are none."""
        if not self.discounted:
            return None
        whole = tuple(replace(member, discount=1.0, learnt=False) for member in self._evidence.members)
        members = members_of(SynthesisEvidence(whole), self.spec)
        found = Synthesis(members, replace(self.synthesis.structure, discount=None))
        return self._line("in_full", "discounted studies count in full", len(members), found)

    @cached_property
    def spreads(self) -> tuple[Variant, ...]:
        """Other priors of τ beside the stated one; empty where studies share one effect."""
        if self.synthesis.structure.heterogeneity is None:
            return ()
        n = len(self.names)
        return tuple(
            self._at(one.at, one.at.name, capital(one.at.name) + (" (stated)" if one.stated else ""), n)._replace(
                ours=one.stated
            )
            for one in self.view.tau_priors
        )

    @cached_property
    def common(self) -> Variant | None:
        """One effect in all studies; None where the analysis has that itself."""
        return self.spreads[0]._replace(key="common", what="one common effect: τ = 0") if self.spreads else None

    @cached_property
    def otherwise(self) -> tuple[Variant, ...]:
        """The analysis itself, then every other way of taking its studies that makes sense."""
        found = (
            self.as_it_is, self.said_to_be_randomised, self.without_doubtful, self.randomised_alone, self.at_face_value, self.direct_alone,
            self.in_full, self.common,
        )  # fmt: skip
        return tuple(line for line in found if line is not None)

    @cached_property
    def bias(self) -> Assumed | None:
        """Studies that were not randomised overstate the benefit by a known factor.

        None unless some are and some not, beside a weight that is learnt, and where groups differ by a moderator.
        """
        assumption = self._overstatement
        if assumption is None:
            return None
        said = tuple("none" if f == 1 else times(f) for f in FACTORS)
        tips = tuple(f"× {ratio(math.exp(x))}" for x in assumption.tips(self.spec.primary) if x > 0)
        return self._assumed(assumption, [math.log(f) for f in FACTORS], said, tips)

    @cached_property
    def borrowing(self) -> Assumed | None:
        """The discounted studies, or those not randomised, at a known weight; None where there are no such, or no other."""
        assumption = self.view.borrowed
        if assumption is None:
            return None
        said = tuple({0.0: "left out", 1.0: "in full"}.get(w, times(w)) for w in WEIGHTS)
        tips = tuple(f"× {ratio(x)}" for x in assumption.tips(self.spec.primary))
        return self._assumed(assumption, WEIGHTS, said, tips)

    @cached_property
    def _overstatement(self) -> Assumption | None:
        some, structure = 0 < len(self.observational) < len(self.names), self.synthesis.structure
        if not some or structure.discount is not None or self.spec.structure == "meta_regression":
            return None
        if self.view.overstated is not None:
            return self.view.overstated
        members = tuple(replace(m, shifted=m.name in self.observational) for m in self.synthesis.members)
        spec, priors = self.spec, self.view.question.priors
        turned = {name: spec.effect_prior(priors[name]) for name in spec.effect_priors}
        return overstated(Synthesis(members, structure), turned, spec)

    def p_overstated(self, factor: float) -> float | None:
        """Probability of the claim under the primary prior if studies not randomised overstate it by a factor."""
        assumption = self._overstatement
        if assumption is None:
            return None
        x, p = assumption.fine
        return float(np.interp(math.log(factor), x, p[self.spec.primary]))

    def _assumed(
        self, assumption: Assumption, values: Sequence[float], said: tuple[str, ...], tips: tuple[str, ...]
    ) -> Assumed:
        spec, (x, lines) = self.spec, assumption.fine
        rows = []
        for name in spec.effect_priors:
            found = [float(p) for p in np.interp(values, x, lines[name])]
            of_claim = vocabulary(spec).of_claim
            cells = tuple((SIGNS[mark_of(of_claim(p), self.footing)], probability(p)) for p in found)
            rows.append((prior_name(name), name == spec.primary, cells))
        return Assumed(said, tuple(rows), tips)

    def _without(self, names: Sequence[str], key: str, what: str) -> Variant | None:
        chosen = np.array([member.name not in names for member in self.synthesis.members])
        if not names or not chosen.any():
            return None
        mu = self.synthesis.curve_of(chosen).apply(self.view.pooled.prior)
        return self._from(key, what, int(chosen.sum()), mu)

    def _line(self, key: str, what: str, studies: int, synthesis: Synthesis) -> Variant:
        return self._from(key, what, studies, synthesis.curve.apply(self.view.pooled.prior))

    def _from(self, key: str, what: str, studies: int, mu: GridPosterior) -> Variant:
        p = mu.p_benefit(self.spec.sign)
        lower, upper = mu.interval
        return self._variant(key, what, studies, (math.exp(lower), math.exp(mu.median), math.exp(upper)), p)

    def _at(self, at: PooledIf, key: str, what: str, studies: int) -> Variant:
        lower, middle, upper = (math.exp(x) for x in at.estimate)
        return self._variant(key, what, studies, (lower, middle, upper), at.p_benefit)

    def _variant(self, key: str, what: str, studies: int, ratios: tuple[float, float, float], p: float) -> Variant:
        lower, middle, upper = ratios
        footing, harmful = FOOTINGS.get(key, self.footing), self.spec.asks == "harm"
        return Variant(key, what, studies, middle, lower, upper, p, footing, harmful)
