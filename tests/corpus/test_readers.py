from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cleaner.corpus import compression as streams
from cleaner.corpus import readers
from cleaner.corpus.readers import (
    FailedInput,
    FileStarted,
    Inputs,
    JsonRow,
    ReadOptions,
    WholeFile,
    read_inputs,
)
from cleaner.document import Document
from cleaner.errors import ErrorCode, UsageError
from cleaner.json_lines import dumps, loads

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def read(*inputs: str | Path, how: ReadOptions | None = None, **named: Any) -> list[Document | FailedInput]:
    return list(read_inputs([str(given) for given in inputs], how, **named))


def ids(*inputs: str | Path, **named: Any) -> list[str]:
    return [item.id for item in read(*inputs, **named)]


def broken(item: Document | FailedInput) -> FailedInput:
    assert isinstance(item, FailedInput), item
    return item


def document(item: Document | FailedInput) -> Document:
    assert isinstance(item, Document), item
    return item


def files(root: Path, **contents: str | bytes) -> Path:
    for name, content in contents.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def rows(path: Path, *lines: Any) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_a_folder_is_walked_in_code_point_order_of_the_relative_path(tmp_path: Path) -> None:
    files(tmp_path, a_txt="1", a__b_txt="2", a__c__d_html="3", B_md="4", z_jsonl='{"id":"r","text":"5"}')
    files(tmp_path, ab_txt="6")
    assert ids(tmp_path) == ["B.md", "a.txt", "a/b.txt", "a/c/d.html", "ab.txt", "r"]


def test_id_source_and_kind_of_a_file(tmp_path: Path) -> None:
    files(tmp_path, sub__a_HTM="<p>x</p>", b_txt="<p>x</p>")
    found = [document(item) for item in read(tmp_path)]
    assert [(d.id, d.kind, d.meta["source"]) for d in found] == [
        ("b.txt", "text", f"{tmp_path}/b.txt"),
        ("sub/a.HTM", "html", f"{tmp_path}/sub/a.HTM"),
    ]
    assert document(read(tmp_path / "b.txt")[0]).id == "b.txt"
    assert document(read(tmp_path / "b.txt", how=ReadOptions(kind="html"))[0]).kind == "html"


def test_a_named_file_of_another_type_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "page.php").write_text("<!doctype html><html><body><p>Hello</p></body></html>")
    (tmp_path / "notes").write_text("Plain words.")
    assert [document(i).kind for i in read(tmp_path / "page.php", tmp_path / "notes")] == ["html", "text"]


def test_other_types_in_a_folder_are_counted_and_hidden_files_left_alone(tmp_path: Path) -> None:
    files(tmp_path, a_txt="x", b_pdf="x", c__d_pdf="x", e_png="x", f="x", g_tar_gz="x")
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").write_text("x")
    skipped: Counter[str] = Counter()
    assert ids(tmp_path, skipped=skipped) == ["a.txt"]
    assert skipped == {".pdf": 2, ".png": 1, "no suffix": 1, ".tar.gz": 1, "hidden": 2}


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    files(tmp_path, in__a__x_txt="x", out__y_txt="y")
    (tmp_path / "in" / "a" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "other").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    (tmp_path / "in" / "gone.txt").symlink_to(tmp_path / "nowhere")
    skipped: Counter[str] = Counter()
    found = read(tmp_path / "in", skipped=skipped)
    assert [item.id for item in found] == ["a/x.txt", "gone.txt", "other/y.txt"]
    assert "does not exist" in broken(found[1]).message
    assert skipped == {"linked folder already read": 1, "no suffix": 1}


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert "not a regular file" in broken(read(tmp_path)[0]).message


