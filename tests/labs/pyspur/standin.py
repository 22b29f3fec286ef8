"""A server that follows the Runs API document to the letter, with the tasks, children and delete real ones lack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.labs.pyspur.workflows import Definition, etl

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW = START.timestamp() + 86400

Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class StandIn:
    """Holds runs; `asked` keeps the requests. Without `documented` it lacks what version 0.1.18 lacks."""

    documented: bool = True
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The server as an ASGI app."""
        run = "/api/run/{run_id}/"
        routes = [("/api/run/", "GET", self._list), (run, "GET", self._get)]
        if self.documented:
            routes += [(run, "DELETE", self._delete), (f"{run}tasks/", "GET", self._tasks)]
            routes += [(f"{run}children/", "GET", self._children)]
        return Starlette(
            routes=[Route(path, self._noted(handler), methods=[method]) for path, method, handler in routes],
            exception_handlers=dict.fromkeys((404, 405), self._no_such),
        )

    def add(
        self,
        number: int,
        statuses: Iterable[tuple[str, str]] = (),
        *,
        status: str = "COMPLETED",
        parent: str | None = None,
        name: str = "etl",
        definition: Definition | None = None,
    ) -> dict[str, Any]:
        """Adds run `R{number}`, a minute after the one before, with tasks (node, status) of a second each."""
        run_id, began = f"R{number}", START + timedelta(minutes=number)
        definition = definition or etl()
        kinds = {node["id"]: node["node_type"] for node in definition["nodes"]}
        tasks = []
        for place, (node, state) in enumerate(statuses):
            ended = None if state in ("PENDING", "RUNNING") else began + timedelta(seconds=place)
            tasks.append(
                {
                    "id": f"T{number * 100 + place}",
                    "run_id": run_id,
                    "node_id": node,
                    "node_type": kinds.get(node, "PythonFuncNode"),
                    "status": state,
                    "start_time": None,
                    "end_time": None if ended is None else ended.isoformat(),
                    "inputs": {"x": number},
                    "outputs": {"y": number} if state == "COMPLETED" else None,
                    "error": "ValueError: no" if state == "FAILED" else None,
                    "is_downstream_of_pause": False,
                }
            )
        finished = status in ("COMPLETED", "FAILED", "CANCELED")
        self.runs[run_id] = run = {
            "id": run_id,
            "workflow_id": "S1",
            "workflow_version_id": "SV1",
            "workflow_version": {"version": 1, "name": name, "definition": definition},
            "status": status,
            "start_time": began.isoformat(),
            "end_time": (began + timedelta(seconds=len(tasks))).isoformat() if finished else None,
            "initial_inputs": {"input_node": {"x": number}},
            "outputs": None,
            "tasks": tasks,
            "parent_run_id": parent,
            "run_type": "interactive",
            "output_file_id": None,
            "input_dataset_id": None,
            "message": None,
            "duration": None,
            "percentage_complete": 0.0,
        }
        return run

    def _noted(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            self._note(request)
            run_id = request.path_params.get("run_id")
            if run_id is not None and run_id not in self.runs:
                return JSONResponse({"detail": "Run not found"}, 404)
            return await handler(request)

        return answer

    async def _list(self, request: Request) -> Response:
        page, size = (int(request.query_params.get(key, usual)) for key, usual in (("page", 1), ("page_size", 10)))
        if page < 1 or not 1 <= size <= 100:
            return JSONResponse({"detail": [{"loc": ["query"], "msg": "out of range"}]}, 422)
        parents_only = not self.documented and request.query_params.get("parent_only") != "false"
        runs = [run for run in self._newest() if not (parents_only and run["parent_run_id"])]
        return JSONResponse(runs[(page - 1) * size : page * size])

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self.runs[request.path_params["run_id"]])

    async def _tasks(self, request: Request) -> Response:
        return JSONResponse(self.runs[request.path_params["run_id"]]["tasks"])

    async def _children(self, request: Request) -> Response:
        parent = request.path_params["run_id"]
        return JSONResponse([run for run in self._newest() if run["parent_run_id"] == parent])

    async def _delete(self, request: Request) -> Response:
        del self.runs[request.path_params["run_id"]]
        return Response(status_code=204)

    def _newest(self) -> list[dict[str, Any]]:
        return sorted(self.runs.values(), key=lambda run: str(run["start_time"]), reverse=True)

    async def _no_such(self, request: Request, error: Exception) -> Response:
        """What FastAPI says of paths and methods that are not there."""
        self._note(request)
        status = getattr(error, "status_code", 500)
        return JSONResponse({"detail": {404: "Not Found", 405: "Method Not Allowed"}[status]}, status)

    def _note(self, request: Request) -> None:
        query = f"?{request.url.query}" if request.url.query else ""
        self.asked.append(f"{request.method} {request.url.path.removeprefix('/api')}{query}")
