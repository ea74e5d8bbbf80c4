"""The pipeline alone with items of every kind, and in a real crawl of pages on the loopback."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cleaner import UsageError, WorkerError
from tests.adapters.documents import PICTURE
from tests.cli.run import PROSE, ROOT, environment

scrapy = pytest.importorskip("scrapy")
attrs = pytest.importorskip("attrs")
import twisted.internet.defer  # noqa: E402
from itemadapter import ItemAdapter  # noqa: E402
from scrapy.exceptions import DropItem  # noqa: E402
from scrapy.settings import BaseSettings  # noqa: E402
from scrapy.statscollectors import StatsCollector  # noqa: E402

from cleaner.adapters.scrapy import CleanerPipeline  # noqa: E402

PARAGRAPHS = "".join(f"<p>{line}</p>" for line in (PROSE * 2).splitlines())
PAGE = f"<title>The old bridge</title><nav>Home | News</nav><article>{PARAGRAPHS}</article>"
URL = "https://example.org/bridge"


class ItemOfScrapy(scrapy.Item):  # type: ignore[misc, name-defined]
    url, html, text, verdict = (scrapy.Field() for _ in range(4))


@dataclass
class ItemOfDataclass:
    url: str
    html: str
    text: str = ""
    verdict: str = ""
    title: str = "the spider's own"


@attrs.define
class ItemOfAttrs:
    url: str
    html: str
    text: str | None = None
    verdict: str | None = None


class Crawler:
    """What the pipeline wants to know of one."""

    def __init__(self, **settings: Any) -> None:
        self.settings = BaseSettings({"CLEANER_WORKERS": 0} | settings)
        self.settings["STATS_DUMP"] = False
        self.stats = StatsCollector(self)


def run(items: list[Any], **settings: Any) -> tuple[list[Any], dict[str, Any]]:
    """What becomes of each item, and the stats."""
    crawler = Crawler(**settings)
    pipeline = CleanerPipeline.from_crawler(crawler)

    async def process() -> list[Any]:
        return await asyncio.gather(*map(pipeline.process_item, items), return_exceptions=True)

    try:
        return asyncio.run(process()), crawler.stats.get_stats()
    finally:
        pipeline.close_spider()


@pytest.mark.parametrize("make", [dict, ItemOfScrapy, ItemOfDataclass, ItemOfAttrs])
def test_an_item_of_any_kind_gets_the_text(make: Any) -> None:
    [item], stats = run([make(url=URL, html=PAGE)])
    adapter = ItemAdapter(item)
    assert isinstance(item, make)
    assert (adapter["verdict"], adapter["html"], adapter["url"]) == ("clean", PAGE, URL)
    assert adapter["text"].startswith("The council met") and "Home" not in adapter["text"]
    assert stats["cleaner/clean"] == 1 and stats["cleaner/characters_in"] == len(PAGE)


def test_what_the_spider_found_itself_stays() -> None:
    [item, other], _ = run([{"html": PAGE, "title": "Mine", "author": ""}, {"html": PAGE}])
    assert (item["title"], other["title"]) == ("Mine", "The old bridge")
    assert item["author"] is None and item["language"] == "en" and item["error"] is None


def test_what_is_no_page_is_named_and_the_others_come_through(caplog: pytest.LogCaptureFixture) -> None:
    good, none = {"url": URL, "html": PAGE}, {"url": "https://example.org/none", "html": None}
    picture, other = {"url": "https://example.org/7", "html": PICTURE}, {"url": URL, "price": 7}
    items, stats = run([none, good, picture, other])
    assert [item.get("verdict") for item in items] == ["failed", "clean", "failed", None]
    assert items[2]["error"]["code"] == "binary" and "https://example.org/7: no text" in caplog.text
    assert items[0]["error"]["code"] == "bad-row" and "https://example.org/none" in caplog.text
    assert items[3] == {"url": URL, "price": 7}
    assert (stats["cleaner/failed"], stats["cleaner/failed/bad-row"], stats["cleaner/no_document"]) == (
        2,
        1,
        1,
    )


def test_verdicts_are_dropped_if_that_is_asked_for() -> None:
    def items() -> list[Any]:
        return [{"html": "<p></p>"}, {"html": PAGE}]

    assert [item["verdict"] for item in run(items())[0]] == ["empty", "clean"]
    dropped, kept = run(items(), CLEANER_DROP="empty,failed")[0]
    assert isinstance(dropped, DropItem) and kept["verdict"] == "clean"
    dropped, kept = run([items()[0], items()[1]], CLEANER_DROP=["language"], CLEANER_LANGUAGE="de")[0]
    assert isinstance(kept, DropItem) and dropped["verdict"] == "empty"


def test_fields_are_named_by_settings() -> None:
    fields = {"text": "clean_text", "removed": "cuts", "record": "record"}
    [item], _ = run(
        [{"body": PAGE, "link": URL, "key": 7}],
        CLEANER_FIELD="body", CLEANER_URL_FIELD="link", CLEANER_ID_FIELD="key", CLEANER_FIELDS=fields,
        CLEANER_TITLE="true", CLEANER_MIN_CONFIDENCE="0.1", CLEANER_TIMEOUT="20",
    )  # fmt: skip
    assert set(item) == {"body", "link", "key", "clean_text", "cuts", "record"}
    assert item["clean_text"].startswith("The old bridge\n") and item["record"]["level"] == "light"


def test_a_text_that_could_not_be_cleaned_is_not_lost() -> None:
    [item], _ = run([{"text": 7}])
    assert (item["verdict"], item["text"]) == ("failed", 7)


def test_an_item_without_a_field_for_the_text_says_so() -> None:
    class Bare(scrapy.Item):  # type: ignore[misc, name-defined]
        html = scrapy.Field()

    [error], _ = run([Bare(html=PAGE)])
    assert isinstance(error, UsageError) and "Bare has no field 'text'" in str(error)


def test_a_reactor_that_knows_nothing_of_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reactor:
        """Calls at once what a thread hands it."""

        @staticmethod
        def callFromThread(function: Any) -> None:
            function()
            called.set()

    called, items = threading.Event(), list[Any]()
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", Reactor)
    monkeypatch.setattr(twisted.internet, "reactor", Reactor, raising=False)
    pipeline = CleanerPipeline.from_crawler(Crawler())
    deferred = twisted.internet.defer.Deferred.fromCoroutine(pipeline.process_item({"html": PAGE}))
    assert called.wait(100)
    deferred.addCallback(items.append)
    assert [item["verdict"] for item in items] == ["clean"]
    pipeline.close_spider()


def test_without_processes_items_come_through_and_the_next_ones_are_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_processes(*_: object) -> None:
        raise WorkerError("no processes")

    pipeline = CleanerPipeline.from_crawler(Crawler())
    with monkeypatch.context() as broken:
        broken.setattr("cleaner.adapters.rows.RowCleaner.cleaned", no_processes)
        item = asyncio.run(pipeline.process_item({"url": URL, "html": PAGE}))
    assert item["html"] == PAGE and item["error"] == {"code": "killed", "message": f"{URL}: no processes"}
    assert asyncio.run(pipeline.process_item({"html": PAGE}))["verdict"] == "clean"
    pipeline.close_spider()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"CLEANER_FAVOUR": "recall"}, "unknown setting CLEANER_FAVOUR. Did you mean CLEANER_FAVOR"),
        ({"CLEANER_DROP": ["clean"]}, "CLEANER_DROP: no verdict 'clean'"),
        ({"CLEANER_FIELDS": ["txt"]}, "CLEANER_FIELDS: no field 'txt' in a record. Did you mean text"),
        ({"CLEANER_TIMEOUT": "soon"}, "CLEANER_TIMEOUT: could not convert"),
        ({"CLEANER_LANGUAGE": "english"}, "english"),
        ({"CLEANER_WORKERS": "two"}, "CLEANER_WORKERS"),
        ({"CLEANER_KIND": "pdf"}, "no kind 'pdf'"),
    ],
)
def test_a_wrong_setting_is_said_before_the_crawl(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        CleanerPipeline.from_crawler(Crawler(**settings))


# -- a real crawl


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a page with links to articles, one of which hangs and one ends its process."""
    folder = tmp_path / "site"
    folder.mkdir()
    words = {"good": "council", "hangs": "HANGS", "crashes": "CRASHES"}
    pages = {name: PAGE.replace("council", word) for name, word in words.items()} | {"empty": "<p></p>"}
    pages["index"] = "".join(f"<a href={name}.html>{name}</a>" for name in (*pages, "gone"))
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page)
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.slow
def test_a_crawl_names_what_fails_and_goes_on(site: str, tmp_path: Path) -> None:
    """The example."""
    out = tmp_path / "articles.jsonl"
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "runspider", str(ROOT / "examples" / "with_scrapy.py"),
            "-a", f"url={site}", "-O", str(out), "-s", "CLEANER_TIMEOUT=5", "-s", "CLEANER_WORKERS=2",
        ],
        env=environment(PYTHONPATH=f"{Path(__file__).parent / 'faults'}:{ROOT}"),
        capture_output=True, text=True, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    items = {item["url"].rsplit("/", 1)[1]: item for item in map(json.loads, out.read_text().splitlines())}
    found = {name: (item["verdict"], (item["error"] or {}).get("code")) for name, item in items.items()}
    assert found == {
        "index.html": ("clean", None), "good.html": ("clean", None),
        "hangs.html": ("failed", "timeout"), "crashes.html": ("failed", "killed"),
    }, done.stderr  # fmt: skip
    assert items["good.html"]["text"].startswith("The council met")
    assert f"{site.replace('index', 'hangs')}: took longer than 5 seconds" in done.stderr
    for stat in ("clean': 2", "failed': 2", "failed/timeout': 1", "empty': 1"):
        assert f"cleaner/{stat}" in done.stderr
    assert "DeprecationWarning" not in done.stderr and "Traceback" not in done.stderr
