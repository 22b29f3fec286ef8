"""What changes PySpur's runs: they can be deleted, where the server has the documented endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from run_tui.acts import Act
from run_tui.errors import Unsupported
from run_tui.sources._bare import BareActions

ACTS = frozenset({Act.DELETE})


class PySpurActions(BareActions):
    """Deletes runs by `delete`, which raises `LookupError` once the server at `where` has shown that it cannot."""

    refusal = ("Of PySpur's runs nothing but deleting is known here", "Its web page may do more.")

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
