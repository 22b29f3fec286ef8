"""Where in a configuration the places are that a server complains of."""

from __future__ import annotations

import pytest

from run_tui.acts import ConfigProblem
from run_tui.run_config import placed, problems_of

YAML = """\
# nightly
ops:
  load:
    config:
      tables:
        - users
        - name: orders
resources: {stream: {config: {rate: fast}}}
"""


@pytest.mark.parametrize("text", ["", "# only a remark\n", YAML, '{"ops": {}}', '{\n\t"ops": {"a": [1,\t2]}\n}'])
def test_what_can_be_read_has_no_problem(text: str) -> None:
    assert problems_of(text) == ()


@pytest.mark.parametrize(
    ("text", "line"), [("ops:\n  - a\n b: 1\n", 3), ("ops: [1, 2\n", 2), ("- a\n", 1), ("just words", 1), ("a: @b", 1)]
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int) -> None:
    (problem,) = problems_of(text)
    assert problem.line == line
    assert problem.message


def test_a_control_character_is_told() -> None:
    assert "special characters are not allowed" in problems_of("a: \x1b[31m")[0].message


@pytest.mark.parametrize(
    ("path", "names", "line"),
    [
        (("ops", "load", "config"), (), 4),
        (("ops", "load", "config", "tables", "1", "name"), (), 7),
        (("ops", "load", "config", "tables", "9"), (), 5),
        (("resources", "stream", "config", "rate"), (), 8),
        (("ops", "load"), ("config",), 4),
        (("ops", "unload", "config"), (), 2),
        ((), ("resources",), 8),
        ((), (), None),
    ],
)
def test_a_place_has_the_line_of_the_innermost_part_that_is_there(
    path: tuple[str, ...], names: tuple[str, ...], line: int | None
) -> None:
    (problem,) = placed(YAML, [ConfigProblem("wrong", path, names)])
    assert problem == ConfigProblem("wrong", path, names, line)


def test_the_first_line_comes_first_and_json_has_places_too() -> None:
    text = '{\n\t"a": 1,\n\t"b": {"c": 2}\n}'
    problems = placed(text, [ConfigProblem("x", ("b", "c")), ConfigProblem("y", ("a",)), ConfigProblem("z")])
    assert [(problem.message, problem.line) for problem in problems] == [("z", None), ("y", 2), ("x", 3)]
