"""The collect_news step: each site's feed and pages, and the news list where a cycle catches up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from cryptocast.collect.asking import Asking
from cryptocast.collect.memory import StoreMemory
from cryptocast.collect.source import Collected
from cryptocast.collect.sources import Sources
from cryptocast.domain import CycleWindow, Document, DocumentKind, StepReport
from cryptocast.store import documents
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database
from cryptocast.validate.split import valid_documents

_SLACK = timedelta(hours=4)
"""How far before the window a catch-up reads: items reach the feeds after their publication."""


def collect_news(db: Database, sources: Sources, window: CycleWindow) -> StepReport:
    """Store the news items that are not known yet.

    A feed holds only the newest items, so a cycle that catches up also asks the news list for the
    whole window. A site that fails is named in `missing` and the others go on.

    Raises: `StoreUnavailable`.
    """
    asking = Asking(db, StepReport("collect_news"), window.now, sources.doubt_keys)
    budget = asking.budget(sources.newslist.budget, sources.quotas.get(sources.newslist.budget))
    for site in sources.sites:
        memory = StoreMemory(db, DocumentKind.NEWS, site.name)
        keep(db, asking, site.name, asking.ask(site.name, partial(site.documents, window, memory)), window)
        if window.catches_up:
            question = partial(
                sources.newslist.documents_between,
                site.name,
                site.site_url,
                window.since - _SLACK,
                window.as_of,
                window.now,
                budget,
            )
            name = sources.newslist.name
            keep(db, asking, name, asking.ask(name, question), window)
    asking.close()
    return asking.report


def keep(db: Database, asking: Asking, source: str, answer: Collected[Document], window: CycleWindow) -> None:
    """Validate and upsert what `source` gave, then remember the page's validators.

    In that order: were it reversed, a step that died between would be told "not modified" next time
    and lose the items. Those of a page whose every item was refused are not remembered: an unchanged page
    would pass for a source that works.
    """
    valid, refused = valid_documents(answer.records, window.now)
    asking.quarantine([*answer.rejected, *refused], source)
    asking.good(source, len(valid) + answer.left_out)
    asking.report.rows_stored += documents.upsert(db, valid)
    if asking.is_useless(source):
        return
    for url, (etag, last_modified) in answer.validators.items():
        source_store.remember(db, url, etag, last_modified)
