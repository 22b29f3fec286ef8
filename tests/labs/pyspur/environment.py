"""The virtual environment the server runs in: built once, and kept beside the code where git does not look."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

PINS = (
    "fastapi==0.115.6",
    "pydantic==2.10.5",
    "sqlalchemy==2.0.36",
    "pandas==2.2.3",
    "numpy==2.2.1",
    "jinja2==3.1.6",
    "loguru==0.7.3",
    "python-multipart==0.0.20",
    "python-dotenv==1.0.1",
    "uvicorn==0.38.0",
)
PYSPUR = "pyspur==0.1.18"
"""Installed without what it asks for: a gigabyte of clients for language models, of which the Runs API needs none."""

_FOLDER = Path(__file__).parents[3] / ".labs"


class EnvironmentMissing(Exception):
    """The environment could not be built: there is no package index to be reached, or no room."""


def python() -> Path:
    """The environment's interpreter; building it takes half a minute. Raises `EnvironmentMissing`."""
    wanted = "\n".join((sys.version, PYSPUR, *PINS))
    home = _FOLDER / f"pyspur-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    interpreter, complete = home / "bin" / "python", home / "complete"
    if not complete.exists():
        _FOLDER.mkdir(exist_ok=True)
        with (_FOLDER / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                venv.create(home, clear=True, with_pip=True)
                _install(interpreter, "--no-deps", PYSPUR)
                _install(interpreter, *PINS)
                complete.write_text(wanted)
    return interpreter


def _install(interpreter: Path, *what: str) -> None:
    command = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentMissing(f"pip install {' '.join(what)}: {done.stderr[-2000:]}")
