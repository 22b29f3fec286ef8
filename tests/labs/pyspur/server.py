"""PySpur's own routers on its own database, with nothing stubbed: what `pyspur serve` mounts for runs and workflows.

Runs inside the lab's environment, as `python server.py PORT`; the database is a file in the working directory.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pyspur.api.run_management import router as runs
from pyspur.api.workflow_management import router as workflows
from pyspur.api.workflow_run import router as workflow_runs
from pyspur.database import engine
from pyspur.models.base_model import BaseModel as Tables
from pyspur.nodes.base import BaseNode, BaseNodeConfig, BaseNodeInput, BaseNodeOutput
from pyspur.nodes.registry import NodeInfo, NodeRegistry


class GateConfig(BaseNodeConfig):  # type: ignore[misc]
    """`gate` names a file; the node is done as soon as there is one."""

    gate: str = ""


class GateOutput(BaseNodeOutput):  # type: ignore[misc]
    """What came through the gate."""

    output: str


class GateNode(BaseNode):  # type: ignore[misc]
    """Goes on when the test says so, and leaves the server free to answer until then."""

    name = "gate_node"
    config_model = GateConfig
    input_model = BaseNodeInput
    output_model = GateOutput

    async def run(self, input: BaseNodeInput) -> GateOutput:
        """Waits for the file and gives its content."""
        while (text := _content(Path(self.config.gate))) is None:  # noqa: ASYNC110  (a file is no event)
            await asyncio.sleep(0.01)
        return GateOutput(output=text)


def _content(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def create_app() -> FastAPI:
    """The server below /api, with its tables made."""
    Tables.metadata.create_all(engine)
    node = NodeInfo(node_type_name="GateNode", module=__name__, class_name="GateNode")
    NodeRegistry._nodes["Lab"] = [node]
    api = FastAPI()
    api.include_router(workflows, prefix="/wf")
    api.include_router(workflow_runs, prefix="/wf")
    api.include_router(runs, prefix="/run")
    app = FastAPI()
    app.mount("/api", api)
    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
