# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""nightly_etl: three branches, materializations with every kind of metadata, checks, expectations, all log levels."""

import sys
from collections.abc import Iterator
from datetime import datetime

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
    In,
    MetadataValue,
    Nothing,
    OpExecutionContext,
    Out,
    Output,
    TableColumn,
    TableColumnDep,
    TableColumnLineage,
    TableRecord,
    TableSchema,
    job,
    op,
)

from .pace import Pace
from .warehouse import Row, Warehouse, parts

_REVENUE = """CREATE OR REPLACE TABLE marts.daily_revenue AS
SELECT day, country, sum(amount_eur)
FROM core.orders
JOIN core.users USING (user_id)
GROUP BY 1, 2"""


def _extract(context: OpExecutionContext, pace: Pace, table: str, count: int) -> int:
    """Reads the parts of a raw table and returns their rows."""
    context.log.info(f"listing s3://acme-raw/{table}/dt=2026-11-21/: {count} parts")
    total = 0
    for part in parts(table, count):
        context.log.debug(f"GET {part.uri} ({part.size / 1e6:.1f} MB)")
        pace.work(0.6)
        context.log.info(f"read {part.rows:,} rows from {part.uri.rsplit('/', 1)[1]}")
        total += part.rows
    print(f"{table}: {total} rows in {count} parts")
    return total


@op
def extract_users(context: OpExecutionContext, pace: Pace) -> int:
    """Reads the raw users."""
    return _extract(context, pace, "users", 9)


@op
def extract_orders(context: OpExecutionContext, pace: Pace) -> int:
    """Reads the raw orders."""
    return _extract(context, pace, "orders", 14)


@op
def extract_rates(context: OpExecutionContext, pace: Pace) -> dict[str, float]:
    """Asks for the day's exchange rates, slowly."""
    context.log.debug("GET https://rates.acme.io/v2/2026-11-21?base=EUR")
    pace.work(1.5)
    context.log.warning("rates.acme.io answered after 1.5 s (limit 1.0 s): using the answer, but it is slow today")
    print("rates: 1.5 s", file=sys.stderr)
    return {"USD": 1.0843, "GBP": 0.8571, "SEK": 11.482}


@op
def clean_users(context: OpExecutionContext, pace: Pace, rows: int) -> Iterator[Output[int] | ExpectationResult]:
    """Drops duplicates."""
    pace.work(4)
    duplicates = rows // 812
    context.log.info(f"dropped {duplicates:,} duplicates of {rows:,} users by user_id, newest updated_at wins")
    yield ExpectationResult(
        success=True,
        label="user_id_unique",
        description="No user_id appears twice.",
        metadata={"duplicates_dropped": duplicates},
    )
    yield ExpectationResult(
        success=False,
        label="email_present",
        description="Every user has an address.",
        metadata={"without_email": 3, "sample": MetadataValue.json({"user_ids": [90211, 90377, 91004]})},
    )
    yield Output(rows - duplicates)


@op
def clean_orders(context: OpExecutionContext, pace: Pace, rows: int, rates: dict[str, float]) -> int:
    """Converts amounts to EUR."""
    pace.work(5)
    for currency, rate in rates.items():
        context.log.debug(f"1 EUR = {rate} {currency}")
    context.log.info(f"converted {rows:,} order lines to EUR")
    return rows


@op(out=Out(Nothing))
def load_users(
    context: OpExecutionContext, pace: Pace, warehouse: Warehouse, rows: int
) -> Iterator[AssetMaterialization | AssetCheckEvaluation]:
    """Loads the users; a strict warehouse refuses them."""
    context.log.info(f"COPY INTO core.users: {rows:,} rows in 9 batches")
    batch: list[Row] = [{"line": str(line), "user_id": str(90000 + line)} for line in range(4208)]
    batch += [{"line": str(line), "email": "unknown"} for line in range(4208, 4211)]
    for number in range(1, 5):
        pace.work(1.4)
        context.log.info(f"batch {number} of 9: {rows // 9:,} rows staged")
    rejected = warehouse.copy_into("core.users", batch)
    context.log.warning(f"{rejected} rows without user_id went to core.users_rejected")
    yield AssetMaterialization(
        AssetKey(["core", "users"]),
        description="Users, one row each, as of last night.",
        partition="2026-11-21",
        metadata=_every_kind_of_metadata(rows),
        tags={"layer": "core"},
    )
    yield AssetCheckEvaluation(
        asset_key=AssetKey(["core", "users"]),
        check_name="rejected_rows_below_10",
        passed=rejected < 10,
        metadata={"rejected": rejected},
    )