def test_globs_that_the_shell_left_alone(tmp_path: Path) -> None:
    files(
        tmp_path, in__a_html="x", in__b__c_html="x", in__b__d_txt="x", in__e_log="x", in__f_png=b"\x89PNG\0"
    )
    assert ids(f"{tmp_path}/in/*.html") == ["a.html"]
    assert ids(f"{tmp_path}/in/**/*.html") == ["a.html", "b/c.html"]
    assert ids(f"{tmp_path}/in/*.log") == ["e.log"]
    skipped: Counter[str] = Counter()
    assert ids(f"{tmp_path}/in/**/*", skipped=skipped) == ["a.html", "b/c.html", "b/d.txt"]
    assert skipped == {".log": 1, ".png": 1}
    assert ids(f"{tmp_path}/in/*") == ["a.html", "b/c.html", "b/d.txt"]
    (tmp_path / "in" / "we[i]rd.txt").write_text("x")
    assert ids(f"{tmp_path}/in/we[i]rd.txt") == ["we[i]rd.txt"]


def test_a_missing_file_is_broken_beside_others_and_a_usage_error_alone(tmp_path: Path) -> None:
    files(tmp_path, a_txt="x")
    found = read(tmp_path / "no.txt", tmp_path / "a.txt", f"{tmp_path}/*.md")
    assert [type(item) for item in found] == [FailedInput, Document, FailedInput]
    assert broken(found[0]).message == f"{tmp_path}/no.txt: no such file or folder"
    with pytest.raises(UsageError, match=r"no\.txt: no such file"):
        read(tmp_path / "no.txt")
    with pytest.raises(UsageError, match="no file matches"):
        read(f"{tmp_path}/*.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    files(tmp_path, a_txt="x", b_txt="y")
    (tmp_path / "a.txt").chmod(0)
    found = read(tmp_path)
    assert broken(found[0]).code == ErrorCode.UNREADABLE
    assert "Permission denied" in broken(found[0]).message
    assert document(found[1]).raw == "y"


def test_a_binary_file_and_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    files(
        tmp_path,
        a_txt=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0" + bytes(range(256)),
        b_parquet="PAR1",
        c_txt="x",
        d_warc="WARC?",
    )
    found = read(*(tmp_path / name for name in ("a.txt", "b.parquet", "c.txt", "d.warc")))
    assert broken(found[0]).code == ErrorCode.BINARY
    assert "a.txt: a binary file" in broken(found[0]).message
    assert broken(found[1]).code == broken(found[3]).code == ErrorCode.UNREADABLE
    assert "b.parquet: Parquet file size is 4 bytes" in broken(found[1]).message
    assert "d.warc:1: the file: no record" in broken(found[3]).message
    assert document(found[2]).raw == "x"


def test_an_empty_file_is_a_document(tmp_path: Path) -> None:
    files(tmp_path, a_txt="")
    assert document(read(tmp_path)[0]).raw == ""


@pytest.mark.parametrize("packed", PACK)
def test_packed_files(tmp_path: Path, packed: str) -> None:
    pack = PACK[packed]
    (tmp_path / f"a.html{packed}").write_bytes(pack("<p>é</p>".encode()))
    (tmp_path / f"b.jsonl{packed}").write_bytes(pack(b'{"id":1,"text":"x"}\n') + pack(b'{"text":"y"}'))
    found = [document(item) for item in read(tmp_path)]
    assert [(d.id, d.kind, d.raw) for d in found] == [
        (f"a.html{packed}", "html", "<p>é</p>"),
        ("1", "text", "x"),
        (f"b.jsonl{packed}:2", "text", "y"),
    ]


@pytest.mark.parametrize("packed", PACK)
def test_a_truncated_packed_file_is_broken_and_rows_before_are_read(tmp_path: Path, packed: str) -> None:
    lines = b"".join(b'{"id":%d,"text":"%s"}\n' % (n, os.urandom(100).hex().encode()) for n in range(1500))
    whole = PACK[packed](lines)
    (tmp_path / f"a.jsonl{packed}").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / f"b.txt{packed}").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / f"c.txt{packed}").write_bytes(b"not packed at all")
    (tmp_path / "d.txt").write_text("x")
    found = read(tmp_path)
    assert document(found[-1]).raw == "x"
    assert [broken(item).code for item in found[-3:-1]] == [ErrorCode.UNREADABLE] * 2
    assert "truncated" in broken(found[-4]).message
    assert "truncated" in broken(found[-3]).message
    if packed != ".bz2":  # one bz2 block holds it all
        assert len(found) > 100
    assert [item.id for item in found[:-4]] == [str(n) for n in range(len(found) - 4)]


