"""`python -m tests.labs.hub_log [PORT]`: the stand-in on loopback, until it is interrupted."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import uvicorn

from tests.labs.hub_log.app import HubLog
from tests.labs.hub_log.data import World

if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    uvicorn.run(HubLog(World(datetime.now(UTC))).app(), host="127.0.0.1", port=port, log_level="warning")