def _every_kind_of_metadata(rows: int) -> dict[str, object]:
    """One entry of each kind a Dagster server can tell."""
    schema = TableSchema(
        [TableColumn("user_id", "bigint"), TableColumn("email", "varchar", description="may be empty")]
    )
    upstream = [TableColumnDep(AssetKey(["raw", "users"]), "id")]
    return {
        "rows": rows,
        "bytes": 61_203_118_204,
        "fill_rate": 0.99993,
        "drift": float("nan"),
        "compressed": True,
        "previous": MetadataValue.null(),
        "engine": "parquet 2.6, zstd",
        "dashboard": MetadataValue.url("https://bi.acme.io/d/users"),
        "path": MetadataValue.path("/warehouse/core/users/dt=2026-11-21"),
        "notebook": MetadataValue.notebook("/notebooks/users_profile.ipynb"),
        "profile": MetadataValue.json({"countries": {"SE": 8123, "DE": 20111}, "nulls": {"email": 3}}),
        "note": MetadataValue.md("**3** rows rejected, see `core.users_rejected`"),
        "loader": MetadataValue.python_artifact(Warehouse),
        "run": MetadataValue.dagster_run("0b7d9a52-3a8e-4d2c-9a55-3a1b7c0de001"),
        "source": MetadataValue.asset(AssetKey(["raw", "users"])),
        "job": MetadataValue.job("nightly_etl", "acme.definitions"),
        "refreshed": MetadataValue.timestamp(datetime.fromisoformat("2026-11-21T23:59:59+00:00")),
        "pool": MetadataValue.pool("warehouse"),
        "sample": MetadataValue.table([TableRecord({"user_id": 90001, "email": "a@example.org"})], schema),
        "schema": MetadataValue.table_schema(schema),
        "lineage": MetadataValue.column_lineage(TableColumnLineage({"user_id": upstream})),
    }


@op(out=Out(Nothing))
def load_orders(context: OpExecutionContext, pace: Pace, rows: int) -> Iterator[AssetMaterialization]:
    """Loads the orders."""
    for number in range(1, 7):
        pace.work(1.1)
        context.log.info(f"COPY INTO core.orders: batch {number} of 6, {rows // 6:,} rows")
    yield AssetMaterialization(AssetKey(["core", "orders"]), metadata={"rows": rows, "seconds": 6.6})


@op(ins={"orders": In(Nothing)}, out=Out(Nothing))
def check_freshness(context: OpExecutionContext, pace: Pace) -> Iterator[AssetObservation | AssetCheckEvaluation]:
    """Looks how old the orders are and warns."""
    pace.work(2)
    context.log.debug("SELECT max(ordered_at) FROM core.orders")
    context.log.error("newest order is 5 h 12 min old, expected 4 h at most")
    yield AssetObservation(AssetKey(["core", "orders"]), metadata={"newest": "2026-11-21T18:47:03Z", "age_hours": 5.2})
    yield AssetCheckEvaluation(
        asset_key=AssetKey(["core", "orders"]),
        check_name="fresh_within_4_hours",
        passed=False,
        severity=AssetCheckSeverity.WARN,
        description="The newest order is at most four hours old.",
        metadata={"age_hours": 5.2, "limit_hours": 4.0},
    )


@op(ins={"users": In(Nothing), "orders": In(Nothing)})
def build_daily_revenue(context: OpExecutionContext, pace: Pace) -> float:
    """Joins users and orders."""
    context.log.info(_REVENUE)
    pace.work(6)
    context.log.info("marts.daily_revenue: 3,942 rows in 6.1 s")
    return 1_284_331.72


@op
def publish_dashboards(context: OpExecutionContext, pace: Pace, revenue: float) -> None:
    """Tells the dashboards."""
    for name in ("revenue", "retention", "finance-close"):
        pace.work(0.8)
        context.log.info(f"POST https://bi.acme.io/api/dashboards/{name}/refresh: 202 Accepted")
    context.log.critical(f"revenue {revenue:,.2f} EUR is 31 % above the 28-day mean: page finance before it is mailed")


@job(tags={"team": "data-platform", "tier": "1", "schedule": "nightly"})
def nightly_etl() -> None:
    """Loads users and orders and builds the day's revenue."""
    users = load_users(clean_users(extract_users()))
    orders = load_orders(clean_orders(extract_orders(), extract_rates()))
    check_freshness(orders)
    publish_dashboards(build_daily_revenue(users=users, orders=orders))
