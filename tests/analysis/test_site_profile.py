"""What recurs on a site: counted once a document, forgotten when rare, always the same file."""

from __future__ import annotations

import pytest

from cleaner.analysis.site_profile import Learner, Profile, ProfileError, parse_profile, site_of
from cleaner.document import Document
from cleaner.pipeline import clean

NOTICE = "The Hollin Courier is a member of the valley press council"


def learned(documents: int = 6, folder: str = "hollin") -> Profile:
    learner = Learner()
    for n in range(documents):
        own = f"paragraph number {'i' * n} of its own that is long enough to be told apart from any other one"
        learner.add(f"{folder}/{n}", None, [(own, 18.0), (NOTICE.lower(), 11.0)])
    return learner.profile()


@pytest.mark.parametrize(
    ("doc_id", "url", "site"),
    [
        ("a/b/c.txt", None, "a/b"),
        ("c.txt", None, ""),
        ("7", "https://www.hollin.example/x", "hollin.example"),
        ("https://hollin.example/x", None, "hollin.example"),
        ("7", "http://[broken", ""),
    ],
)
def test_the_site_of_a_document(doc_id: str, url: str | None, site: str) -> None:
    assert site_of(doc_id, url) == site
    assert site_of(doc_id, url, " Hollin Courier ") == site or "hollin courier"  # the last thing to ask


def test_a_line_of_many_documents_recurs_and_goes_only_on_its_site() -> None:
    profile = learned()
    raw = f"The hut is closed.\n{NOTICE}\nIts roof flew away in the night, said the keeper."
    assert NOTICE not in clean(Document("hollin/9", raw), profile=profile).text
    assert clean(Document("elsewhere/9", raw), profile=profile).text == raw
    assert clean(Document("hollin/9", raw)).text == raw


def test_two_documents_are_too_few() -> None:
    assert not learned(documents=2).sites


def test_versions_of_one_document_are_one() -> None:
    learner = Learner()
    for n in range(6):
        learner.add(f"hollin/{n}", None, [("one long paragraph that every version of the text holds", 14.0)])
    assert not learner.profile().sites


def test_notices_are_learned_beside_paragraphs_of_their_own_and_numbers_are_not() -> None:
    learner = Learner()
    notices = [
        f"{word} notice that is as long as any paragraph of the page and says nothing new" for word in "ab"
    ]
    for n in range(12):
        own = [f"paragraph {'i' * n}{k} of its own that is long enough to be told from others" for k in "xy"]
        learner.add(f"hollin/{n}", None, [(line, 14.0) for line in (*notices, *own)] + [("0", 1.0)])
    assert set(learner.profile().sites["hollin"].document_counts) == set(notices)


def test_headings_and_cells_stay() -> None:
    learner = Learner()
    for n in range(12):
        learner.add(f"hollin/{n}", None, [("results", 1.0), ("oak", 1.0), (NOTICE.lower(), 11.0)])
    table = "<table><tr><td>Oak</td><td>5</td></tr></table>"
    page = f"<h2>Results</h2><p>The hut is closed.</p>{table}<p>{NOTICE}</p>"
    done = clean(Document("hollin/9", page, "html"), profile=learner.profile())
    assert [cut.code for cut in done.removed if cut.code == "site-line"] == ["site-line"]


def test_odd_names_and_what_has_no_site() -> None:
    learner = Learner()
    for n in range(4):
        for folder in ("caf\udce9/", ""):
            learner.add(f"{folder}{n}", None, [("a \udce9 line of the site", 6.0)])
    profile = parse_profile(learner.profile().dump())
    assert list(profile.sites) == ["caf\\udce9"]
    assert profile.for_document("caf\udce9/7", None) and profile.for_document("7", None) is None


def test_a_profile_comes_back_from_its_file() -> None:
    profile = learned()
    assert parse_profile(profile.dump()) == profile
    assert parse_profile(profile.dump()).digest == learned().digest


@pytest.mark.parametrize("data", [b"", b"{}\n", b"nonsense", b'{"format":"cleaner-profile","version":99}\n'])
def test_what_is_no_profile_says_so(data: bytes) -> None:
    with pytest.raises(ProfileError, match="learn"):
        parse_profile(data)


def test_a_cut_off_profile_says_so() -> None:
    with pytest.raises(ProfileError, match="cut off"):
        parse_profile(learned().dump().split(b"\n")[0] + b"\n")


def test_memory_is_bounded_by_forgetting_rare_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.analysis.site_profile.LOSSY_BUCKET_DOCUMENTS", 10)
    learner = Learner()
    for n in range(200):
        learner.add(f"hollin/{n}", None, [(f"line {n:b}".replace("1", "i"), 2.0), (NOTICE, 11.0)])
    assert len(learner._sites["hollin"].line_counts) < 60
    assert learner.profile().sites["hollin"].document_counts == {NOTICE: 200}
