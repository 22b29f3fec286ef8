"""The pictures in screenshots/ are what the app shows."""

from __future__ import annotations

import pytest

from tests.screens import PICTURES, SHOTS, picture


@pytest.mark.parametrize("name", SHOTS)
async def test_the_picture_is_what_the_app_shows(name: str) -> None:
    kept = PICTURES / f"{name}.svg"
    shown = await picture(name)
    assert shown == kept.read_text("utf-8"), f"python -m tests.screens takes {kept.name} anew"


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == set(SHOTS)
