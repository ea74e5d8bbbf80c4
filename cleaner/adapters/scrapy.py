"""A Scrapy item pipeline: an item that holds a page comes out with the page's clean text.

    ITEM_PIPELINES = {"cleaner.adapters.scrapy.CleanerPipeline": 300}

Pages are cleaned in processes beside the crawler, in one stream for the whole crawl. It takes tens of
milliseconds, in which the reactor could neither send nor receive; and only a process can be stopped at its
deadline, or end without taking the crawl along.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import fields
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, get_args

from cleaner.adapters.rows import MissingLibraryError, Row, RowCleaner
from cleaner.api import load_profile
from cleaner.document import Status
from cleaner.errors import CleanerError, ErrorCode, UsageError, did_you_mean
from cleaner.output.cleaned import Cleaned, failed
from cleaner.output.schema import FIELDS
from cleaner.processes.pool import usable_cpus
from cleaner.settings import Settings

try:
    from itemadapter import ItemAdapter
    from scrapy.exceptions import DropItem
except ImportError as error:
    raise MissingLibraryError("scrapy", "scrapy") from error

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from scrapy.statscollectors import StatsCollector
    from twisted.internet.defer import Deferred

PREFIX = "CLEANER_"
DEFAULTS = Settings()
# The settings that are none of cleaner.Settings, by what comes after the prefix.
PIPELINE_SETTINGS = (
    "DROP", "FIELD", "FIELDS", "ID_FIELD", "KIND", "PROFILE", "RECORD", "URL_FIELD", "WORKERS",
)  # fmt: skip
# Fields of the record that an item gets unless CLEANER_FIELDS says otherwise.
DEFAULT_FIELDS = (
    "verdict", "text", "held", "title", "language", "author", "date", "site", "note", "confidence", "error",
)  # fmt: skip
# What a spider may know better than the page: written where the item has nothing.
FACTS = ("title", "language", "author", "date", "site", "url")
DROPPABLE = tuple(verdict for verdict in get_args(Status) if verdict != "clean")
MAX_CLOSING_S = 10.0
logger = logging.getLogger(__name__)


class CleanerPipeline:
    """Cleans the page or text that an item holds, and writes what was found into the item.

    An item that has none of the fields in which a document may be passes untouched. One whose document cannot
    be cleaned keeps what it has, gets the verdict `failed` and an `error`, and is named in the log. The
    stats count what became of them: `cleaner/clean`, `cleaner/failed`, `cleaner/failed/timeout`, …

    Args:
        rows: how items are read and cleaned.
        item_fields: for each field of the record that is wanted, the item's field that it goes into.
        drop: verdicts whose items are dropped.
    """

    def __init__(
        self,
        rows: RowCleaner,
        item_fields: Mapping[str, str],
        drop: frozenset[str] = frozenset(),
        stats: StatsCollector | None = None,
    ) -> None:
        self._rows, self._item_fields, self._drop, self._stats = rows, item_fields, drop, stats
        self._stream = _CleaningStream(rows)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanerPipeline:
        """With the crawler's settings; UsageError, which ends the crawl before it begins, for a wrong one."""
        settings = crawler.settings
        _refuse_unknown(settings)
        item_fields = _item_fields(settings)
        return cls(
            _row_cleaner(settings, item_fields), item_fields, _verdicts_to_drop(settings), crawler.stats
        )

    async def process_item(self, item: Any, spider: object = None) -> Any:
        """The item with its clean text. DropItem for a verdict that is not wanted; UsageError where the item
        has no field for the text."""
        adapter = ItemAdapter(item)
        if not any(name in adapter for name in self._rows.document_columns):
            self._count("no_document")
            return item
        done = await self._clean(adapter)
        self._count(done.verdict)
        if done.error:
            self._count(f"failed/{done.error.code}")
            logger.warning("%s", done.error.message)
        else:
            self._count("characters_in", len(done.doc.raw))
        if done.verdict in self._drop:
            raise DropItem(f"{done.id}: {done.verdict}")
        self._write(adapter, done)
        return item

    async def _clean(self, adapter: ItemAdapter) -> Cleaned:
        if self._stream.is_broken:
            self._stream = _CleaningStream(self._rows)
        try:
            return await _in_event_loop(self._stream.submit(adapter))
        except CleanerError as error:  # no processes, such as for want of memory: the item comes through
            doc = self._rows.document(adapter)
            return failed(doc, ErrorCode.KILLED, f"{doc.id}: {error}")

    def close_spider(self, spider: object = None) -> None:
        """End the processes."""
        self._stream.close()

    def _count(self, name: str, number: int = 1) -> None:
        if self._stats is not None:
            self._stats.inc_value(f"cleaner/{name}", number)

    def _write(self, adapter: ItemAdapter, done: Cleaned) -> None:
        record = self._rows.record_of(done)
        for name, item_field in self._item_fields.items():
            is_kept = name in FACTS or (name == "text" and done.error is not None)
            if is_kept and adapter.get(item_field):
                continue
            try:
                adapter[item_field] = record.get(name)
            except KeyError:
                if name == "text":
                    kind = type(adapter.item).__name__
                    raise UsageError(
                        f"{kind} has no field {item_field!r} for the clean text; declare it, or name another "
                        f'with CLEANER_FIELDS = {{"text": "its name", …}}'
                    ) from None


# -- settings


