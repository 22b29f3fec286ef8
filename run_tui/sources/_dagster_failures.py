"""What the failures that a Dagster server tells stand for."""

from __future__ import annotations

from run_tui.errors import RunNotFound, ServerError, SourceError, Unauthorized
from run_tui.sources._dagster_wire import Failure


def error_of(failure: Failure, where: str, run_id: str | None = None) -> SourceError:
    """A failure that the server at `where` told, as an error; `run_id` is the run that was asked for."""
    message = (failure.message or "").strip()
    if failure.typename == "RunNotFoundError":
        return RunNotFound(message or f"Run {run_id} not found", f"The server asked was {where}.")
    if failure.typename == "UnauthorizedError":
        return Unauthorized(message or f"{where} does not allow this", "Check the token and what it may read.")
    # Servers send a PythonError with HTTP 500; other errors are about what was asked, with HTTP 200.
    status = 500 if failure.typename == "PythonError" else 200
    message = message or f"{where} answered with a {failure.typename}"
    return ServerError(message, status=status, stack=failure.stack)
