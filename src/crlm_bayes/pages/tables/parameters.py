"""What a synthesis learns beside the pooled effect, as a table: prior and posterior of spreads, bias, moderator, discount."""

from typing import NamedTuple

from crlm_bayes.answers.several.parameters import Kind
from crlm_bayes.answers.several.study_lines import LogInterval
from crlm_bayes.answers.several.variants import Variants
from crlm_bayes.words.numbers import number, ratio_of, ratio_span, span


class ParameterRow(NamedTuple):
    """One parameter before and after the data; a log ratio is shown as the ratio that it multiplies with."""

    symbol: str
    meaning: str
    before: str
    before_limits: str
    after: str
    after_limits: str


def parameter_rows(variants: Variants) -> list[ParameterRow]:
    """List every parameter that the structure has."""
    return [
        ParameterRow(
            one.symbol,
            f"{one.meaning}{', as a ratio' if one.kind == 'ratio' else ''}",
            *_written(one.before, one.kind),
            *_written(one.after, one.kind),
        )
        for one in variants.view.parameters
    ]


def _written(one: LogInterval, kind: Kind) -> tuple[str, str]:
    if kind == "ratio":
        return ratio_of(one.middle), ratio_span((one.lower, one.upper))
    return number(one.middle), span(one.lower, one.upper, number)
