"""The events of a run or of several as append-only columns and blocks of text: little more than the text itself."""

from run_tui.store.attempts import Attempts
from run_tui.store.blocks import ARENA_BYTES, BLOCK_BYTES, BLOCK_ROWS, Block
from run_tui.store.columns import CodeColumn
from run_tui.store.details import PART
from run_tui.store.events import EventStore
from run_tui.store.pieces import Part, Piece, Pieces, prepare, read_piece

__all__ = [
    "ARENA_BYTES",
    "BLOCK_BYTES",
    "BLOCK_ROWS",
    "PART",
    "Attempts",
    "Block",
    "CodeColumn",
    "EventStore",
    "Part",
    "Piece",
    "Pieces",
    "prepare",
    "read_piece",
]
