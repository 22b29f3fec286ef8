# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""Jobs that go on for a while: parallel processes, a long backfill, one to be canceled."""

import random
import time

from dagster import (
    Backoff,
    ConfigurableResource,
    In,
    Nothing,
    OpDefinition,
    OpExecutionContext,
    RetryPolicy,
    in_process_executor,
    job,
    multiprocess_executor,
    op,
)

from .warehouse import WarehouseError, parts


class Stream(ConfigurableResource):
    """How long each consumer goes on, and how many messages it logs per second."""

    seconds: float = 60.0
    rate: float = 4.0

    def ticks(self) -> range:
        """One per message to log."""
        return range(int(self.seconds * self.rate))

    def wait(self, rng: random.Random) -> None:
        """Until the next message: `1 / rate` seconds on average."""
        time.sleep(rng.uniform(0.5, 1.5) / self.rate)


@op
def discover_shards(context: OpExecutionContext) -> list[str]:
    """Lists what there is to consume."""
    context.log.info(
        "kafka://events.acme.io/clicks: 4 shards, newest offsets 8,812,004 / 8,790,554 / 8,801,377 / 8,799,120"
    )
    return ["clicks-0", "clicks-1", "clicks-2", "clicks-3"]


@op(retry_policy=RetryPolicy(max_retries=2, delay=1, backoff=Backoff.LINEAR))
def consume_shard(context: OpExecutionContext, stream: Stream, shards: list[str]) -> int:
    """Consumes one shard; the third loses its broker once."""
    number = int(context.op_handle.name.rsplit("_", 1)[1])
    shard, rng = shards[number], random.Random(number)
    offset = 8_790_000 + 3_000 * number
    ticks = stream.ticks()
    for tick in ticks:
        stream.wait(rng)
        count = rng.randint(180, 940)
        offset += count
        _tell(context, rng, f"{shard}@{offset}", count)
        if number == 2 and context.retry_number == 0 and tick == len(ticks) // 3:
            context.log.error(f"{shard}@{offset}: broker 7 closed the connection, 3 batches not acknowledged")
            raise ConnectionResetError(104, "Connection reset by peer: broker-7.events.acme.io:9092")
        if number == 1 and tick in (len(ticks) // 2, len(ticks) * 3 // 4):
            context.log.warning(f"{shard}@{offset}: lag {rng.randint(40, 90)} s, above the 30 s agreed")
    return offset


def _tell(context: OpExecutionContext, rng: random.Random, where: str, count: int) -> None:
    roll = rng.random()
    if roll < 0.25:
        context.log.debug(f"{where}: poll returned {count} records in {rng.randint(4, 60)} ms")
    elif roll < 0.85:
        context.log.info(f"{where}: wrote {count:,} clicks to s3://acme-lake/clicks/{rng.getrandbits(32):08x}.avro")
    else:
        context.log.info(f"{where}: checkpoint committed, {rng.randint(1, 9)} segments open")


@op
def compact_clicks(context: OpExecutionContext, offsets: list[int]) -> int:
    """Merges small files."""
    for segment in range(1, 9):
        context.log.info(f"compacted segment {segment} of 8: {segment * 37} files into 1")
    return sum(offsets)


@op
def load_clicks(context: OpExecutionContext, offset: int) -> None:
    """Loads the result."""
    context.log.info(f"COPY INTO lake.clicks up to offset {offset:,}: 1,204,331 rows")


@job(executor_def=multiprocess_executor.configured({"max_concurrent": 4}), tags={"team": "streaming", "tier": "1"})
def clickstream_ingest() -> None:
    """Consumes four shards in parallel processes for a minute."""
    shards = discover_shards()
    offsets = [consume_shard.alias(f"consume_shard_{number}")(shards) for number in range(4)]
    load_clicks(compact_clicks(offsets))


class Backfill(ConfigurableResource):
    """How many files each table of the backfill has, and how many seconds one takes."""

    parts: int = 60
    seconds: float = 0.0


def _backfill(context: OpExecutionContext, backfill: Backfill, table: str) -> None:
    """Loads the parts of one table, with now and then a hiccup."""
    rng = random.Random(table)
    rows = 0
    for number, part in enumerate(parts(table, backfill.parts, "2026-10-01")):
        name = f"part-{number:05}"
        context.log.debug(f"GET {part.uri} ({part.size / 1e6:.1f} MB)")
        time.sleep(backfill.seconds)
        if number % 41 == 30:
            context.log.error(f"{name}: checksum mismatch, reading it again from the replica")
        context.log.info(f"read {part.rows:,} rows from {part.uri} in {rng.randint(200, 1900)} ms")
        _treat(context, rng, name)
        context.log.info(f"COPY INTO lake.{table}: {part.rows:,} rows, {rng.randint(2, 30)} micro-partitions")
        rows += part.rows
    context.log.info(f"lake.{table}: {backfill.parts} of {backfill.parts} parts loaded")
    context.log.info(f"ANALYZE lake.{table}: {rows:,} rows, statistics of {rng.randint(12, 80)} columns updated")


def _treat(context: OpExecutionContext, rng: random.Random, name: str) -> None:
    """Logs what was done to the rows of one part: none of the table's remarks, or one or two."""
    log, some = context.log, rng.randint(2, 900)
    remarks = (
        (log.debug, f"{name}: schema version 14, {some % 40 + 12} columns, unchanged"),
        (log.debug, f"{name}: row group statistics let {some % 80 + 3} % of it be skipped"),
        (log.info, f"{name}: dropped {some} duplicates, the newest updated_at wins"),
        (log.info, f"{name}: cast amount from string to decimal(18,2), {some % 5} values rounded"),
        (log.info, f"{name}: {some} rows matched no customer, kept under customer_id 0"),
        (log.debug, f"{name}: spilled {some / 10:.1f} MB to disk while sorting by (day, customer_id)"),
        (log.warning, f"{name}: {some % 40 + 1} rows with a ts after 2026-10-31, clipped"),
        (log.warning, f"{name}: S3 answered 503 SlowDown, asking again in {some / 300:.1f} s"),
    )
    for tell, text in rng.choices(remarks, weights=(6, 4, 4, 3, 2, 2, 1, 1), k=rng.choice((0, 1, 1, 2))):
        tell(text)


def _table_op(table: str) -> OpDefinition:
    @op(name=f"backfill_{table}", ins={"after": In(Nothing)})
    def backfill_table(context: OpExecutionContext, backfill: Backfill) -> None:
        _backfill(context, backfill, table)

    return backfill_table


_TABLES = ("clicks", "sessions", "carts", "orders", "payments", "refunds", "shipments", "returns", "reviews", "stock")


@op
def plan_backfill(context: OpExecutionContext, backfill: Backfill) -> Nothing:
    """Says what is to come."""
    context.log.info(f"October 2026: {len(_TABLES)} tables of {backfill.parts} parts each")


@job(executor_def=in_process_executor, tags={"team": "data-platform", "backfill_month": "2026-10"})
def warehouse_backfill() -> None:
    """Loads a month of ten tables: thousands of messages."""
    planned = plan_backfill()
    for table in _TABLES:
        _table_op(table)(planned)


@op
def crawl_catalog(context: OpExecutionContext, stream: Stream) -> int:
    """Reads products until it is done or told to stop."""
    rng = random.Random(11)
    for tick in stream.ticks():
        stream.wait(rng)
        context.log.info(f"indexed products {tick * 500:,} to {tick * 500 + 499:,} in {rng.randint(90, 800)} ms")
    return 1


@op
def swap_index(context: OpExecutionContext, documents: int) -> None:
    """Puts the new index in the old one's place. Raises `WarehouseError` if it is empty."""
    if not documents:
        raise WarehouseError("refusing to swap in an empty index")
    context.log.info("alias products -> products_20261121")


@job(executor_def=in_process_executor, tags={"team": "search"})
def rebuild_search_index() -> None:
    """Takes so long that somebody cancels it."""
    swap_index(crawl_catalog())