def _refuse_unknown(settings: BaseSettings) -> None:
    known = [PREFIX + name for name in (*PIPELINE_SETTINGS, *(f.name.upper() for f in fields(Settings)))]
    for name in settings:
        if isinstance(name, str) and name.startswith(PREFIX) and name not in known:
            raise UsageError(f"unknown setting {name}.{did_you_mean(name, known)}")


def _row_cleaner(settings: BaseSettings, item_fields: Mapping[str, str]) -> RowCleaner:
    """How items are read and cleaned, by the crawler's settings."""
    core_settings = _core_settings(settings)
    profile = settings.get("CLEANER_PROFILE")
    return RowCleaner(
        settings=core_settings,
        profile=load_profile(profile) if profile else None,
        document_column=settings.get("CLEANER_FIELD"),
        id_column=settings.get("CLEANER_ID_FIELD", "id"),
        url_column=settings.get("CLEANER_URL_FIELD", "url"),
        kind=settings.get("CLEANER_KIND", "auto"),
        record=settings.get("CLEANER_RECORD", "light") if "record" in item_fields else "none",
        timeout=core_settings.timeout,
        processes=_workers(settings),
    )


def _core_settings(settings: BaseSettings) -> Settings:
    """`cleaner.Settings`, each by its name; a string, as `scrapy crawl -s` gives, is read as its type."""
    given = {field.name: f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    return Settings(
        **{
            name: _typed(settings, variable, getattr(DEFAULTS, name))
            for name, variable in given.items()
            if settings.get(variable) is not None
        }
    )


def _typed(settings: BaseSettings, variable: str, default: object) -> Any:
    try:
        if variable in ("CLEANER_SITES", "CLEANER_PHRASES"):
            return settings.getdict(variable)
        if isinstance(default, bool):
            return settings.getbool(variable)
        if isinstance(default, float):
            return settings.getfloat(variable)
        return settings.getlist(variable) if isinstance(default, tuple) else settings.get(variable)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{variable}: {error}") from error


def _workers(settings: BaseSettings) -> int:
    try:
        return int(settings.getint("CLEANER_WORKERS", usable_cpus()))
    except (TypeError, ValueError) as error:
        raise UsageError(f"CLEANER_WORKERS: {error}") from error


def _item_fields(settings: BaseSettings) -> dict[str, str]:
    """CLEANER_FIELDS: a list of fields, or a dict from a field of the record to the item's field."""
    value = settings.getdictorlist("CLEANER_FIELDS") or DEFAULT_FIELDS
    item_fields = dict(value) if isinstance(value, Mapping) else {name: name for name in value}
    for name in item_fields:
        if name not in FIELDS:
            hint = did_you_mean(str(name), FIELDS) or f" There are {', '.join(FIELDS)}."
            raise UsageError(f"CLEANER_FIELDS: no field {name!r} in a record.{hint}")
    return item_fields


def _verdicts_to_drop(settings: BaseSettings) -> frozenset[str]:
    verdicts = frozenset(settings.getlist("CLEANER_DROP"))
    for verdict in sorted(verdicts - {*DROPPABLE}):
        raise UsageError(f"CLEANER_DROP: no verdict {verdict!r} to drop; there are {', '.join(DROPPABLE)}")
    return verdicts


# -- the stream


class _CleaningStream:
    """One stream of rows through a `RowCleaner`, in a thread that begins with the first of them.

    Results come in the order of the rows. An error that ends the stream, such as that processes cannot be
    started, is the answer to every row that it has, and to those after them.
    """

    def __init__(self, rows: RowCleaner) -> None:
        self._rows = rows
        self._queue: SimpleQueue[Row | None] = SimpleQueue()
        self._pending: deque[Future[Cleaned]] = deque()
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        # a daemon, so that a crawl that is broken off need not wait for it
        self._thread = threading.Thread(target=self._run, name="cleaner", daemon=True)

    @property
    def is_broken(self) -> bool:
        """Whether an error has ended it."""
        return self._error is not None

    def submit(self, row: Row) -> Future[Cleaned]:
        """What becomes of a row, later; until then nobody may alter it."""
        result: Future[Cleaned] = Future()
        with self._lock:
            if self._error is not None:
                result.set_exception(self._error)
                return result
            self._pending.append(result)
            self._queue.put(row)
            if self._thread.ident is None:
                self._thread.start()
        return result

    def close(self) -> None:
        """End it after the rows that it has."""
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join(MAX_CLOSING_S)

    def _run(self) -> None:
        try:
            for done in self._rows.cleaned(self._queued_rows()):
                result = self._pending.popleft()
                if result.set_running_or_notify_cancel():
                    result.set_result(done)
        except BaseException as error:
            with self._lock:
                self._error = error
                for result in self._pending:
                    if result.set_running_or_notify_cancel():
                        result.set_exception(error)

    def _queued_rows(self) -> Iterator[Row]:
        while (row := self._queue.get()) is not None:
            yield row


async def _in_event_loop(result: Future[Cleaned]) -> Cleaned:
    """Wait for a result of another thread, under asyncio or a reactor that knows nothing of it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        found: Cleaned = await _as_deferred(result)
        return found
    return await asyncio.wrap_future(result)


def _as_deferred(result: Future[Cleaned]) -> Deferred[Cleaned]:
    # importing the reactor chooses one, so that is left to the crawler
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    deferred: Deferred[Cleaned] = Deferred()

    def fire() -> None:
        error = result.exception()
        if error is None:
            deferred.callback(result.result())
        else:
            deferred.errback(error)

    result.add_done_callback(lambda _: reactor.callFromThread(fire))
    return deferred
