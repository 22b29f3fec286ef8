"""Containers whose children cover them."""

from __future__ import annotations

from textual.containers import Container, Horizontal


class Covered(Container):
    """A container of which nothing is to be seen.

    Textual paints what lies below others too, line by line: of what is `BLANK` one line will do.
    """

    BLANK = True


class CoveredRow(Horizontal):
    """A row of widgets that leave no gap between them."""

    BLANK = True
