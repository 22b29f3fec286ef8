"""Other keys for actions, as the settings file gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations

from textual.keys import Keys

from run_tui.actions import ACTIONS, KEY_NAMES, TOGETHER, Action, key_text

_MODIFIERS = {"ctrl", "shift", "alt", "super", "meta", "hyper"}
_NAMED_KEYS = {key.value for key in Keys}


def remapped(keys: Mapping[str, str]) -> tuple[tuple[Action, ...], list[str]]:
    """The actions with other keys, given by id, in place of their own, and what is wrong with those, in sentences."""
    ids = [action.id for action in ACTIONS]
    changed, problems = {}, []
    for name, text in keys.items():
        wanted = [key if len(key) == 1 else key.lower() for key in map(str.strip, text.split(","))]
        if name not in ids:
            near = get_close_matches(name, ids, 1)
            problems.append(f'"{name}" is no action' + (f", is {near[0]!r} meant?" if near else "."))
        elif not all(map(_is_key, wanted)):
            problems.append(f'"{name}": "{text}" is no key.')
        else:
            changed[name] = ",".join(wanted)
    actions = tuple(
        replace(action, keys=changed[action.id], key_display=None) if action.id in changed else action
        for action in ACTIONS
    )
    return actions, problems + list(_conflicts(actions, changed))


def _conflicts(actions: tuple[Action, ...], changed: Mapping[str, str]) -> Iterator[str]:
    for one, other in combinations(actions, 2):
        if changed.keys() & {one.id, other.id} and any({one.where, other.where} <= places for places in TOGETHER):
            for key in sorted(_pressed(one) & _pressed(other)):
                yield f'"{key}" is the key of both "{one.id}" and "{other.id}": only one of them works.'


def _pressed(action: Action) -> set[str]:
    return set(key_text(action).split())


def _is_key(text: str) -> bool:
    *modifiers, key = text.split("+") if len(text) > 1 else [text]
    return _MODIFIERS.issuperset(modifiers) and (len(key) == 1 or key in KEY_NAMES or key in _NAMED_KEYS)
