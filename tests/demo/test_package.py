"""The demo as a part of the package: what it imports, when, and from where it reads."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT

PACKAGE = ROOT / "run_tui" / "demo"

ASK = """
import asyncio, json

QUERY = b'{"query": "{ runsOrError { ... on Runs { count results { id } } } }"}'

async def main():
    from run_tui.demo import create_app
    sent = []
    async def receive():
        return {"type": "http.request", "body": QUERY}
    async def send(message):
        sent.append(message)
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await create_app(lambda: 1_795_350_612.25)(scope, receive, send)
    return json.loads(sent[1]["body"])["data"]["runsOrError"]

runs = asyncio.run(main())
"""


def run(program: str, *paths: Path) -> str:
    setup = "import sys\n" + "".join(f"sys.path.insert(0, {str(path)!r})\n" for path in paths)
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", setup + program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_imports_only_the_standard_library_and_itself(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level in (0, 1), ast.unparse(node)
            modules = [node.module or ""] if node.level == 0 else []
        else:
            continue
        assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names


def test_importing_it_loads_nothing_else_and_reads_no_recording() -> None:
    loaded = run(
        """
import sys
before = set(sys.modules)
import run_tui.demo
app = run_tui.demo.create_app()
print(*(set(sys.modules) - before))
from run_tui.demo.recordings import recording
assert recording.cache_info().currsize == 0
""",
        ROOT,
    ).split()
    foreign = {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("run_tui.demo")} == {"run_tui"}
    assert not {"asyncio", "importlib.resources", "http", "socket", "zipfile"} & set(loaded)


def test_works_from_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(ROOT / "run_tui" / "__init__.py", "run_tui/__init__.py")
        for path in PACKAGE.rglob("*"):
            if path.suffix in (".py", ".gz"):
                file.write(path, path.relative_to(ROOT))
    program = ASK + "import run_tui.demo\nprint(runs['count'], run_tui.demo.__file__)"
    count, where = run(program, archive).split()
    assert int(count) > 30
    assert where.startswith(str(archive))


def test_lists_runs_without_reading_their_events() -> None:
    program = ASK + "from run_tui.demo.recordings import recording\nprint('_whole' in vars(recording('nightly_etl')))"
    assert run(program, ROOT).split() == ["False"]
