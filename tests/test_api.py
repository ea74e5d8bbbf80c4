"""What Python code relies on: the result's surface, streams that no document ends, errors that help."""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import cleaner
from cleaner import pipeline
from tests.cli.run import PROSE, environment

FAST = cleaner.Settings(effort="fast")
PAGE = (
    '<html lang="en"><head><title>Old bridge</title><meta name="author" content="Ada Moss">'
    '<meta property="article:published_time" content="2024-03-05T08:00:00Z">'
    '<meta property="og:site_name" content="Valley Courier"></head><body>'
    f'<nav><a href="/">Home</a> <a href="/news">News</a></nav><article><p>{PROSE}</p></article>'
    "<p>Share this: Facebook Twitter Email</p></body></html>"
)
URL = "https://courier.example/bridge"


def lines(count: int) -> list[str]:
    return [f"{PROSE}Share Tweet Email\nNumber {n} was the last." for n in range(count)]


# -- the result


def test_what_is_known_is_reached_without_internals() -> None:
    done = cleaner.clean(PAGE, url=URL, settings=FAST)
    assert (done.author, done.date, done.site, done.url) == ("Ada Moss", "2024-03-05", "Valley Courier", URL)
    assert done.sources["author"] == {"from": "meta"}
    assert done.error is None and done.note is None and 0 <= (done.confidence or 0) <= 1
    assert done.record and done.record["sha256"] == done.doc.sha256 and done.record["level"] == "light"


@pytest.mark.slow
def test_the_record_is_that_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    told = subprocess.run(
        [sys.executable, "-m", "cleaner", "clean", "-f", "jsonl", "--effort", "fast", "--workers", "1",
         "--record", "full", "a.html"],
        capture_output=True, check=True, env=environment(), cwd=tmp_path,
    ).stdout  # fmt: skip
    wanted = json.loads(told)
    del wanted["duplicate_of"]
    doc = cleaner.make_document(PAGE.encode(), id="a.html", kind="html", meta={"source": "a.html"})
    record = cleaner.clean(doc, settings=FAST).to_dict("full")
    assert json.loads(json.dumps(record)) == wanted
    assert [*record] == [*wanted]


def test_levels_and_own_fields_of_a_record() -> None:
    doc = cleaner.make_document(PROSE, id="x", meta={"fields": {"topic": "bridges", "text": 5}})
    record = cleaner.clean(doc).to_dict("none")
    assert "record" not in record
    assert (record["id"], record["topic"], record["input"]) == ("x", "bridges", {"text": 5})
    with pytest.raises(cleaner.UsageError, match="no record 'all'; it is none, light, full"):
        cleaner.clean(PROSE).to_dict("all")  # type: ignore[arg-type]


def test_a_repr_is_short_whatever_the_document() -> None:
    done = cleaner.clean(cleaner.Document("i" * 5000, PAGE * 50, "html", URL * 99), settings=FAST)
    assert len(repr(done)) < 300 and len(repr(done.doc)) < 400
    assert repr(cleaner.clean(PROSE)).startswith("<Cleaned clean: ")
    assert repr(cleaner.Document("a", "xyz", url=URL)) == f"<Document 'a', text, 3 characters, '{URL}'>"


def test_a_notebook_shows_the_diff_and_nothing_in_it_can_run() -> None:
    evil = "Related: <script>alert(1)</script>"
    shown = cleaner.clean(f"{PROSE}{evil}\n{PROSE}Share Tweet Email", kind="text")._repr_html_()
    assert "<script" not in shown and "&lt;script" in shown
    page = cleaner.clean(PAGE, settings=FAST)._repr_html_()
    assert "<del" in page and ", chrome]" in page and page.count("<div") == page.count("</div>")
    assert len(cleaner.clean("Share Tweet Email\n\n" * 2_000, settings=FAST)._repr_html_()) < 50_000


# -- one document


def test_the_charset_that_came_with_bytes_is_heard() -> None:
    data = "Сегодня паром ушёл".encode("koi8-r")
    done = cleaner.clean(data, kind="text", encoding="koi8-r")
    assert done.doc.raw == "Сегодня паром ушёл" and done.restore() == data
    assert cleaner.clean("é".encode(), encoding="UTF8").doc.raw == "é"


