"""The only door to a browser: pages printed as PDF by a headless Chromium that is there already; none is fetched."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from crlm_bayes.errors import UnwritableOutput
from crlm_bayes.words.numbers import short

VARIABLE: Final = "CRLM_BAYES_BROWSER"

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
"""Programs that print, in the order in which they are looked for."""

PATIENCE: Final = 180.0
"""Seconds for one page; a long one takes some on a slow machine."""

WHERE: Final = "report --pdf"


def browser() -> str:
    """Find the program that prints: the one that the environment names, else the first that is there.

    Raises
    ------
    UnwritableOutput
        If there is none.
    """
    named = os.environ.get(VARIABLE)
    allowed = f"one of {', '.join(BROWSERS)} on the PATH, or its path in {VARIABLE}"
    for name in (named,) if named else BROWSERS:
        if found := shutil.which(name):
            return found
    raise UnwritableOutput(
        WHERE, f"{VARIABLE} names no program ({named})" if named else "no browser found", allowed=allowed
    )


def printed(page: Path, program: str, patience: float = PATIENCE) -> bytes:
    """Print a page as PDF.

    Raises
    ------
    UnwritableOutput
        If the browser fails, prints nothing, or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="crlm_bayes-print-") as place:
        target, said = Path(place) / "page.pdf", Path(place) / "said"
        command = [
            program, "--headless", "--disable-gpu", "--disable-extensions", "--no-first-run", "--no-pdf-header-footer",
            f"--user-data-dir={Path(place) / 'profile'}", f"--print-to-pdf={target}", page.resolve().as_uri(),
        ]  # fmt: skip
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.insert(
                1, "--no-sandbox"
            )  # Chromium refuses to start as root with it; pages are our own, without network
        try:
            with said.open("wb") as heard:
                code = subprocess.run(
                    command, stdout=heard, stderr=heard, stdin=subprocess.DEVNULL, timeout=patience
                ).returncode
        except subprocess.TimeoutExpired as error:
            raise UnwritableOutput(WHERE, f"{program} printed {page} for more than {short(patience)} s") from error
        except OSError as error:
            raise UnwritableOutput(WHERE, f"{program} cannot be started ({error.strerror})") from error
        content = target.read_bytes() if target.is_file() else b""
        if code or not content.startswith(b"%PDF"):
            lines = said.read_text(encoding="utf-8", errors="replace").splitlines()
            last = f": {lines[-1]}" if lines else ""
            raise UnwritableOutput(WHERE, f"{program} did not print {page} (exit code {code}{last})")
        return content
