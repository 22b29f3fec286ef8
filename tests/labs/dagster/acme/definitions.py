"""Everything the lab's server serves."""

from dagster import Definitions

from . import assets, etl, failures, odd, patterns, streams
from .pace import Pace
from .warehouse import Warehouse

defs = Definitions(
    assets=[assets.raw_tickets, assets.daily_sales, assets.store_ranking],
    asset_checks=[assets.every_store_reported],
    jobs=[
        etl.nightly_etl,
        patterns.sync_crm,
        patterns.sync_billing,
        patterns.export_reports,
        patterns.ingest_uploads,
        patterns.nightly_features,
        patterns.notify_partners,
        failures.import_catalog,
        failures.train_ranker,
        failures.score_churn,
        assets.sales_assets,
        streams.clickstream_ingest,
        streams.warehouse_backfill,
        streams.rebuild_search_index,
        odd.odd_texts,
        odd.custom_level,
        odd.lone_surrogate,
    ],
    resources={
        "pace": Pace(),
        "warehouse": Warehouse(),
        "stream": streams.Stream(),
        "backfill": streams.Backfill(),
    },
)
