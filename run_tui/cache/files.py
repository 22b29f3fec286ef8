"""One kept run in a file: its events in compressed pieces, then a directory of them with all else there is to know.

The directory comes last, and after it how long it is: a file that was not written to its end has none.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO

from run_tui.archive import Header, header_line, header_of
from run_tui.marks import Marks, Stand
from run_tui.store import EventStore, Part, Piece, Pieces, prepare, read_piece

SIGNATURE = f"run-tui kept run 1 {sys.byteorder}\n".encode()
"""What every file begins with: its layout, and in which order this kind of machine has the bytes of a number."""
LEVEL = 1
"""Of compression: the higher ones take far longer and gain a tenth."""
_END = Struct("<QI")
"""The size and the checksum of the directory. The pieces have checksums of their own, as zlib writes them."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where a piece is, and its sizes in bytes: unpacked, and as it lies in the file."""

    start: int
    rows: int
    columns: int
    text: int
    columns_packed: int
    text_packed: int


class KeptRun:
    """A run that was read to its end once, as the file at `path` has it.

    Raises `ValueError` and `OSError` where there is no such file, or not a whole one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            told = _directory(file)
        try:
            self.header: Header = header_of(told["header"])
            self._values: Mapping[str, Any] = told["values"]
            self._shapes = [tuple(shape) for shape in self._values["shapes"]]
            self._marks = [(int(held), cursor) for held, cursor in told["marks"]]
            self._pieces = list(_stored(told["pieces"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"its directory is another one: {error}") from None
        if not self._marks or self._marks[-1][0] != self.count:
            raise ValueError("its events are not all there")

    @property
    def stand(self) -> Stand:
        """The run, and where its reading ended."""
        return Stand(self.header.run, Marks(list(self._marks)))

    @property
    def count(self) -> int:
        """How many events there are."""
        return sum(piece.rows for piece in self._pieces)

    @property
    def pieces(self) -> int:
        """Of how many pieces it is made."""
        return len(self._pieces)

    def prepare(self, store: EventStore) -> None:
        """Makes an empty store ready to adopt the parts."""
        prepare(store, self._values)

    def part(self, number: int) -> Part:
        """One piece, for a store to adopt; it takes some milliseconds. Raises `ValueError` where it is damaged."""
        piece = self._pieces[number]
        try:
            with self.path.open("rb") as file:
                file.seek(piece.start)
                columns, text = file.read(piece.columns_packed), file.read(piece.text_packed)
            unpacked = Piece(
                piece.rows,
                zlib.decompress(columns, bufsize=max(1, piece.columns)),
                zlib.decompress(text, bufsize=max(1, piece.text)),
            )
        except (OSError, zlib.error) as error:
            raise ValueError(str(error)) from None
        return read_piece(unpacked, self._shapes)


class KeptWriter:
    """Writes a run into an empty file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sizes: list[Sequence[int]] = []
        self.size = file.write(SIGNATURE)

    def add(self, piece: Piece) -> None:
        """Writes the next piece."""
        columns, text = zlib.compress(piece.columns, LEVEL), zlib.compress(piece.text, LEVEL)
        self._sizes.append((piece.rows, len(piece.columns), len(piece.text), len(columns), len(text)))
        self.size += self._file.write(columns) + self._file.write(text)

    def finish(self, header: Header, marks: Marks, pieces: Pieces) -> None:
        """Writes what there is beside the events: the file is whole."""
        told = {
            "header": json.loads(header_line(header)),
            "marks": marks.places,
            "values": pieces.values,
            "pieces": self._sizes,
        }
        directory = zlib.compress(json.dumps(told).encode(), LEVEL)
        self.size += self._file.write(directory + _END.pack(len(directory), zlib.crc32(directory)))


def _directory(file: BinaryIO) -> Mapping[str, Any]:
    """The directory of a whole file. Raises `ValueError`."""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        raise ValueError("it is no kept run, or one of another layout")
    end = file.seek(0, 2) - _END.size
    if end < len(SIGNATURE):
        raise ValueError("it is cut off")
    file.seek(end)
    size, checksum = _END.unpack(file.read(_END.size))
    if size > end - len(SIGNATURE):
        raise ValueError("it is cut off")
    file.seek(end - size)
    packed = file.read(size)
    if zlib.crc32(packed) != checksum:
        raise ValueError("its directory is damaged")
    try:
        told = json.loads(zlib.decompress(packed))
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(told, dict):
        raise ValueError("it has no directory")
    return told


def _stored(sizes: Iterable[Sequence[int]]) -> Iterable[_Stored]:
    pieces = list(sizes)
    starts = accumulate((packed + text for *_, packed, text in pieces), initial=len(SIGNATURE))
    return (_Stored(start, *piece) for start, piece in zip(starts, pieces, strict=False))
