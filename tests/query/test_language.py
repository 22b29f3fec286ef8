from __future__ import annotations

import pytest

from run_tui.query import OPERATORS, RUN_OPERATORS, Operator, Problem, help_table, parse, parse_runs, runs_help_table


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", []),
        ("level:wrong", [(6, 11, "level: knows debug, info, warning, error, critical, or 0 to 5")]),
        ("a -attempt:2,x", [(13, 14, "attempt: wants a number from 1, such as 2")]),
        (
            "after:noon",
            [(6, 10, "after: wants 12:30, 2026-11-22T12:30, 5m (before the end) or +30s (after the start)")],
        ),
        ("a /(b/", [(2, 6, "not a regular expression: missing ) at position 2")]),
        (
            "level:x /[/",
            [
                (6, 7, "level: knows debug, info, warning, error, critical, or 0 to 5"),
                (8, 11, "not a regular expression: unterminated character set at position 1"),
            ],
        ),
    ],
)
def test_problems_say_what_is_wrong_and_where(text: str, problems: list[tuple[int, int, str]]) -> None:
    assert parse(text).problems == tuple(Problem(*problem) for problem in problems)


def test_the_good_parts_of_a_wrong_filter_stay() -> None:
    assert parse("step:a level:x,error /(/ word").filter == parse("step:a level:error word").filter


@pytest.mark.parametrize(
    "text", ["-", "/", "//", '"', '""', "step:", "-step:", 'step:"', "step:=", "level:", "a:", "=", "type:,"]
)
def test_what_is_half_typed_is_no_problem(text: str) -> None:
    assert parse(text).problems == ()
    assert parse_runs(text).problems == ()


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("KeyError  -foo", "KeyError -foo"),
        ("x -TYPE:step_failure step:a,b step:c", "step:a,b,c -type:STEP_FAILURE x"),
        ('step:"a b" step:"a" step:"a*"', 'step:"a b",a,"a*"'),
        ('step:=load step:="a b" step:"=x"', 'step:=load,="a b","=x"'),
        ("type:=custom type:CUST type:PIPELINE_START", "type:=CUSTOM,CUST,PIPELINE_START"),
        ("level:3 -level:crit level:0", "level:warning,0 -level:critical"),
        ('before:"2026-11-22 12:30" after:5m attempt:2', 'after:5m before:"2026-11-22 12:30" attempt:2'),
        (
            '"exit code" "word" "step:x" "-x" "--x" -"--x" "/x" "/" "-"',
            '"exit code" word "step:x" "-x" --x -"--x" "/x" "/" "-"',
        ),
        ("-/a/ /usr/lib/x.py", r"-/a/ /usr\/lib\/x.py/"),
        (r'"say \"x\"" "C:\new"', r'"say \"x\"" C:\new'),
        ("step: - //", ""),
    ],
)
def test_printed_form(typed: str, printed: str) -> None:
    assert str(parse(typed).filter) == printed
    assert str(parse(printed).filter) == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("words status:fail,success,=odd job:a*", "status:FAIL,SUCCESS,=ODD job:a* words"),
        ('tag:team=data tag:team="a b" tag:te tag:team= -tag:a*=b', 'tag:team=data,"team=a b",te,team= -tag:a*=b'),
    ],
)
def test_printed_form_of_the_runs_list(typed: str, printed: str) -> None:
    assert str(parse_runs(typed)) == printed
    assert str(parse_runs(printed)) == printed


@pytest.mark.parametrize("operator", [*OPERATORS, *RUN_OPERATORS], ids=lambda operator: operator.key)
def test_every_operator_explains_itself(operator: Operator) -> None:
    read = parse if operator in OPERATORS else parse_runs
    assert operator.example.startswith(f"{operator.key}:")
    assert operator.help.endswith(".")
    assert not read(operator.example).problems
    for choice in operator.choices:
        assert not read(f"{operator.key}:{choice}").problems


def test_the_help_has_a_row_for_each_thing_to_type() -> None:
    assert [row.form for row in help_table()] == [
        "step:NAME,…", "type:TYPE,…", "level:LEVEL", "after:TIME", "before:TIME", "attempt:NUMBER,…", "run:NAME,…",
        "WORD", '"PHRASE"', "/PATTERN/", "-TERM",
    ]  # fmt: skip
    assert [row.form for row in runs_help_table()][:5] == [
        "status:STATUS,…", "job:NAME,…", "tag:KEY=VALUE,…", "on:NAME,…", "after:TIME",
    ]  # fmt: skip
    assert all(str(parse(row.example).filter) == row.example for row in help_table())
    assert all(str(parse_runs(row.example)) == row.example for row in runs_help_table())