@pytest.mark.parametrize(
    ("raw", "named", "message"),
    [
        ("x", {"encoding": "utf-8"}, "a str is decoded already; leave out encoding"),
        (b"x", {"encoding": "klingon"}, "no encoding 'klingon' is known; leave it out"),
        (b"x", {"encoding": 5}, "no encoding 5 is known"),
        ("x", {"kind": "pdf"}, "no kind 'pdf'; it is auto, html, text"),
        (None, {}, "not NoneType; leave out what could not be fetched"),
        (Path("a"), {}, r"not \w+; read the file first"),
        ({"html": "x"}, {}, r"not dict; pass its html or text: clean\(row\['html'\]\)"),
        ("x", {"url": b"http://a"}, "url of a document is a str, not bytes"),
        ("x", {"settings": {"effort": "fast"}}, r"not dict; of a dict: Settings\(\*\*those\)"),
        ("x", {"profile": "site.profile"}, r"cleaner.load_profile\(path\) returns, not str"),
        (cleaner.Document("a", "x"), {"kind": "html"}, "has its kind, url and encoding already"),
        (cleaner.Document("a", b"x"), {}, "make_document takes bytes"),  # type: ignore[arg-type]
        (cleaner.Document(7, "x"), {}, r"not int; give str\(id\)"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_with_the_next_step(raw: Any, named: dict[str, Any], message: str) -> None:
    with pytest.raises(cleaner.UsageError, match=message):
        cleaner.clean(raw, **named)


def test_buffers_and_strings_of_other_classes_are_documents() -> None:
    class Tagged(str):
        pass

    assert type(cleaner.clean(Tagged(PROSE)).doc.raw) is str
    for data in (bytearray(PROSE.encode()), memoryview(PROSE.encode())):
        assert cleaner.clean(data).restore() == PROSE.encode()


def test_a_cleaner_is_used_again_and_can_be_sent() -> None:
    made = cleaner.Cleaner(cleaner.Settings(effort="fast", language=("de",)))
    assert made(PROSE).verdict == "language"
    assert pickle.loads(pickle.dumps(made)) == made
    assert [done.verdict for done in made.clean_many([PROSE])] == ["language"]


# -- settings


@pytest.mark.parametrize("given", ["en", "EN", ["en-US"], ("en_GB", "en"), {"en"}, "en, en-AU"])
def test_languages_are_normalised(given: Any) -> None:
    settings = cleaner.Settings(language=given)
    assert settings.language == ("en",)
    assert hash(settings) == hash(cleaner.Settings(language=("en",)))
    assert cleaner.clean(PROSE * 2, settings=settings).verdict == "clean"


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"language": "english"}, "'english' is no language code that cleaner can detect. Did you mean en?"),
        ({"language": ("swedish",)}, "Did you mean sv?"),
        ({"language": None}, "None is not a list of language codes"),
        ({"timeout": -1}, "no timeout -1; it is a number of seconds above 0"),
        ({"timeout": "5"}, "no timeout '5'"),
        ({"timeout": float("inf")}, "no timeout inf"),
        ({"min_confidence": "high"}, "no min_confidence 'high'"),
        ({"min_confidence": float("nan")}, "no min_confidence nan"),
        ({"title": "yes"}, "no title 'yes'; it is True or False"),
        ({"effort": ["best"]}, r"no effort \['best'\]"),
        ({"sites": {"https://a.example/": {}}}, "'https://a.example/' is no host name"),
        ({"sites": {"a.example": {"dorp": "p"}}}, "unknown setting 'dorp'. Did you mean drop?"),
        ({"sites": {"a.example": ["p"]}}, "is no table with keep and drop"),
        ({"sites": {"a.example": {"drop": "a:hover"}}}, r"sites.\"a.example\".drop: selector 'a:hover'"),
        ({"sites": ["a.example"]}, "nor a list of SiteRules"),
        ({"sites": "a.example"}, "sites: 'a.example' is neither"),
        ({"garbeld": "keep"}, "unknown setting 'garbeld'. Did you mean garbled?"),
        ({"zzz": 1}, "unknown setting 'zzz'. There are language, garbled, "),
    ],
)
def test_settings_refuse_what_the_command_refuses(named: dict[str, Any], message: str) -> None:
    with pytest.raises(cleaner.UsageError, match=message):
        cleaner.Settings(**named)


