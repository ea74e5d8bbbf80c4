"""`cleaner learn` and `--profile`: what recurs is found, saved, and cut; only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import cleaner

pytestmark = pytest.mark.slow

NOTICE = "The Hollin Courier is a member of the valley press council"
BODIES = (
    "The hut on the pass lost its roof in the night, and the keeper slept in the valley until noon.",
    "A barge with forty pianos lay off the harbour for a week, because nobody had ordered a single one.",
    "The baker of Linden has found a coin in his flour, and the museum would like to know which mill it was.",
    "Snow fell on the last day of May, and the cows went back down the mountain without being told to.",
)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl" / "hollin"
    folder.mkdir(parents=True)
    for number, body in enumerate(BODIES):
        (folder / f"{number}.txt").write_text(f"{body}\n{NOTICE}\n")
    return tmp_path / "crawl"


def test_two_passes_over_a_folder(crawl: Path, tmp_path: Path) -> None:
    profile, out = tmp_path / "site.profile", tmp_path / "out"
    learned = cleaner("learn", crawl, "-o", profile)
    assert learned.code == 0 and "1 line on 1 site recur in 4 documents" in learned.err
    again = profile.read_bytes()
    assert cleaner("learn", crawl, "-o", profile).code == 0 and profile.read_bytes() == again
    assert cleaner("clean", crawl, "-o", out, "--profile", profile, "--record", "full").code == 0
    assert (out / "corpus/hollin/2.txt").read_text() == BODIES[2] + "\n"
    assert cleaner("restore", out, "-o", tmp_path / "raw").code == 0
    assert (tmp_path / "raw/hollin/2.txt").read_bytes() == (crawl / "hollin/2.txt").read_bytes()
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert {cut["code"] for row in rows for cut in row["removed"]} == {"site-line"}


def test_another_profile_is_another_setting(crawl: Path, tmp_path: Path) -> None:
    profile, out = tmp_path / "site.profile", tmp_path / "out"
    cleaner("learn", crawl, "-o", profile)
    assert cleaner("clean", crawl, "-o", out, "--profile", profile).code == 0
    (crawl / "hollin" / "4.txt").write_text(f"{BODIES[0][::-1]}\n{NOTICE}\n")
    cleaner("learn", crawl, "-o", profile)
    (crawl / "hollin" / "4.txt").unlink()
    refused = cleaner("clean", crawl, "-o", out, "--profile", profile)
    assert refused.code == 2 and "profile" in refused.err


def test_diff_and_check_hear_the_profile(crawl: Path, tmp_path: Path) -> None:
    profile = tmp_path / "site.profile"
    cleaner("learn", crawl, "-o", profile)
    assert "site-line" in cleaner("diff", crawl, "--profile", profile).out
    assert "site-line" in cleaner("check", crawl, "--profile", profile).out
    assert cleaner("check", crawl).code == 0


def test_what_is_no_profile_is_neither_read_nor_overwritten(crawl: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    assert cleaner("clean", crawl, "-f", "jsonl", "--profile", mine).code == 2
    assert cleaner("clean", crawl, "-f", "jsonl", "--profile", tmp_path / "none").code == 2
    refused = cleaner("learn", crawl, "-o", mine)
    assert refused.code == 2 and mine.read_text() == "mine"


def test_a_broken_file_is_named_and_the_rest_is_learned(crawl: Path, tmp_path: Path) -> None:
    (crawl / "hollin" / "9.txt.gz").write_bytes(b"no gzip")
    learned = cleaner("learn", crawl, "-o", tmp_path / "p")
    assert learned.code == 3 and "9.txt.gz" in learned.err and "4 documents" in learned.err


def test_a_page_s_own_address_is_its_site_s(tmp_path: Path) -> None:
    for number, body in enumerate(BODIES):
        head = f"<link rel=canonical href='https://hollin.example/{number}'>"
        page = f"<html><head>{head}</head><body><p>{body}</p><p>{NOTICE}</p></body></html>"
        (tmp_path / f"{number}.html").write_text(page)
    learned = cleaner("learn", *(tmp_path / f"{k}.html" for k in range(4)), "-o", tmp_path / "p")
    assert "1 line on 1 site recur in 4 documents" in learned.err
    done = cleaner("clean", tmp_path / "2.html", "--profile", tmp_path / "p")
    assert done.out == BODIES[2] + "\n"


def pages_without_address(folder: Path, head: str = "") -> Path:
    for number, body in enumerate(BODIES[:4]):
        page = f"<html><head>{head}</head><body><p>{body}</p><p>{NOTICE}</p></body></html>"
        (folder / f"{number}.html").write_text(page)
    return folder


@pytest.mark.parametrize("command", ["learn", "clean"])
def test_where_nothing_tells_the_site_it_is_said_and_what_to_do(tmp_path: Path, command: str) -> None:
    (tmp_path / "crawl").mkdir()
    crawl, options = pages_without_address(tmp_path / "crawl"), ["--learn"] * (command == "clean")
    ran = cleaner(command, crawl, "-o", tmp_path / "new", *options)
    (said,) = [line for line in ran.err.splitlines() if "nothing recurs" in line]
    assert "nothing tells the site of 4 documents: put the files of each site into a folder" in said


def test_the_name_of_its_site_tells_the_site_of_a_page_without_address(tmp_path: Path) -> None:
    pages_without_address(tmp_path, "<meta property='og:site_name' content='Hollin Courier'>")
    learned = cleaner("learn", *tmp_path.glob("*.html"), "-o", tmp_path / "p")
    assert "1 line on 1 site recur in 4 documents" in learned.err and "nothing" not in learned.err
    done = cleaner("clean", tmp_path / "2.html", "--profile", tmp_path / "p")
    assert done.out == BODIES[2] + "\n"


def test_documents_of_no_site_beside_others_are_said(crawl: Path, tmp_path: Path) -> None:
    (crawl / "alone.txt").write_text(BODIES[0])
    ran = cleaner("learn", crawl, "-o", tmp_path / "p")
    assert "cleaner: nothing tells the site of 1 document: " in ran.err and "nothing recurs" not in ran.err


def test_too_few_documents_of_a_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a.txt").write_text(BODIES[0])
    assert "no site has three documents" in cleaner("learn", tmp_path, "-o", tmp_path / "p").err


def test_both_passes_in_one_run(crawl: Path, tmp_path: Path) -> None:
    profile, out, other = tmp_path / "site.profile", tmp_path / "out", tmp_path / "other"
    ran = cleaner("clean", crawl, "-o", out, "--learn", "--workers", "2")
    assert ran.code == 0 and "first pass" in ran.err
    cleaner("learn", crawl, "-o", profile)
    cleaner("clean", crawl, "-o", other, "--profile", profile)
    assert (out / "learned.profile").read_bytes() == profile.read_bytes()
    for name in ("manifest.jsonl", "corpus/hollin/0.txt", "records/part-00000.jsonl.zst"):
        assert (out / name).read_bytes() == (other / name).read_bytes()
    assert "nothing is left to do" in cleaner("clean", crawl, "-o", out, "--learn").err


def test_what_cannot_be_read_twice_is_refused(crawl: Path, tmp_path: Path) -> None:
    for args in (["-", "-o", tmp_path / "out"], [crawl], [crawl, "-o", tmp_path / "out", "--profile", "x"]):
        refused = cleaner("clean", *args, "--learn", stdin=NOTICE)
        assert refused.code == 2 and "--learn" in refused.err
    assert not (tmp_path / "out").exists()


def test_versions_of_one_page_are_said_to_be_the_reason_for_an_empty_profile(tmp_path: Path) -> None:
    folder = tmp_path / "crawl" / "hollin"
    folder.mkdir(parents=True)
    for number in range(4):
        (folder / f"{number}.txt").write_text(BODIES[0])
    assert "3 documents left out" in cleaner("learn", tmp_path / "crawl", "-o", tmp_path / "p").err
