"""`python -m run_tui` is `run-tui`."""

from run_tui.cli import main

main()
