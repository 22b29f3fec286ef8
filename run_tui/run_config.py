"""A run's configuration as its author writes it, YAML or JSON: whether it can be read, and where in it a place is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import yaml

from run_tui.acts import ConfigProblem

_SPREAD = "not a mapping of names to values"


def problems_of(text: str) -> tuple[ConfigProblem, ...]:
    """Why a text is no configuration at all; () where it is one, whatever a server may say to it."""
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.problem, error.context) if part)
        return (ConfigProblem(what, line=None if mark is None else mark.line + 1),)
    except yaml.YAMLError as error:
        return (ConfigProblem(str(error)),)
    if root is not None and not isinstance(root, yaml.MappingNode):
        return (ConfigProblem(_SPREAD, line=root.start_mark.line + 1),)
    return ()


def placed(text: str, problems: Iterable[ConfigProblem]) -> tuple[ConfigProblem, ...]:
    """A server's problems with the lines of their places in a text that can be read, the first line first."""
    root = _root(text)
    found = [replace(problem, line=_line(root, problem)) for problem in problems]
    return tuple(sorted(found, key=lambda problem: problem.line or 0))


def _root(text: str) -> yaml.Node | None:
    # JSON is YAML but for tabs, which it may be indented with.
    as_yaml = text.replace("\t", "  ") if text.lstrip().startswith("{") else text
    root: yaml.Node | None = yaml.compose(as_yaml, Loader=yaml.SafeLoader)
    return root


def _line(root: yaml.Node | None, problem: ConfigProblem) -> int | None:
    """The line of the place, or of the innermost around it that the text has."""
    node, line = root, None
    for name in chain(problem.path, problem.names[:1]):
        found = None if node is None else _child(node, name)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node, name: str) -> tuple[int, yaml.Node] | None:
    """What lies below a node under a name or an index, and the line where that begins."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and name.isdigit() and int(name) < len(node.value):
        item = node.value[int(name)]
        return item.start_mark.line + 1, item
    return None
