"""What the refusals of a Dagster server to change something stand for."""

from __future__ import annotations

from typing import TypeVar

from run_tui.acts import ConfigProblem
from run_tui.errors import InvalidConfig, ServerError, Unauthorized
from run_tui.sources._dagster_action_wire import Refusal
from run_tui.sources._dagster_failures import error_of
from run_tui.sources._dagster_wire import Failure

T = TypeVar("T")


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
