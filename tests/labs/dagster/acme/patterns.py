# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""Jobs that retry, skip, fan out, lose a resource, or have hooks that fail."""

from collections.abc import Iterator

from dagster import (
    DynamicOut,
    DynamicOutput,
    HookContext,
    OpExecutionContext,
    Out,
    Output,
    ResourceDefinition,
    RetryPolicy,
    failure_hook,
    job,
    op,
    success_hook,
)

from .pace import Pace
from .warehouse import parts


class RateLimited(ConnectionError):
    """The other side wants fewer requests."""


@op(retry_policy=RetryPolicy(max_retries=3, delay=0.2))
def fetch_contacts(context: OpExecutionContext, pace: Pace) -> int:
    """Fails twice, then succeeds."""
    for page in range(1, 5):
        pace.work(0.7)
        if context.retry_number < 2 and page == 3 - context.retry_number:
            context.log.warning(f"crm.acme.io: 429 Too Many Requests on page {page}")
            raise RateLimited(f"page {page} of 4: rate limit reached, 30 requests a minute allowed")
        context.log.info(f"GET https://crm.acme.io/contacts?page={page}: 250 contacts")
    return 1000


@op
def upsert_contacts(context: OpExecutionContext, pace: Pace, contacts: int) -> None:
    """Writes what was fetched."""
    pace.work(2)
    context.log.info(f"MERGE INTO crm.contacts: {contacts:,} rows, 17 new, 41 changed")


@job(tags={"team": "growth", "tier": "2"})
def sync_crm() -> None:
    """Succeeds after two retries."""
    upsert_contacts(fetch_contacts())


@op(retry_policy=RetryPolicy(max_retries=2, delay=0.1))
def fetch_invoices(context: OpExecutionContext, pace: Pace) -> int:
    """Fails every time."""
    pace.work(1)
    context.log.info(f"attempt {context.retry_number + 1}: connecting to billing.acme.io:5432")
    try:
        raise TimeoutError("timed out after 10.0 s")
    except TimeoutError as error:
        raise ConnectionError("could not connect to billing.acme.io:5432") from error


@op
def post_invoices(context: OpExecutionContext, invoices: int) -> None:
    """Never gets its input."""
    context.log.info(f"posted {invoices} invoices")


@job(tags={"team": "finance"})
def sync_billing() -> None:
    """Fails after exhausting its retries."""
    post_invoices(fetch_invoices())


@op(out={"weekly": Out(int, is_required=False), "daily": Out(int)})
def plan_reports(context: OpExecutionContext) -> Iterator[Output[int]]:
    """Plans the weekly report on Mondays only; it is never Monday here."""
    context.log.info("Sunday: no weekly report today")
    yield Output(12, "daily")


@op
def render_weekly(context: OpExecutionContext, pages: int) -> int:
    """Is skipped."""
    context.log.info(f"rendering {pages} pages")
    return pages


@op
def mail_weekly(context: OpExecutionContext, pages: int) -> None:
    """Is skipped too."""
    context.log.info(f"mailing {pages} pages")


@op
def render_daily(context: OpExecutionContext, pages: int) -> None:
    """Renders the daily report."""
    context.log.info(f"rendered {pages} pages to s3://acme-reports/daily/2026-11-21.pdf")


@job(tags={"team": "finance"})
def export_reports() -> None:
    """Skips the weekly branch."""
    weekly, daily = plan_reports()
    mail_weekly(render_weekly(weekly))
    render_daily(daily)


@op(out=DynamicOut(int))
def list_uploads(context: OpExecutionContext, pace: Pace) -> Iterator[DynamicOutput[int]]:
    """Yields one output per partner."""
    pace.work(1)
    partners = ("berlin", "lisbon", "oslo", "porto", "vienna", "zagreb")
    context.log.info(f"sftp://partners.acme.io: {len(partners)} new uploads")
    for partner, part in zip(partners, parts("uploads", len(partners)), strict=True):
        yield DynamicOutput(part.rows, mapping_key=partner)


@op
def validate_upload(context: OpExecutionContext, pace: Pace, rows: int) -> int:
    """Checks one upload."""
    pace.work(rows / 30_000)
    bad = rows % 7
    if bad:
        context.log.warning(f"{bad} of {rows:,} rows have an unknown product code")
    return rows - bad


@op
def import_upload(context: OpExecutionContext, pace: Pace, rows: int) -> int:
    """Loads one upload."""
    pace.work(rows / 20_000)
    context.log.info(f"COPY INTO partners.sales: {rows:,} rows")
    return rows


@op
def summarize_uploads(context: OpExecutionContext, rows: list[int]) -> int:
    """Adds them up."""
    context.log.info(f"{sum(rows):,} rows from {len(rows)} partners")
    return sum(rows)


@job(tags={"team": "partners"})
def ingest_uploads() -> None:
    """Fans out over what it finds and collects the results."""
    loaded = list_uploads().map(validate_upload).map(import_upload)
    summarize_uploads(loaded.collect())


def _connect(_context: object) -> None:
    try:
        raise PermissionError("role features_rw has no USAGE on warehouse FEATURES_WH")
    except PermissionError as error:
        raise ConnectionError("could not open a session on features.acme.io") from error


@op(required_resource_keys={"feature_store"})
def refresh_features(context: OpExecutionContext) -> None:
    """Never starts: its resource does not."""
    context.log.info("refreshing features")


@job(resource_defs={"feature_store": ResourceDefinition(_connect)}, tags={"team": "ml"})
def nightly_features() -> None:
    """Fails while its resource starts."""
    refresh_features()


@success_hook
def post_to_chat(context: HookContext) -> None:
    """Fails after each success."""
    raise ConnectionError(f"chat.acme.io refused the message about {context.op.name}")


@failure_hook
def page_on_call(context: HookContext) -> None:
    """Works, after each failure."""
    context.log.info(f"paged the on-call engineer about {context.op.name}")


@op
def send_invitations(context: OpExecutionContext) -> None:
    """Succeeds."""
    context.log.info("sent 14 invitations")


@job(hooks={post_to_chat, page_on_call}, tags={"team": "partners"})
def notify_partners() -> None:
    """Succeeds though its hook fails."""
    send_invitations()
