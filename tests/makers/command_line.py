"""The command as a user runs it, in a process of its own or in this one."""

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from crlm_bayes.cli import main

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def process(*words: str) -> Said:
    """Run the command as a user does; a warning would be an error."""
    environment = os.environ | {"COLUMNS": "100", "PYTHONPATH": str(REPOSITORY / "src"), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "crlm_bayes", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def crlm(*words: str, cwd: Path = REPOSITORY, columns: int = 100) -> Said:
    """Run the command in this process: the same entry and the same exit, without starting Python anew."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["crlm_bayes", *words]), mock.patch.dict(os.environ, COLUMNS=str(columns)),
        contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
    ):  # fmt: skip
        try:
            main()
        except SystemExit as exit:
            code = exit.code or 0
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())
