"""What the refusals of a Dagster server stand for."""

from __future__ import annotations

from typing import TypeVar

from run_tui.acts import ConfigProblem
from run_tui.errors import InvalidConfig, RunNotFound, ServerError, SourceError, Unauthorized
from run_tui.sources._dagster_action_wire import Refusal
from run_tui.sources._dagster_wire import Failure

T = TypeVar("T")


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


def done(member: T | Refusal, where: str, run_id: str | None = None) -> T:
    """The member of a union that says that a change was made. Raises what any other one stands for."""
    if not isinstance(member, Refusal):
        return member
    message = (member.message or "").strip()
    if member.errors:
        problems = problems_of(member)
        raise InvalidConfig(problems[0].message, problems)
    if member.step is not None:
        raise ServerError(f"There is no step {member.step} to execute")
    if member.typename == "UnauthorizedError":
        told = f": {message}" if message else ""
        raise Unauthorized(f"{where} does not allow this{told}", "Ask whoever runs the server for the right to do it.")
    raise error_of(Failure(__typename=_as_error(member.typename), message=message, stack=member.stack), where, run_id)


def problems_of(refusal: Refusal) -> tuple[ConfigProblem, ...]:
    """What the server has against a configuration."""
    return tuple(
        ConfigProblem(
            error.message.strip(),
            tuple(str(place.name) for place in error.stack.entries),
            error.field_names or (() if error.field_name is None else (error.field_name,)),
        )
        for error in refusal.errors
    )


def _as_error(typename: str) -> str:
    return typename if typename.endswith("Error") else f"{typename}Error"
