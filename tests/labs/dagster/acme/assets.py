# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""Daily partitioned assets with a check."""

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetExecutionContext,
    DailyPartitionsDefinition,
    MaterializeResult,
    MetadataValue,
    asset,
    asset_check,
    define_asset_job,
)

from .pace import Pace
from .warehouse import parts

DAYS = DailyPartitionsDefinition(start_date="2026-11-01", end_date="2026-11-30")


@asset(key_prefix="sales", partitions_def=DAYS, group_name="sales")
def raw_tickets(context: AssetExecutionContext, pace: Pace) -> MaterializeResult:
    """A day's till tickets."""
    rows = 0
    for part in parts("tickets", 5, context.partition_key):
        pace.work(0.9)
        context.log.info(f"read {part.rows:,} tickets from {part.uri}")
        rows += part.rows
    return MaterializeResult(
        metadata={"rows": rows, "path": MetadataValue.path(f"/raw/tickets/{context.partition_key}")}
    )


@asset(key_prefix="sales", deps=[raw_tickets], partitions_def=DAYS, group_name="sales")
def daily_sales(context: AssetExecutionContext, pace: Pace) -> MaterializeResult:
    """A day's sales by store."""
    pace.work(3)
    context.log.info(f"INSERT OVERWRITE sales.daily_sales PARTITION (dt='{context.partition_key}'): 412 stores")
    return MaterializeResult(metadata={"stores": 412, "revenue_eur": 804_233.18})


@asset(key_prefix="sales", deps=[daily_sales], partitions_def=DAYS, group_name="sales")
def store_ranking(context: AssetExecutionContext, pace: Pace) -> MaterializeResult:
    """The stores, best first."""
    pace.work(2)
    context.log.info("ranked 412 stores; Oslo Torggata leads for the 9th day")
    return MaterializeResult(metadata={"leader": "Oslo Torggata"})


@asset_check(asset=daily_sales)
def every_store_reported(context: AssetCheckExecutionContext) -> AssetCheckResult:
    """Fails softly: two stores are closed."""
    context.log.warning("2 of 414 stores sent nothing: Malmö Triangeln, Porto Bolhão")
    return AssetCheckResult(passed=False, metadata={"missing": MetadataValue.json(["Malmö Triangeln", "Porto Bolhão"])})


sales_assets = define_asset_job(
    "sales_assets", selection=[raw_tickets, daily_sales, store_ranking], tags={"team": "retail"}
)