@pytest.mark.parametrize("packed", ["", *PACK])
def test_what_expands_too_far_is_refused(tmp_path: Path, packed: str) -> None:
    pack = PACK.get(packed, bytes)
    (tmp_path / f"a.txt{packed}").write_bytes(pack(b"x" * (1 << 20)))
    (tmp_path / f"b.txt{packed}").write_bytes(pack(b"x" * ((1 << 20) + 1)))
    line = b'{"id":"long","text":"' + b"x" * (1 << 20) + b'"}\n'
    (tmp_path / f"c.jsonl{packed}").write_bytes(
        pack(b'{"id":1,"text":"x"}\n' + line + b'{"id":3,"text":"z"}\n')
    )
    found = read(tmp_path, how=ReadOptions(max_bytes=1 << 20))
    assert len(document(found[0]).raw) == 1 << 20
    assert "more than 1 MiB in one document; --largest" in broken(found[1]).message
    assert [item.id for item in found[2:]] == ["1", f"c.jsonl{packed}:2", "3"]
    assert "c.jsonl" in broken(found[3]).message
    assert broken(found[1]).code == broken(found[3]).code == ErrorCode.TOO_LARGE


def test_rows(tmp_path: Path) -> None:
    rows(
        tmp_path / "r.jsonl",
        {"id": "x", "html": "<p>h</p>", "text": "t", "url": "http://e/", "n": 1},
        {"id": 7, "text": "seven"},
        "",
        {"text": "no id"},
        {"id": None, "html": None, "text": "null"},
        {"id": "x", "text": "the same id"},
        {"id": 2**70, "text": "\ud800"},
    )
    found = [document(item) for item in read(tmp_path / "r.jsonl")]
    assert [d.id for d in found] == ["x", "7", "r.jsonl:4", "r.jsonl:5", "x", str(2**70)]
    assert [d.kind for d in found] == ["html", "text", "text", "text", "text", "text"]
    assert (found[0].raw, found[0].url) == ("<p>h</p>", "http://e/")
    assert found[0].meta["fields"] == {"text": "t", "url": "http://e/", "n": 1}
    assert found[3].meta["fields"] == {"id": None, "html": None}
    assert found[5].raw == "\ud800"


def test_the_first_field_that_is_not_blank_is_the_document(tmp_path: Path) -> None:
    path = rows(
        tmp_path / "r.jsonl",
        {"html": "", "text": "t"},
        {"html": " \n", "text": "t"},
        {"html": "", "text": " "},
        {"html": "", "text": None},
    )
    found = [document(item) for item in read(path)]
    assert [(d.raw, d.kind) for d in found] == [("t", "text"), ("t", "text"), ("", "html"), ("", "html")]
    assert found[0].meta["fields"] == {"html": ""}


def test_what_is_carried_through_can_be_written(tmp_path: Path) -> None:
    deep = '{"text": "x\\ud800", "id": ' + "[" * 199 + "]" * 199 + ', "n": 1e308}'
    doc = document(read(rows(tmp_path / "r.jsonl", deep))[0])
    assert loads(dumps({"input": doc.meta["fields"]}))["input"] == doc.meta["fields"]


