"""Filter text -> filters: the language of a run's events, that of the runs list, and the documented filters."""

from run_tui.query.completion import Completion
from run_tui.query.contract import filter_events_by_step, filter_events_by_type
from run_tui.query.events import OPERATORS, Filter, Query, complete, help_table, parse, parse_words, searchable_parts
from run_tui.query.language import HelpRow, Operator, Problem
from run_tui.query.runs import (
    RUN_OPERATORS,
    RunsQuery,
    complete_runs,
    created_time,
    parse_runs,
    runs_help_table,
    status_named,
)
from run_tui.query.terms import PART, PatternTerm, SlowPattern, TextTerm, Value, Values
from run_tui.query.times import TimeContext, resolve_time
from run_tui.query.tokens import any_of, typable

__all__ = [
    "OPERATORS",
    "PART",
    "RUN_OPERATORS",
    "Completion",
    "Filter",
    "HelpRow",
    "Operator",
    "PatternTerm",
    "Problem",
    "Query",
    "RunsQuery",
    "SlowPattern",
    "TextTerm",
    "TimeContext",
    "Value",
    "Values",
    "any_of",
    "complete",
    "complete_runs",
    "created_time",
    "filter_events_by_step",
    "filter_events_by_type",
    "help_table",
    "parse",
    "parse_runs",
    "parse_words",
    "resolve_time",
    "runs_help_table",
    "searchable_parts",
    "status_named",
    "typable",
]
