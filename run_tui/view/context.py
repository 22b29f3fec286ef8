"""Context: the rows around those that fit."""

from __future__ import annotations

from itertools import accumulate

from run_tui.view.found import FoundRows, MaskedRows
from run_tui.view.masks import Mask, count, either, first_after_groups, none_of, widened

Surroundings = tuple[Mask, int, int, bool]
"""A mask, how many rows at its beginning and at its end are context of others, and whether a group ends before it."""


class Context:
    """The rows that fit with so many `lines` before and after each, in groups.

    `shown` are the rows of all groups. In `rows` the first row after a group is there as well: it stands for all that
    are left out before the next, so that a rule can be drawn there and every line of a list has a row of its own.
    """

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.shown = MaskedRows()
        self.rows = MaskedRows()
        self._known: dict[int, tuple[Surroundings, Mask, Mask]] = {}

    def update(self, found: FoundRows) -> None:
        """Follows what was found, at the cost of the masks that are new."""
        known, before = self._known, False
        self._known = {}
        for start, mask, after, until in self._reaches(found):
            surroundings = mask, after, until, before
            made = known.get(start)
            if made is None or not _same(made[0], surroundings):
                shown = self._shown(mask, after, until)
                made = surroundings, shown, either(shown, first_after_groups(shown, before))
            self._known[start] = made
            before = made[1][-1] == 1
        starts = list(self._known)
        groups = [made[1] for made in self._known.values()]
        self.shown.replace(starts, groups)
        self.rows.replace(starts, _without_last_rule(groups, [made[2] for made in self._known.values()]))

    def _reaches(self, found: FoundRows) -> list[tuple[int, Mask, int, int]]:
        """Each mask's first row, the mask, and how far context of the masks before and after it reaches in."""
        lines = self.lines

        def reach_on(reach: int, mask: Mask) -> int:
            last = mask.rfind(1)
            return max(0, reach - len(mask) if last < 0 else lines - (len(mask) - 1 - last))

        def reach_back(reach: int, mask: Mask) -> int:
            first = mask.find(1)
            return max(0, reach - len(mask) if first < 0 else lines - first)

        after = accumulate(found.masks, reach_on, initial=0)
        until = list(accumulate(reversed(found.masks), reach_back, initial=0))[-2::-1]
        return list(zip(found.starts, found.masks, after, until, strict=False))

    def _shown(self, mask: Mask, after: int, until: int) -> Mask:
        size = len(mask)
        after, until = min(after, size), min(until, size)
        shown = widened(mask, self.lines)
        if after:
            shown = b"\1" * after + shown[after:]
        if until:
            shown = shown[: size - until] + b"\1" * until
        return shown if count(shown) else none_of(size)


def _same(one: Surroundings, other: Surroundings) -> bool:
    return one[0] is other[0] and one[1:] == other[1:]


def _without_last_rule(shown: list[Mask], rows: list[Mask]) -> list[Mask]:
    """After the last group nothing follows that a rule would set it off from."""
    for at in range(len(rows) - 1, -1, -1):
        last = rows[at].rfind(1)
        if last >= 0:
            if not shown[at][last]:
                rows[at] = rows[at][:last] + bytes(len(rows[at]) - last)
            break
    return rows