def test_settings_keep_their_signature_and_are_copied() -> None:
    assert [*inspect.signature(cleaner.Settings).parameters] == [
        one.name for one in dataclasses.fields(cleaner.Settings)
    ]
    assert dataclasses.replace(cleaner.Settings(garbled="keep"), effort="fast").garbled == "keep"
    with pytest.raises(cleaner.UsageError, match="unknown setting 'efort'"):
        dataclasses.replace(cleaner.Settings(), efort="fast")  # type: ignore[call-arg]


def test_rules_for_sites_may_be_a_table() -> None:
    table = {"Courier.example": {"drop": "article"}}
    settings = cleaner.Settings(sites=table)  # type: ignore[arg-type]
    assert settings.sites == (cleaner.SiteRules("courier.example", drop=("article",)),)
    with pytest.raises(cleaner.UsageError, match="selector"):
        cleaner.SiteRules("a.example", drop=("a:hover",))


# -- many documents


class Hostile:
    """A stand-in for the pipeline: what happens to a document is written in it."""

    def __init__(self) -> None:
        self._clean = pipeline.clean

    def __call__(self, doc: cleaner.Document, *settings: Any) -> cleaner.Cleaned:
        if "CRASH" in doc.raw:
            raise ValueError("boom")
        if "HANG" in doc.raw:
            until = time.monotonic() + 30
            while time.monotonic() < until:
                pass
        return self._clean(doc, *settings)


@pytest.fixture
def _hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "clean", Hostile())


def stream(errors: Any = "return") -> Iterator[cleaner.Cleaned]:
    given: list[Any] = ["CRASH", None, cleaner.Document("h", "HANG"), cleaner.Document("b", b"x"), PROSE]  # type: ignore[arg-type]
    return cleaner.clean_many(iter(given), timeout=0.3, errors=errors, settings=FAST)


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize("in_thread", [False, True])
def test_one_bad_document_never_ends_a_stream(in_thread: bool) -> None:
    if in_thread:
        with ThreadPoolExecutor(1) as threads:
            found = threads.submit(lambda: list(stream())).result()
    else:
        found = list(stream())
    assert [done.error and str(done.error.code) for done in found] == [
        "crashed", "bad-row", "timeout", "bad-row", None,
    ]  # fmt: skip
    messages = [done.error.message for done in found if done.error]
    assert messages[0] == "document 1: ValueError: boom; a fault of cleaner, please report it"
    assert messages[1].startswith("document 2: a document is str or bytes, not NoneType")
    assert messages[2] == "h: took longer than 0.3 seconds"
    assert messages[3].startswith("b: the raw of a Document is a str, not bytes")
    crashed = found[0]
    assert (crashed.verdict, crashed.text, crashed.restore()) == ("failed", "", "CRASH")
    assert crashed.to_dict()["error"] == {"code": "crashed", "message": messages[0]}
    assert "failed" in repr(crashed) and "boom" in crashed._repr_html_()
    assert found[4].text == cleaner.clean(PROSE).text


@pytest.mark.usefixtures("_hostile")
def test_a_bad_document_is_raised_where_that_is_asked_for() -> None:
    with pytest.raises(cleaner.DocumentError, match="document 1: ValueError: boom") as raised:
        next(stream("raise"))
    assert raised.value.code == "crashed"
    assert pickle.loads(pickle.dumps(raised.value)).code == "crashed"


def test_an_error_of_the_documents_themselves_is_the_caller_s() -> None:
    def documents() -> Iterator[str]:
        yield PROSE
        raise OSError("the disk is gone")

    found = cleaner.clean_many(documents(), errors="return", settings=FAST)
    assert next(found).verdict == "clean"
    with pytest.raises(OSError, match="the disk is gone"):
        next(found)


