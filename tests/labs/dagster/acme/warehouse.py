# mypy: disable-error-code="misc"
"""Acme's warehouse client: no network, the same numbers on every run, but real exceptions with real causes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from dagster import ConfigurableResource

Row = dict[str, str]


class SchemaError(ValueError):
    """A row does not fit its table."""


class WarehouseError(RuntimeError):
    """The warehouse refused a load."""


@dataclass(frozen=True)
class Part:
    """One file of a raw table: where it lies, its rows and its size in bytes."""

    uri: str
    rows: int
    size: int


def parts(table: str, count: int, day: str = "2026-11-21") -> Iterator[Part]:
    """The `count` files of a raw table on one day."""
    rng = random.Random(f"{table} {day}")
    for number in range(count):
        rows = rng.randint(18_000, 64_000)
        uri = f"s3://acme-raw/{table}/dt={day}/part-{number:05}.parquet"
        yield Part(uri, rows, rows * rng.randint(90, 140))


def user_id(row: Row) -> int:
    """The id a row is keyed by. Raises `SchemaError`."""
    try:
        return int(row["user_id"])
    except KeyError as missing:
        raise SchemaError(f"row {row['line']} of part-00004.parquet has no user_id") from missing


class Warehouse(ConfigurableResource):
    """A connection to the warehouse; `strict` refuses a table with a single bad row."""

    strict: bool = False

    def copy_into(self, table: str, rows: list[Row]) -> int:
        """Loads rows into a table and returns how many were left out. Raises `WarehouseError`."""
        rejected = 0
        for row in rows:
            try:
                user_id(row)
            except SchemaError as error:
                if self.strict:
                    raise WarehouseError(
                        f"COPY INTO {table} was rolled back: batch 5 of 9 rejected, 0 rows written"
                    ) from error
                rejected += 1
        return rejected
