"""What can be done to runs and jobs, whichever system they are of: frozen data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Act(StrEnum):
    """Something that changes what a server holds."""

    TERMINATE = "terminate"
    REEXECUTE = "re-execute"
    DELETE = "delete"
    LAUNCH = "launch"


class Reexecution(StrEnum):
    """Which steps of a run are executed again, in a new run."""

    ALL_STEPS = "all"
    FROM_FAILURE = "from-failure"
    FROM_ASSET_FAILURE = "from-asset-failure"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done to a run: `force` marks it as canceled at once, `how` and `steps` say what is re-executed."""

    act: Act
    force: bool = False
    how: Reexecution = Reexecution.ALL_STEPS
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job that can be launched, and where its code is: a `location` of code holds repositories of jobs."""

    name: str
    repository: str
    location: str
    description: str | None = None
    launchable: bool = True


@dataclass(frozen=True, slots=True)
class Workspace:
    """The jobs of a server by location and name, and why locations could not be loaded, by their names.

    `has_assets` says that there are assets, too, which no job is launched for.
    """

    jobs: tuple[Job, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    has_assets: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A run to launch: `config` is YAML or JSON as its author wrote it."""

    job: Job
    config: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """What a server, or the text itself, has against a run's configuration.

    `path` leads to the place, `names` are the keys below it that the problem is about; `line` counts from 1.
    """

    message: str
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    line: int | None = None
