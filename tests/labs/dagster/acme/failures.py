# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""Jobs that fail in ways of their own: amid a fan-out, in one of several processes, with the whole process."""

import json
import os
import traceback
from collections.abc import Iterator

from dagster import (
    DynamicOut,
    DynamicOutput,
    In,
    Nothing,
    OpExecutionContext,
    job,
    multiprocess_executor,
    op,
)

from .pace import Pace

_FEEDS = {
    "berlin": '{"products": 1204}',
    "lisbon": '{"products": 877}',
    "oslo": '{"products": 1018',
    "porto": '{"products": 94}',
}


class FeedError(ValueError):
    """A partner's feed cannot be read."""


class CheckpointError(RuntimeError):
    """A model's checkpoint is not what it should be."""


@op(out=DynamicOut(str))
def list_feeds(context: OpExecutionContext, pace: Pace) -> Iterator[DynamicOutput[str]]:
    """Yields one feed per partner."""
    pace.work(1)
    context.log.info(f"sftp://partners.acme.io/catalog: {len(_FEEDS)} feeds")
    for partner in _FEEDS:
        yield DynamicOutput(partner, mapping_key=partner)


@op
def read_feed(context: OpExecutionContext, pace: Pace, partner: str) -> int:
    """Reads one feed; that of Oslo has been cut off. Raises `FeedError`."""
    pace.work(2)
    try:
        products: int = json.loads(_FEEDS[partner])["products"]
    except json.JSONDecodeError as error:
        raise FeedError(f"catalog of {partner} ends amid an object: 17 of 18 bytes readable") from error
    context.log.info(f"{partner}: {products:,} products")
    return products


@op
def publish_catalog(context: OpExecutionContext, products: list[int]) -> None:
    """Never gets all of its inputs."""
    context.log.info(f"published {sum(products):,} products")


@job(tags={"team": "partners"})
def import_catalog() -> None:
    """Fans out and fails in one of the branches."""
    publish_catalog(list_feeds().map(read_feed).collect())


@op
def load_clicks_sample(context: OpExecutionContext, pace: Pace) -> None:
    """Succeeds."""
    pace.work(1)
    context.log.info("sampled 2,400,000 clicks")


@op(ins={"after": In(Nothing)})
def train_fold(context: OpExecutionContext, pace: Pace) -> float:
    """Trains on one part of the sample; the second one diverges. Raises `FloatingPointError`."""
    fold = int(context.op_handle.name.rsplit("_", 1)[1])
    for epoch in range(1, 4):
        pace.work(1)
        context.log.info(f"fold {fold}: epoch {epoch}, loss {0.7 / epoch:.3f}")
        if fold == 1 and epoch == 2:
            context.log.warning(f"fold {fold}: gradient norm 8.1e+11")
            raise FloatingPointError(f"loss of fold {fold} is nan after epoch {epoch}, learning rate 0.3")
    return 0.7


@op
def compare_folds(context: OpExecutionContext, losses: list[float]) -> None:
    """Never gets all of its inputs."""
    context.log.info(f"best loss {min(losses):.3f}")


@job(executor_def=multiprocess_executor.configured({"max_concurrent": 3}), tags={"team": "ml"})
def train_ranker() -> None:
    """Fails in one of three processes that run side by side."""
    sampled = load_clicks_sample()
    compare_folds([train_fold.alias(f"train_fold_{number}")(after=sampled) for number in range(3)])


@op
def load_checkpoint(context: OpExecutionContext, pace: Pace) -> None:
    """Ends its process the hard way, as some native libraries do: only stderr tells why."""
    context.log.info("reading s3://acme-models/churn/v14.ckpt")
    pace.work(2)
    try:
        raise CheckpointError("v14.ckpt: checksum 9f3c41d0, expected 41d09f3c")
    except CheckpointError:
        traceback.print_exc()
        os._exit(70)


@op(ins={"after": In(Nothing)})
def score_customers(context: OpExecutionContext) -> None:
    """Never starts."""
    context.log.info("scored 412,008 customers")


@job(tags={"team": "ml"})
def score_churn() -> None:
    """Loses the process it runs in."""
    score_customers(load_checkpoint())