def test_other_fields_for_document_and_id(tmp_path: Path) -> None:
    path = rows(tmp_path / "r.jsonl", {"key": "k", "body": "<html><p>x</p></html>", "text": "t", "id": 1})
    doc = document(read(path, how=ReadOptions(field="body", id_field="key"))[0])
    assert (doc.id, doc.kind) == ("k", "html")
    assert doc.meta["fields"] == {"text": "t", "id": 1}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "r.jsonl:2: not JSON"),
        ('{"text": NaN}', 'no string in "html" or "text"'),
        ("[1]", "not a JSON object"),
        ('{"id": "i", "body": 1}', 'no string in "html" or "text"; fields there: id, body'),
        ('{"id": "i", "text": 5}', "no string in"),
        ("{}", "fields there: none"),
        ('{"text": "x", "n": 1e999}', "1e999 is more than a float can hold"),
        ('{"text": "x", "n": ' + "[" * 200 + "]" * 200 + "}", "nested more than 200 levels deep"),
        ('{"text": "x", "n": ' + "[" * 995 + "]" * 995 + "}", "nested"),
        ('{"text": "x", "n": ' + '{"a":' * 5000 + "1" + "}" * 5001, "nested too deeply"),
    ],
)
def test_a_malformed_row_is_named_and_the_others_are_read(tmp_path: Path, line: str, message: str) -> None:
    found = read(rows(tmp_path / "r.jsonl", {"id": 1, "text": "x"}, line, {"id": 3, "text": "y"}))
    assert [item.id for item in found] == ["1", "i" if '"i"' in line else "r.jsonl:2", "3"]
    assert broken(found[1]).code == ErrorCode.BAD_ROW
    assert message in broken(found[1]).message


def test_a_row_that_is_not_utf8_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(b'\xef\xbb\xbf{"id":1,"text":"x"}\r\n{"id":2,"text":"\xff"}\n')
    found = read(tmp_path / "r.jsonl")
    assert document(found[0]).raw == "x"
    assert "r.jsonl:2: not UTF-8" in broken(found[1]).message


def test_rows_are_streamed(tmp_path: Path) -> None:
    rows(tmp_path / "r.jsonl", *({"id": n, "text": "x"} for n in range(10)), "{")
    items = read_inputs([str(tmp_path / "r.jsonl")])
    assert next(items).id == "0"


@pytest.mark.parametrize(
    "text",
    ["", "words\nand more", "[1]\n", "\n", "Braces come {later}", '"{}"\n'],
)
def test_stdin_is_one_document(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    doc = document(read("-")[0])
    assert (doc.id, doc.meta["source"], doc.raw) == ("stdin", "-", text)


def test_stdin_is_rows_where_its_first_line_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'\xef\xbb\xbf{"id":1,"text":"x"}\n{"text":"y"}\n{\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    found = read("-")
    assert [item.id for item in found] == ["1", "stdin:2", "stdin:3"]
    assert [document(item).raw for item in found[:2]] == ["x", "y"]
    assert broken(found[2]).message.startswith("stdin:3: not JSON")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"body":"x"}')))
    assert document(read("-", how=ReadOptions(field="body"))[0]).raw == "x"


@pytest.mark.parametrize("first", ['{"id":1,"body":"x"}', '{"id":1,"text":5}', "{not JSON}", "{}", "\n {"])
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_stdin_is_rows_whatever_the_first_one_holds(
    monkeypatch: pytest.MonkeyPatch, first: str, packing: str
) -> None:
    text = f'{first}\n{{"id":"b","text":"y"}}\n'.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACK.get(packing, bytes)(text))))
    failed, row = read("-")
    assert broken(failed).code == ErrorCode.BAD_ROW
    assert (document(row).id, document(row).raw) == ("b", "y")


def test_stdin_taken_for_rows_says_how_it_is_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def stdin(text: str, kind: Any = "auto") -> list[Document | FailedInput]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return read("-", how=ReadOptions(kind))

    [failed] = stdin("{{< figure >}} begins this text.")
    assert "--kind text or html reads one document" in broken(failed).message
    [doc] = stdin("{{< figure >}} begins this text.", "text")
    assert document(doc).raw == "{{< figure >}} begins this text."
    assert [document(item).kind for item in stdin('{"text":"<p>x"}\n', "html")] == ["html"]


JSON_TEXTS = [
    '[{"id":"a","text":"x"},{"text":"y"}]',
    '\ufeff[\n  {"id": "a",\n "text": "x"},\n  {"text": "y"}\n]\n',
    '{\n  "id": "a",\n  "text": "x"\n}\n',
    '{"id":"a","text":"x"}\n{"text":"y"}\n',
    '{"id":"a","text":"x"}',
]


