# mypy: disable-error-code="misc"
"""How long pretend work takes: nothing in tests, as long as on a real platform in recordings."""

import time

from dagster import ConfigurableResource


class Pace(ConfigurableResource):
    """Scales pretend work: 0 does it at once, 1 as slowly as a real platform."""

    factor: float = 0.0

    def work(self, seconds: float) -> None:
        """Takes `seconds` times the factor."""
        time.sleep(seconds * self.factor)
