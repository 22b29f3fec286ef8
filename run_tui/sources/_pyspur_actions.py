"""What changes PySpur's runs: they can be deleted, where the server has the documented endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NoReturn

from run_tui.acts import Act, ConfigProblem, Job, Order, Reexecution, Workspace
from run_tui.errors import Unsupported

ACTS = frozenset({Act.DELETE})


class PySpurActions:
    """Deletes runs by `delete`, which raises `LookupError` once the server at `where` has shown that it cannot."""

    def __init__(self, where: str, delete: Callable[[str], Awaitable[None]]) -> None:
        self._where, self._delete = where, delete

    async def permissions(self) -> frozenset[Act]:
        """All there is: that a server cannot delete shows only when it is asked to."""
        return ACTS

    async def delete(self, run_id: str) -> None:
        """Deletes a run and its tasks for good. Raises `RunNotFound`, and `Unsupported` where a server cannot."""
        try:
            await self._delete(run_id)
        except LookupError:
            raise Unsupported(
                f"The PySpur server at {self._where} cannot delete runs", "It deletes them with their workflow only."
            ) from None

    async def terminate(self, run_id: str, *, force: bool = False) -> None:
        """Raises `Unsupported`."""
        _cannot()

    async def reexecute(
        self, run_id: str, how: Reexecution, *, steps: Sequence[str] = (), tags: Mapping[str, str] | None = None
    ) -> str:
        """Raises `Unsupported`."""
        _cannot()

    async def launch(self, order: Order) -> str:
        """Raises `Unsupported`."""
        _cannot()

    async def workspace(self) -> Workspace:
        """Raises `Unsupported`."""
        _cannot()

    async def default_config(self, job: Job) -> str:
        """Raises `Unsupported`."""
        _cannot()

    async def check_config(self, job: Job, config: str) -> tuple[ConfigProblem, ...]:
        """Raises `Unsupported`."""
        _cannot()


def _cannot() -> NoReturn:
    raise Unsupported("Of PySpur's runs nothing but deleting is known here", "Its web page may do more.")
