"""Everything that can go wrong outside this program, as sentences a user can act on.

RunTuiError
├── ConfigError        the command line, the environment or the settings file is wrong     exit 2
├── OutputError        what was asked for cannot be written: a full disk, a closed file     exit 1
│   └── FileInTheWay   the file to be written is there already                             exit 1
└── SourceError        a server could not be asked or did not answer well                  exit 1
    ├── Unreachable    no connection, or it broke, or no answer in time                    exit 5
    │   ├── TimedOut   the server took the request and did not answer in time              exit 5
    │   └── BrokenOff  the connection ended before a whole answer                          exit 5
    ├── OutcomeUnknown a change was asked for, and whether it was made was not told        exit 5
    ├── Unauthorized   the server wants a token, or refused this one                       exit 3
    ├── RunNotFound    the server does not know the run                                    exit 4
    ├── UnknownDeployment  the service does not know the organization or its deployment    exit 4
    ├── ServerError    the server answered with an error of its own                        exit 1
    │   ├── Busy       the server asked to be left alone for a while (429, 503)            exit 1
    │   └── InvalidConfig  it does not take a run's configuration                          exit 1
    ├── BadAnswer      something answered, but not as this kind of server does             exit 1
    │   └── TooLarge   an answer of more bytes than are held at once                       exit 1
    └── Unsupported    this kind of server cannot do what was asked                        exit 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from run_tui.acts import ConfigProblem


class RunTuiError(Exception):
    """The root: `str(error)` is one sentence to show, `hint` what to do next ("" if there is nothing to add)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(RunTuiError):
    """The command line, the environment or the settings file is wrong."""

    exit_code = 2


class OutputError(RunTuiError):
    """What was asked for cannot be written: the disk is full, or the file is closed."""


class FileInTheWay(OutputError):
    """The file to be written is there already, and nobody said to replace it."""


class SourceError(RunTuiError):
    """A server could not be asked or did not answer well."""

    @property
    def transient(self) -> bool:
        """Whether asking again later can help without anyone changing anything."""
        return False


class Unreachable(SourceError):
    """No connection could be made, or it broke, or no answer came in time."""

    exit_code = 5

    @property
    def transient(self) -> bool:
        """Always: servers and networks come back."""
        return True


class TimedOut(Unreachable):
    """The server took the request and did not answer in time: it may do better if asked for less."""


class BrokenOff(Unreachable):
    """The connection ended before a whole answer: what was asked for may have been done."""


class OutcomeUnknown(SourceError):
    """A change was asked for once, and no answer told whether it was made: asking again might make it twice."""

    exit_code = 5


class Unauthorized(SourceError):
    """The server wants a token, or refused this one."""

    exit_code = 3


class RunNotFound(SourceError):
    """The server does not know the run."""

    exit_code = 4


class UnknownDeployment(SourceError):
    """The service does not know the organization, or no such deployment of it."""

    exit_code = 4


class ServerError(SourceError):
    """The server answered with an error of its own; `stack` is its traceback, where it sent one."""

    def __init__(self, message: str, hint: str = "", *, status: int = 200, stack: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.status = status
        self.stack = stack

    @property
    def transient(self) -> bool:
        """Errors of the 500 family: a restart or a quieter moment may cure them."""
        return self.status >= 500


class Busy(ServerError):
    """The server asked to be left alone for `retry_after` seconds (None: it did not say how long)."""

    def __init__(self, message: str, hint: str = "", *, status: int, retry_after: float | None) -> None:
        super().__init__(message, hint, status=status)
        self.retry_after = retry_after

    @property
    def transient(self) -> bool:
        """Always: the server itself said so."""
        return True


class InvalidConfig(ServerError):
    """The server does not take a run's configuration: `problems` are what it has against it."""

    def __init__(self, message: str, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class BadAnswer(SourceError):
    """Something answered, but not as this kind of server does: a web page, a cut body, an unknown shape."""

    @property
    def transient(self) -> bool:
        """A proxy's error page or a cut body passes; what is no such server at all stays so and is asked rarely."""
        return True


class TooLarge(BadAnswer):
    """An answer of more bytes than are held at once: it was not read to its end."""


class Unsupported(SourceError):
    """This kind of server cannot do what was asked."""
