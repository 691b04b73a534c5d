"""The one Jinja environment of all pages."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crlm_bayes.rule import SURVIVES
from crlm_bayes.words import numbers
from crlm_bayes.words.nouns import capital, prior_name

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Jinja environment of the pages: everything is escaped, nothing may be undefined."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "level": numbers.LEVEL,
        "survives": numbers.probability(SURVIVES),
    }
    env.filters |= {
        "probability": numbers.probability,
        "ratio": numbers.ratio,
        "duration": numbers.duration,
        "signs": numbers.true_minus,
        "prior": prior_name,
        "capital": capital,
    }
    return env
