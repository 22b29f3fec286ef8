"""Finished runs kept on this machine, so that they open at once and without their server."""

from run_tui.cache.files import KeptRun
from run_tui.cache.folder import Cache, Entry, Keep

__all__ = ["Cache", "Entry", "Keep", "KeptRun"]
