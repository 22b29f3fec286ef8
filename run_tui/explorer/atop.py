"""What is open on top of a run's screen."""

from __future__ import annotations

from textual.message import Message

from run_tui.explorer.host import Stage
from run_tui.explorer.open_data import OpenData
from run_tui.explorer.open_output import OpenOutput
from run_tui.explorer.open_run import OpenRun
from run_tui.explorer.open_save import OpenSave
from run_tui.screens.data import DataScreen
from run_tui.screens.output import OutputScreen
from run_tui.screens.run import RunScreen
from run_tui.screens.save import SaveScreen

Part = OpenOutput | OpenData | OpenSave


class Atop:
    """The output of a step, the data rows of one, or the saving of the events: one of them at a time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._part: Part | None = None

    @property
    def open(self) -> bool:
        """Whether there is anything on top of the run's screen."""
        return self._part is not None

    async def take(self, wish: Message, opened: OpenRun) -> None:
        """Does what is wished for on such a screen, or opens one."""
        match wish:
            case OutputScreen.Closed() | DataScreen.Closed() | SaveScreen.Closed():
                self.close()
            case _ if self._part is not None:
                self._part.take(wish)
            case _:
                self._part = self._wanted(wish, opened)
                if self._part is not None:
                    await self._stage.show_screen(self._part.screen)

    def close(self) -> None:
        """Goes back to the run's screen, if something lies on top of it."""
        if self._part is not None:
            self._part.stop()
            self._part = None
            self._stage.leave_screen()

    def _wanted(self, wish: Message, opened: OpenRun) -> Part | None:
        source, screen = opened.source, opened.screen
        match wish:
            case RunScreen.OutputWanted(step=step, captures=captures):
                return OpenOutput(self._stage, source, OutputScreen(screen.run.id, step, captures, screen.has_ended))
            case RunScreen.DataWanted(step=step, attempt=attempt, steps=steps) if source.tables is not None:
                return OpenData(self._stage, source.tables, DataScreen(screen.run.id, step, attempt, steps))
            case RunScreen.SaveWanted():
                return OpenSave(self._stage, source, screen)
        return None
