# mypy: disable-error-code="misc,untyped-decorator"
# ruff: noqa: G004
"""Jobs whose messages are hostile: to a terminal, to a parser, to the server itself."""

from dagster import OpExecutionContext, job, op

from .odd_texts import ODD_TEXTS


@op
def import_legacy_logs(context: OpExecutionContext) -> None:
    """Logs each odd text."""
    for text in ODD_TEXTS:
        context.log.info(text)


@job
def odd_texts() -> None:
    """Succeeds, with a log that needs care."""
    import_legacy_logs()


@op
def audit_rows(context: OpExecutionContext) -> None:
    """Logs at a level the server cannot tell, amid others."""
    for number in range(12):
        context.log.info(f"audited {number + 1} of 12 ledgers")
        if number in (3, 4, 8):
            context.log.log(25, f"NOTICE: ledger {number + 1} was closed by hand")


@job
def custom_level() -> None:
    """Succeeds, with events that break the server's pages."""
    audit_rows()


@op
def read_feeds(context: OpExecutionContext) -> None:
    """Logs half a character, amid others."""
    for number in range(6):
        context.log.info(f"feed {number + 1}: caf\ud83d" if number == 3 else f"feed {number + 1}: café")


@job
def lone_surrogate() -> None:
    """Succeeds, with a message the server cannot encode."""
    read_feeds()