@pytest.mark.parametrize("text", JSON_TEXTS)
def test_json_is_rows_on_stdin_and_in_a_file_whose_name_does_not_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    (tmp_path / "dump.json").write_text(text, "utf-8")
    (tmp_path / "dump.json.gz").write_bytes(gzip.compress(text.encode()))
    for found in (read("-"), read(tmp_path / "dump.json"), read(tmp_path / "dump.json.gz")):
        assert [document(item).raw for item in found] == ["x", "y"][: len(found)]
        assert found[0].id == "a" and len(found) == 1 + text.count("y")
    later = [*Inputs([str(tmp_path / "dump.json")]).items(after=1)][1:]
    assert [item.index_in_file for item in later if isinstance(item, JsonRow)] == [2] * text.count("y")


def test_what_only_begins_like_json(tmp_path: Path) -> None:
    """Lists of other things, and brackets, are a document; rows of which the first is broken are lines."""
    for text in ("[1, 2]", "[\nnot JSON", '[\n"one",\n"two"]', "[[1]]"):
        (tmp_path / "a.dat").write_text(text)
        assert document(read(tmp_path / "a.dat")[0]).raw == text
    (tmp_path / "a.json").write_text('{\n{"text":"y"}\n')
    assert [type(item) for item in read(tmp_path / "a.json")] == [FailedInput, Document]
    (tmp_path / "a.json").write_text('{"data": 1}')
    assert "fields there: data" in broken(read(tmp_path / "a.json")[0]).message
    deep = '{"a":' * 950 + "0" + "}" * 950  # a row that cannot be written again takes no other along
    (tmp_path / "a.json").write_text('[\n{"text": "y"},\n{"text": "z", "deep": ' + deep + "}\n]")
    fine, nested = read(tmp_path / "a.json")
    assert document(fine).raw == "y" and "levels deep" in broken(nested).message
    (tmp_path / "a.json").write_text("[{" + '"text":1,' * 50)
    [large] = read(tmp_path / "a.json", how=ReadOptions(max_bytes=99))
    assert broken(large).code == ErrorCode.TOO_LARGE


def test_a_row_that_holds_a_picture(tmp_path: Path) -> None:
    picture = (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9).decode("latin-1")
    rows(
        tmp_path / "r.jsonl", {"id": "a", "html": picture, "url": "http://e.org/a"}, {"id": "b", "text": "x"}
    )
    failed, fine = read(tmp_path / "r.jsonl")
    assert (broken(failed).code, failed.id, broken(failed).url) == (ErrorCode.BINARY, "a", "http://e.org/a")
    assert "html" not in broken(failed).fields and document(fine).raw == "x"


def test_kind_jsonl_makes_rows_of_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    how = ReadOptions("jsonl")
    (tmp_path / "dump.txt").write_text('\n{"text":"x"}\nno row\n{"html":"<p>y"}\n')
    found = read(tmp_path / "dump.txt", how=how)
    assert [item.id for item in found] == ["dump.txt:2", "dump.txt:3", "dump.txt:4"]
    assert [document(found[0]).kind, document(found[2]).kind] == ["text", "html"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'no row\n{"text":"x"}\n')))
    bad, row = read("-", how=how)
    assert "--kind" not in broken(bad).message and document(row).raw == "x"


def test_stdin_that_is_damaged_or_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(data: bytes, how: ReadOptions) -> FailedInput:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        [failed] = read("-", how=how)
        return broken(failed)

    whole = gzip.compress(b"words " * 900)
    assert fault(whole[:-9], ReadOptions()).message.startswith("stdin: compressed data ends too early")
    assert fault(whole, ReadOptions(max_bytes=1 << 10)).code == ErrorCode.TOO_LARGE


