"""Runs as files: what such a file says, and how it is written without losing what was there."""

from run_tui.archive.lines import (
    EVENTS,
    EventObject,
    Header,
    event_line,
    event_object,
    header_line,
    header_of,
    is_header,
    page_of,
)
from run_tui.archive.table import table_end, table_head, table_row
from run_tui.archive.writer import SUFFIXES, RunWriter

__all__ = [
    "EVENTS",
    "SUFFIXES",
    "EventObject",
    "Header",
    "RunWriter",
    "event_line",
    "event_object",
    "header_line",
    "header_of",
    "is_header",
    "page_of",
    "table_end",
    "table_head",
    "table_row",
]
