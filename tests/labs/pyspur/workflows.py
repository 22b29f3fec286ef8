"""The workflows of the lab, as PySpur's web page would save them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Definition = dict[str, Any]

_INPUT = {"output_schema": {"x": "int"}, "enforce_schema": False}
_INT = {"y": "int"}


def etl() -> Definition:
    """Completes: a number in, its double out."""
    return _chain({"double": ("PythonFuncNode", _code("return {'y': input_model.input_node.x * 2}"))}, "double.y")


def broken() -> Definition:
    """Fails in the middle: what comes after is canceled."""
    return _chain({"bad": ("PythonFuncNode", _code("return {'y': 1 / 0}"))}, "bad.y")


def approval() -> Definition:
    """Pauses until somebody approves."""
    ask = ("HumanInterventionNode", {"message": "please approve", "output_schema": {}})
    return _chain({"ask": ask, "after": ("PythonFuncNode", _code("return {'y': 1}"))}, "after.y")


def gated(*gates: str) -> Definition:
    """One node after the other, each waiting until its gate, a file, is there."""
    schema = {"output": "string"}
    inner = {f"wait_{n}": ("GateNode", {"gate": gate, "output_schema": schema}) for n, gate in enumerate(gates, 1)}
    return _chain(inner, f"wait_{len(gates)}.output", "string")


def routes() -> Definition:
    """Takes one of two branches: `big` where x is over 10, else `small`."""
    conditions = {"big": ("greater_than", 10), "small": ("less_than", 11)}
    route_map = {
        f"to_{name}": {"conditions": [{"variable": "input_node.x", "operator": operator, "value": value}]}
        for name, (operator, value) in conditions.items()
    }
    nodes = [
        _node("input_node", "InputNode", _INPUT),
        _node("router", "RouterNode", {"route_map": route_map, "output_schema": {}}),
        *(_node(name, "PythonFuncNode", _code("return {'y': 1}")) for name in conditions),
    ]
    branches = [
        {**_link("router", name), "source_handle": f"to_{name}", "target_handle": f"router.to_{name}"}
        for name in conditions
    ]
    return {"nodes": nodes, "links": [_link("input_node", "router"), *branches]}


def loop() -> Definition:
    """Does its inner workflow once."""
    counted = {"count": "int"}
    inner = {
        "nodes": [
            _node("loop_input", "InputNode", {"output_schema": counted | {"loop_history": "dict"}}),
            _node("increment", "PythonFuncNode", _code("return {'count': input_model.loop_input.count + 1}", counted)),
            _node("loop_output", "OutputNode", {"output_map": {"count": "increment.count"}, "output_schema": counted}),
        ],
        "links": [_link("loop_input", "increment"), _link("increment", "loop_output")],
    }
    config = {
        "num_iterations": 1,
        "subworkflow": inner,
        "input_map": {"count": "input_node.x"},
        "output_schema": counted,
    }
    return _chain({"loop": ("ForLoopNode", config)}, "loop.count")


def _chain(inner: Mapping[str, tuple[str, Mapping[str, Any]]], result: str, kind: str = "int") -> Definition:
    """Input, the inner nodes one after the other, output."""
    output = {"output_map": {"z": result}, "output_schema": {"z": kind}}
    nodes = [
        _node("input_node", "InputNode", _INPUT),
        *(_node(name, node_type, config) for name, (node_type, config) in inner.items()),
        _node("output_node", "OutputNode", output),
    ]
    names = [str(node["id"]) for node in nodes]
    return {"nodes": nodes, "links": [_link(*pair) for pair in pairwise(names)]}


def _node(name: str, node_type: str, config: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "title": name, "node_type": node_type, "config": dict(config)}


def _code(code: str, schema: Mapping[str, str] = _INT) -> dict[str, Any]:
    return {"code": code, "output_schema": dict(schema)}


def _link(source: str, target: str) -> dict[str, Any]:
    return {"source_id": source, "target_id": target}


def answers(nodes: Sequence[str]) -> Definition:
    """The nodes one after the other, as a help desk that answers with a model's help would have them; never run."""
    kinds = {"input_node": "InputNode", "output_node": "OutputNode", "review": "HumanInterventionNode"}
    kinds |= {"retrieve": "RetrieverNode", "draft": "SingleLLMCallNode"}
    configs = {"review": {"message": "Is the answer kind and right?"}}
    listed = [_node(name, kinds.get(name, "PythonFuncNode"), configs.get(name, {})) for name in nodes]
    return {"nodes": listed, "links": [_link(*pair) for pair in pairwise(nodes)]}
