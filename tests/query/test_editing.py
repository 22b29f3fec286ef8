"""Keys that change the filter's text."""

from __future__ import annotations

import pytest

from run_tui.query.editing import set_operator


@pytest.mark.parametrize(
    ("text", "key", "value", "changed"),
    [
        ("", "level", "error", "level:error"),
        ("level:info load", "level", "error", "level:error load"),
        ("load LEVEL:info,x -level:debug", "level", "", "load -level:debug"),
        ('"exit co', "level", "error", 'level:error "exit co'),
        ("step:a step:b x", "step", "=c", "step:=c x"),
        ("x", "step", "", "x"),
    ],
)
def test_one_operator_is_set(text: str, key: str, value: str, changed: str) -> None:
    assert set_operator(text, key, value) == changed
