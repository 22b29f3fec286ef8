"""The program `run-tui`, which is also `python -m run_tui`."""

import gc
import signal
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line; ctrl+c ends it at once and without a word, even before it is loaded."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # until `started`: what is being loaded is no garbage
    from run_tui.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
