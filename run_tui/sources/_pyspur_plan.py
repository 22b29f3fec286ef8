"""A PySpur workflow as steps: its nodes, those inside loops among them, each after those it depends on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from pydantic import ValidationError

from run_tui.model import Step
from run_tui.sources._pyspur_wire import Definition, Node

DEEPEST = 8
"""How many loops inside each other are looked into."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The nodes of a workflow by id, and for each those it needs; a loop's first nodes need what the loop does."""

    nodes: dict[str, Node] = field(default_factory=dict)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, definition: Definition) -> Plan:
        """The plan of a workflow; links to nodes that are not there count for nothing."""
        plan = cls()
        plan._take(definition, (), DEEPEST)
        return plan

    def _take(self, definition: Definition, outer: tuple[str, ...], deep: int) -> None:
        own = {node.id: node for node in definition.nodes}
        self.nodes.update(own)
        for key in own:
            sources = [link.source_id for link in definition.links if link.target_id == key and link.source_id in own]
            self.needs[key] = tuple(dict.fromkeys(sources)) or outer
        for node in definition.nodes:
            inner = _inside(node)
            if inner is not None and deep:
                self._take(inner, self.needs[node.id], deep - 1)

    def order(self) -> list[str]:
        """All nodes, each after those it needs; as the workflow lists them where they need each other in a circle."""
        try:
            return list(TopologicalSorter(self.needs).static_order())
        except CycleError:
            return list(self.nodes)

    def steps(self) -> list[Step]:
        """The nodes as steps of a run."""
        return list(self._steps())

    def _steps(self) -> Iterator[Step]:
        for key in self.order():
            yield Step(key, self.nodes[key].node_type, self.needs[key])


def _inside(node: Node) -> Definition | None:
    """The workflow inside a loop."""
    held = node.subworkflow or node.config.get("subworkflow")
    try:
        return Definition.model_validate(held) if isinstance(held, dict) else None
    except ValidationError:
        return None
