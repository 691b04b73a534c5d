"""The one Jinja environment of all pages."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from crlm_bayes.cache import Cache
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words import numbers
from crlm_bayes.words.nouns import capital, prior_name

TEMPLATES = Path(__file__).parent / "templates"


class Compiled(BytecodeCache):
    """Templates as Python compiled them, kept between runs; Jinja itself sees whether a template has changed."""

    def _kept(self) -> Cache:
        return Cache("templates", f"{python_version()} {version('jinja2')}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is kept."""
        found = self._kept().get(f"{bucket.key} {bucket.checksum}")
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in a bucket."""
        self._kept().put(f"{bucket.key} {bucket.checksum}", bucket.bytecode_to_string())


def css_string(text: str) -> Markup:
    """Write a text as a string of CSS, letter by letter, so that nothing in it ends the string or the style."""
    return Markup('"{}"').format(
        Markup("").join(c if c.isascii() and c.isalnum() else f"\\{hex(ord(c))[2:]} " for c in text)
    )


@cache
def environment() -> Environment:
    """Jinja environment of the pages: everything is escaped, nothing may be undefined."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(),
    )
    env.globals |= {
        "style": Markup(
            "".join((TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("style", "figures"))
        ),
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
        "css_string": css_string,
    }
    return env
