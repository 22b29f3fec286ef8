"""`python -m tests.labs.hub_log [PORT [LINES]]`: the stand-in on loopback until it is ended; prints its URL.

Its long run has LINES lines in one phase, at first a million.
"""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime

import uvicorn

from tests.labs.hub_log.app import HubLog
from tests.labs.hub_log.data import World


def main(port: str = "8765", lines: str = "1000000") -> None:
    """Serves."""
    world = World(datetime.now(UTC))
    world.big.phases["transform"][0].logs = int(lines)
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(HubLog(world).app(), log_level="warning", lifespan="off", ws="none")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
