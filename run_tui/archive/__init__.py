"""Runs as files: what such a file says, and how it is written without losing what was there."""

from run_tui.archive.lines import EVENTS, EventObject, Header, event_line, header_line, header_of, is_header, page_of

__all__ = ["EVENTS", "EventObject", "Header", "event_line", "header_line", "header_of", "is_header", "page_of"]
