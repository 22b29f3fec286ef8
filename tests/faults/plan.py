"""Which faults happen, and when: drawn from a seed, so that a sequence that hurts can be had again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum


class Fault(StrEnum):
    """What can befall one request and its answer."""

    REFUSED = "refused for a while"
    SLOW_CONNECT = "slow connect"
    RESET = "reset"
    RESET_WITHIN = "reset within the answer"
    HANG_UP = "hung up"
    HANG_UP_WITHIN = "hung up within the answer"
    STALL = "stalled"
    STALL_WITHIN = "stalled within the answer"
    DRIP = "dripped"
    RESTART = "restart"
    RESTART_WITHIN = "restart within the answer"
    TOO_MANY = "429 with Retry-After"
    UNAVAILABLE = "503"
    BREAKDOWN = "500 in plain text"
    PYTHON_ERROR = "500 with a PythonError"
    BAD_GATEWAY = "502 in HTML"
    GRAPHQL_ERROR = "200 with GraphQL errors"
    WEB_PAGE = "200 in HTML"
    EMPTY = "empty body"
    CUT_JSON = "cut JSON"
    WRONG_SHAPE = "JSON of another shape"
    STUCK_CURSOR = "cursor that does not move"


HARMLESS = frozenset({Fault.DRIP, Fault.SLOW_CONNECT})
"""Faults that only cost time."""


class Plan:
    """Lets `rate` of all requests fail, each kind as often as the others; `counts` tells how often each has.

    A fault befalls up to `longest` requests in a row.
    """

    def __init__(self, seed: int, rate: float, kinds: Sequence[Fault] = tuple(Fault), longest: int = 1) -> None:
        self.counts: Counter[Fault] = Counter()
        self.rate = rate
        self._longest = longest
        self._lasting: list[Fault] = []
        self._kinds = kinds
        self._chance = random.Random(seed)
        self._bag: list[Fault] = []

    @property
    def stalls(self) -> bool:
        """Whether some answers never come, so that a client has to give them up."""
        return not {Fault.STALL, Fault.STALL_WITHIN}.isdisjoint(self._kinds)

    def draw(self) -> Fault | None:
        """What befalls the next request."""
        if self._lasting:
            return self._lasting.pop()
        if self._chance.random() >= self.rate:
            return None
        if not self._bag:
            self._bag = self._chance.sample(self._kinds, len(self._kinds))
        fault = self._bag.pop()
        self.counts[fault] += 1
        if self._longest > 1:
            self._lasting = [fault] * self._chance.randrange(self._longest)
        return fault

    def share(self) -> float:
        """Where in an answer a fault within it strikes, between 0 and 1."""
        return self._chance.random()