def test_a_folder_to_avoid_is_never_read(tmp_path: Path) -> None:
    files(tmp_path, in__a_txt="x", out__corpus__b_txt="y")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    assert ids(tmp_path / "in", avoid=tmp_path / "out") == ["a.txt"]
    assert ids(f"{tmp_path}/**/*.txt", avoid=tmp_path / "out") == ["in/a.txt"]


@pytest.mark.slow
def test_a_thousand_folders_deep(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        above, here = here, os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(os.open("a.txt", os.O_CREAT, dir_fd=here))
    os.close(here)
    try:
        assert ids(tmp_path) == ["d/" * 1200 + "a.txt"]
        with pytest.raises(UsageError, match="too deep for a pattern"):
            read(f"{tmp_path}/**/*.txt")
    finally:  # what pytest cannot remove
        (tmp_path / ("d/" * 1200 + "a.txt")).unlink()
        for depth in range(1200, 0, -1):
            (tmp_path / ("d/" * depth)).rmdir()


def test_odd_names(tmp_path: Path) -> None:
    (tmp_path / "caf\u00e9 \n\udcff.txt").write_text("x")
    assert ids(tmp_path) == ["caf\u00e9 \n\udcff.txt"]


def test_fields_that_json_has_no_number_for_are_carried(tmp_path: Path) -> None:
    line = '{"id": "a", "text": "\\ud800", "n": NaN, "list": [-Infinity, {"x": NaN}]}'
    doc = document(read(rows(tmp_path / "r.jsonl", line))[0])
    assert doc.meta["fields"] == {"n": None, "list": ["-inf", {"x": None}]}
    assert loads(dumps({"text": doc.raw, "n": float("nan")}))["n"] is None


@pytest.mark.parametrize("packed", PACK)
def test_rows_packed_under_another_name(tmp_path: Path, packed: str) -> None:
    for name in ("rows", "rows.jsonl"):
        (tmp_path / name).write_bytes(PACK[packed](b'{"id":"a","text":"x"}\n{"id":"b","text":"y"}\n'))
        assert ids(tmp_path / name, how=ReadOptions(kind="jsonl")) == ["a", "b"]


def test_padded_xz(tmp_path: Path) -> None:
    whole = lzma.compress(b"one ") + bytes(8) + lzma.compress(b"two") + bytes(4)
    (tmp_path / "a.txt.xz").write_bytes(whole)
    (tmp_path / "b.txt.xz").write_bytes(whole[:-20])
    found = read(tmp_path)
    assert document(found[0]).raw == "one two"
    assert "truncated" in broken(found[1]).message


def test_whatever_a_reader_raises_costs_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, a_txt="x", b_jsonl='{"text": "one"}\n{"text": "two"}\n', c_txt="y")
    monkeypatch.setattr(streams, "read_lines", _raising_after_one(streams.read_lines))
    found = read(tmp_path)
    assert [type(item) for item in found] == [Document, Document, FailedInput, Document]
    assert "b.jsonl: RuntimeError: odd; a fault of cleaner" in broken(found[2]).message


def _raising_after_one(read_lines: Callable[..., Any]) -> Callable[..., Any]:
    def lines(stream: Any, max_bytes: int) -> Any:
        yield next(read_lines(stream, max_bytes))
        raise RuntimeError("odd")

    return lines


def test_whatever_loading_raises_costs_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rows(tmp_path / "r.jsonl", {"id": "a", "text": "x", "n": 1}, {"id": "b", "body": "x"})
    monkeypatch.setattr(readers, "_row_kind", lambda *_: 1 / 0)
    [one, two] = map(broken, read(path))
    assert (one.id, one.code, dict(one.fields)) == ("a", ErrorCode.CRASHED, {"n": 1})
    assert "r.jsonl:1: ZeroDivisionError" in one.message
    assert two.code == ErrorCode.BAD_ROW


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_looked_into_as_it_can_be_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opened now, it would wait for who writes
    items = [item for item in Inputs([str(pipe)]).items() if not isinstance(item, FileStarted)]
    assert [type(item) for item in items] == [WholeFile]