@pytest.mark.parametrize(
    ("documents", "named", "message"),
    [
        ("one text", {}, "a list of documents, not one str; cleaner.clean takes one"),
        (5, {}, "a list of documents, not int"),
        ([], {"workers": "4"}, "no workers '4'"),
        ([], {"workers": -1}, "no workers -1"),
        ([], {"timeout": 0}, "no timeout 0; it is a number of seconds above 0, or None"),
        ([], {"errors": "ignore"}, "no errors 'ignore'; it is raise, return"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_read(
    documents: Any, named: dict[str, Any], message: str
) -> None:
    with pytest.raises(cleaner.UsageError, match=message):
        cleaner.clean_many(documents, **named)


@pytest.mark.slow
def test_threads_get_what_one_gets() -> None:
    """In a process of its own: all of them load what is loaded at first use at the same time."""
    code = """
import sys, threading, cleaner
from concurrent.futures import ThreadPoolExecutor
from tests.test_api import lines, PAGE
documents = [*lines(2), PAGE, PAGE.replace("bridge", "ferry")]
with ThreadPoolExecutor(4) as threads:
    found = list(threads.map(cleaner.clean, documents))
assert [d.to_dict() for d in found] == [d.to_dict() for d in map(cleaner.clean, documents)]
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True, env=environment(), timeout=120)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_cleans_as_its_parent_does() -> None:
    from cleaner import language

    wanted = cleaner.clean(lines(1)[0]).to_dict()
    with language._lock:  # as another thread may have it at that moment
        pid = os.fork()
        if not pid:
            os._exit(0 if cleaner.clean(lines(1)[0]).to_dict() == wanted else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_importing_costs_under_50_ms_of_cpu_and_its_names_load_nothing_heavy() -> None:
    """The least of some runs: what else the machine does only adds."""
    code = (
        "import time; t = time.process_time(); import cleaner; print(time.process_time() - t);"
        "from cleaner import Cleaner, Document, Settings, clean, clean_many; import sys;"
        "heavy = {'numpy', 'lxml', 'orjson', 'rapidfuzz', 'hashlib', 'cleaner.pipeline'};"
        "print(*sorted(heavy & {*sys.modules}))"
    )
    for _ in range(5):
        command = [sys.executable, "-c", code]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
        seconds, *heavy = ran.stdout.split()
        assert not heavy
        if float(seconds) < 0.05:
            return
    pytest.fail(f"{seconds} seconds of CPU")


# -- workers

SCRIPT = f"""
import os, sys, time
print("the script runs")
ballast = bytearray(250 << 20)  # as pandas or Ray would
for at in range(0, len(ballast), 4096):
    ballast[at] = 1
import cleaner
from cleaner.processes import pool
class Note:
    def __init__(self): self.socket = open(__file__)  # cannot be sent
started, fork = [], pool.fork_worker
pool.fork_worker = lambda *a: started.append(1) or fork(*a)
texts = [{PROSE!r} + f"Number {{n}}." for n in range(12)]
documents = [cleaner.make_document(t, id=str(n), meta={{"note": Note()}}) for n, t in enumerate(texts)]
documents[7] = None
found = list(cleaner.clean_many(iter(documents), workers=2, timeout=60, errors="return"))
assert [d.id for d in found] == [str(n) if n != 7 else "" for n in range(12)]
assert found[7].error.code == "bad-row" and found[7].error.message.startswith("document 8: ")
assert found[8].doc is documents[8]
serial = list(cleaner.clean_many(iter(documents), errors="return"))
assert [d.to_dict() for d in found] == [d.to_dict() for d in serial]
print("workers", len(started))
"""


@pytest.mark.slow
def test_workers_run_nothing_of_a_heavy_script_without_a_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, "script.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "the script runs\nworkers 2\n"


@pytest.mark.slow
def test_a_deadline_and_a_death_in_workers_are_named() -> None:
    documents = [
        cleaner.Document("slow", "ab cd " * 2_000_000),
        *(cleaner.Document(str(n), text) for n, text in enumerate(lines(6))),
    ]
    found = list(cleaner.clean_many(documents, workers=2, timeout=1.0, errors="return", settings=FAST))
    assert found[0].error and found[0].error.message == "slow: took longer than 1 seconds"
    assert [done.verdict for done in found[1:]] == ["clean"] * 6
    assert found[0].restore() == documents[0].raw
    with pytest.raises(cleaner.DocumentError, match="slow: took longer"):
        list(cleaner.clean_many(documents[:1], workers=2, timeout=1.0))


def test_results_are_small_to_send() -> None:
    done = cleaner.clean(PAGE, settings=FAST)
    assert len(pickle.dumps(done)) < 20 * len(PAGE)
    assert dataclasses.replace(done, doc=done.doc) == done


def test_bytes_that_are_no_text_fail_as_in_the_command() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9
    done = cleaner.clean(picture)
    assert (done.verdict, done.text, done.restore()) == ("failed", "", picture)
    assert done.error and done.error.code == "binary"
    [returned] = cleaner.clean_many([picture], errors="return")
    assert returned.error and returned.error.message.startswith("document 1: no text but binary data")
    with pytest.raises(cleaner.DocumentError, match="binary data"):
        list(cleaner.clean_many([picture]))
