"""The JSON of a PySpur server, as documented and as version 0.1.18 sends it: what it may leave out has a default."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

T = TypeVar("T")

UNDER_WAY = frozenset({"PENDING", "RUNNING"})
"""The states of a task that has not been decided."""
SETTLED = frozenset({"COMPLETED", "FAILED", "CANCELED"})
"""The states of a task that has; PAUSED is neither."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Node(_Wire):
    """A step of a workflow; a loop holds a whole workflow in its `config`."""

    id: str
    title: str = ""
    node_type: str = ""
    config: dict[str, Any] = {}
    subworkflow: Any = None


class Link(_Wire):
    """Says that one node needs another one's outputs."""

    source_id: str
    target_id: str


class Definition(_Wire):
    """A workflow's nodes and links."""

    nodes: list[Node] = []
    links: list[Link] = []


def _or_empty(value: object, check: ValidatorFunctionWrapHandler) -> Definition:
    """A run can be read without its workflow, which servers store as any JSON at all."""
    try:
        return Definition.model_validate(check(value))
    except ValidationError:
        return Definition()


class Workflow(_Wire):
    """The version of a workflow that a run executes."""

    version: int | None = None
    name: str = ""
    definition: Annotated[Definition, WrapValidator(_or_empty)] = Definition()


class Task(_Wire):
    """One execution of a node. `start_time` is most often that of the server; `end_time` is in its local time."""

    id: str
    node_id: str
    node_type: str | None = None
    status: str
    inputs: Any = None
    outputs: Any = None
    error: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    subworkflow_output: Any = None


class Run(_Wire):
    """One run with all its tasks; its own times are UTC."""

    id: str
    workflow_id: str = ""
    workflow_version: Workflow | None = None
    status: str
    start_time: str
    end_time: str | None = None
    initial_inputs: Any = None
    outputs: Any = None
    tasks: list[Task] = []
    parent_run_id: str | None = None
    run_type: str = ""

    @property
    def definition(self) -> Definition:
        """The workflow, empty where the server does not tell."""
        return self.workflow_version.definition if self.workflow_version is not None else Definition()


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def adapter(shape: type[T]) -> TypeAdapter[T]:
    """Checks answers of this shape; made when first wanted, for it takes milliseconds."""
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]
