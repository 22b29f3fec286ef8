"""The end of the terminal is the end of the program."""

from __future__ import annotations

import os
import select
import signal
import threading


def end_with_terminal(terminal: int = 0) -> None:
    """Hangs the program up as soon as its terminal is gone, whoever has closed it.

    The system does so by itself only for the terminal that controls the session. Anywhere else the program would wait
    for ever for somebody to read what it writes.
    """
    threading.Thread(target=_wait, args=(terminal,), name="hangup", daemon=True).start()


def _wait(terminal: int) -> None:
    gone = select.poll()
    gone.register(terminal, 0)
    if any(what & select.POLLHUP for _, what in gone.poll()):
        os.kill(os.getpid(), signal.SIGHUP)
