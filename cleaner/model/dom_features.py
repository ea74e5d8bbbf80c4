"""Where a block stands in its page: ancestors, class and id words, containers, links, the witness's vote.

Only HTML has these. Classes and ids are read as words and grouped by what page authors call things; one group
for each thing that pages hold beside an article, and two for the article itself.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.document import Block, tag_of
from cleaner.model.text_features import Columns, Windows, padded, running, signed_log
from cleaner.model.tokenize import Floats, Ints

Path = tuple[str, ...]
Key = TypeVar("Key", bound=Hashable)

TAGS = (
    "p", "li", "div", "span", "a", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dd",
    "dt", "figcaption", "label", "button", "option", "article", "section", "summary", "caption", "address",
)  # fmt: skip
ABOVE = (
    "nav", "header", "footer", "aside", "article", "main", "section", "form", "ul", "ol", "table", "figure",
    "blockquote", "dl", "a", "noscript", "details",
)  # fmt: skip
# what authors of pages call things, as starts of words in classes and ids
CALLED: dict[str, str] = {
    "content": "content contents entry story body text article articlebody storybody postbody prose richtext"
    " markdown wysiwyg editor hentry paragraph",
    "post": "post blog news page main single detail details primary maincontent",
    "comment": "comment comments commentlist disqus reply replies respond discussion discuss thread reader"
    " readers review reviews feedback",
    "related": "related recommend recommended recommendation recommendations more moreon similar also popular"
    " trending latest recent readnext next prev previous teaser teasers card cards promo outbrain taboola"
    " mostread most sponsored headlines suggested suggestions rail carousel slider tile",
    "share": "share sharing social socials follow facebook twitter addthis sharedaddy whatsapp tweet like"
    " buttons",
    "menu": "nav navigation navbar menu menus breadcrumb breadcrumbs topbar toolbar tabs tab links sitemap"
    " pagination pager skip header masthead mega dropdown submenu",
    "footer": "footer foot copyright legal bottom colophon disclaimer",
    "side": "sidebar side aside widget widgets module right left secondary sidecol column",
    "ad": "ad ads advert advertisement advertising adsense banner dfp gpt sponsor adslot partner affiliate",
    "meta": "meta byline author authors date time timestamp published posted dateline info tags tag category"
    " categories bio profile credit source kicker postmeta entrymeta",
    "caption": "caption captions wpcaption figure image img photo photos gallery media video embed credits"
    " thumb thumbnail picture",
    "title": "title headline heading subtitle dek deck standfirst subhead excerpt summary lead",
    "join": "newsletter subscribe subscription signup sign login register form search popup modal overlay"
    " cookie cookies consent gdpr paywall membership alert notice",
    "shop": "product products price cart shop buy item items listing listings grid results result row",
}
_WORDS = {word: group for group, words in CALLED.items() for word in words.split()}
_SPLIT = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
GROUPS = tuple(CALLED)
LEVELS = 7  # a class further up than this says little about the block
HOLDS = 0.7  # share of the page's prose that makes an ancestor the main container


@lru_cache(maxsize=50_000)
def groups_of(step: str) -> tuple[int, ...]:
    """The groups that an element's classes and id name, by number."""
    rest = step[len(tag_of(step)) :]
    if not rest:
        return ()
    named = {_WORDS.get(word.lower()) for word in _SPLIT.split(rest) if word}
    return tuple(i for i, group in enumerate(GROUPS) if group in named)


@cache
def place_names() -> list[str]:
    """The names of the rows of `place_columns`."""
    one = np.ones(1)
    return place_columns([Block(0, "x", path=("p",))], None, one, one)[1]


@lru_cache(maxsize=50_000)
def profile(path: Path) -> tuple[float, ...]:
    """What the ancestors alone say: how near each group and each telling tag is, 0 for none."""
    near = [0.0] * (len(GROUPS) + len(ABOVE))
    for up, step in enumerate(reversed(path)):
        closeness = 1.0 / (1.0 + up)
        for group in groups_of(step) if up < LEVELS else ():
            near[group] = near[group] or closeness
        tag = tag_of(step)
        if tag in ABOVE:
            at = len(GROUPS) + ABOVE.index(tag)
            near[at] = near[at] or closeness
    return tuple(near)


def place_columns(
    blocks: Sequence[Block],
    votes: Sequence[float] | None,
    words: NDArray[np.float64],
    prose: NDArray[np.float64],
) -> tuple[Floats, list[str]]:
    """A matrix features x blocks and the names of its rows. `votes` is the share of each block that the
    witness holds, None without one; `words` and `prose` are those of the text features."""
    n = len(blocks)
    cols, windows = Columns(n), Windows(n)
    links = np.array([block.link_density for block in blocks])
    paths = _paths(blocks)
    _own(blocks, paths, links, cols)
    near = np.array([profile(path) for path in paths.distinct], np.float32)[paths.which].reshape(n, -1)
    for i, name in enumerate((*GROUPS, *ABOVE)):
        cols.add(f"near {name}", near[:, i])
    _gaps(blocks, cols)
    _steps(paths, cols)
    for reach in (2, 6):
        size = np.maximum(windows.sums(running(words), reach, reach), 1)
        cols.add(f"links within {reach}", windows.sums(running(links * words), reach, reach) / size)
    measures = Measures(words, prose, links)
    _containers(paths, measures, cols)
    _like(paths, measures, cols)
    _main(paths, prose, cols)
    _voted(votes, words, windows, cols)
    return cols.matrix(), cols.names


class Paths(NamedTuple):
    """The paths of a page's blocks, of which many are alike: the different ones in the order in which they
    come, which of them each block has, how long it is, and how many steps the next block's shares with it."""

    distinct: list[Path]
    which: Ints
    depth: Ints
    shared: Ints


def _paths(blocks: Sequence[Block]) -> Paths:
    distinct, which = numbered([block.path for block in blocks])
    depth = np.array([len(path) for path in distinct], np.int64)[which]
    shared = [common(a.path, b.path) for a, b in pairwise(blocks)]
    return Paths(distinct, which, depth, np.array(shared, np.int64))


def _own(blocks: Sequence[Block], paths: Paths, links: NDArray[np.float64], cols: Columns) -> None:
    tags = {tag: i + 1 for i, tag in enumerate(TAGS)}
    alike = {block.path: block for block in blocks}.values()  # one for each of the different paths
    cols.add("links", links)
    cols.add("heading", np.array([block.heading for block in blocks]))
    cols.add("hidden", np.array([block.hidden for block in blocks]))
    cols.add("cell", np.array([block.table_row >= 0 for block in blocks]))
    tag = np.array([tags.get(block.tag, 0) for block in alike])[paths.which]
    cols.add("tag", tag)
    cols.add("paragraph tag", tag == tags["p"])
    cols.add("preformatted", np.array([block.preformatted for block in alike])[paths.which])
    cols.add("depth", paths.depth)
    cols.add("inner markup", np.log1p([max(len(block.raw) - len(block.text), 0) for block in blocks]))


def _gaps(blocks: Sequence[Block], cols: Columns) -> None:
    """How much markup stands between a block and the next: pieces of a page lie further apart than
    paragraphs."""
    gap = np.log1p([max(b.start - a.end, 0) for a, b in pairwise(blocks)])
    cols.add("gap above", np.concatenate(([8.0], gap)))
    cols.add("gap below", np.concatenate((gap, [8.0])))


def common(a: Path, b: Path) -> int:
    """How many steps from the root two paths share."""
    if a == b:
        return len(a)
    shared = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        shared += 1
    return shared


def _steps(paths: Paths, cols: Columns) -> None:
    """How many levels lie between a block and the one before, up and down."""
    depth, shared = paths.depth, paths.shared
    cols.add("levels up from above", np.concatenate(([9], depth[:-1] - shared)))
    cols.add("levels down from above", np.concatenate(([9], depth[1:] - shared)))
    cols.add("levels up to below", np.concatenate((depth[:-1] - shared, [9])))


def _sums(key: Ints, value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(key, weights=value)[key], np.float64)


def numbered(keys: Sequence[Key]) -> tuple[list[Key], Ints]:
    """The different keys in the order in which they come, and which of them each is: a page has many more
    blocks than paths."""
    known: dict[Key, int] = {}
    which = [known.setdefault(key, len(known)) for key in keys]
    return list(known), np.array(which, np.int64)


def _stretches(paths: Paths, up: int) -> Ints:
    """A number for each run of neighbours with one path but for the last steps: the nearest thing to the
    element itself."""
    length = np.minimum(np.maximum(paths.depth - up, 1), paths.depth)
    change = (length[1:] != length[:-1]) | (paths.shared < length[1:])
    return np.concatenate(([0], np.cumsum(change)))


class Measures(NamedTuple):
    """Of each block: how many words, how many of them are prose, the share in links."""

    words: NDArray[np.float64]
    prose: NDArray[np.float64]
    links: NDArray[np.float64]


def _statistics(name: str, key: Ints, of: Measures, cols: Columns) -> None:
    """What a group of blocks is like as a whole."""
    size = np.maximum(_sums(key, of.words), 1.0)
    held = _sums(key, of.prose)
    cols.add(f"{name}: blocks", np.log1p(_sums(key, np.ones(len(key)))))
    cols.add(f"{name}: words", np.log1p(size))
    cols.add(f"{name}: prose", held / size)
    cols.add(f"{name}: links", _sums(key, of.links * of.words) / size)
    cols.add(f"{name}: of page", held / max(1.0, float(of.prose.sum())))


def _containers(paths: Paths, of: Measures, cols: Columns) -> None:
    for up in (1, 2, 3, 5):
        _statistics(f"{up} up", _stretches(paths, up), of, cols)


def _like(paths: Paths, of: Measures, cols: Columns) -> None:
    """Blocks under the same names anywhere on the page, by all steps and by the last two."""
    _statistics("same path", paths.which, of, cols)
    ends = numbered([path[-2:] for path in paths.distinct])[1]
    _statistics("same end", ends[paths.which], of, cols)


def _main_path(paths: Paths, prose: NDArray[np.float64]) -> Path:
    """The path of the deepest element that holds most of the prose."""
    inside: list[tuple[Path, float]] = [
        (paths.distinct[which], size) for which, size in zip(paths.which, prose.tolist(), strict=True)
    ]
    total, level = float(prose.sum()), 0
    while True:
        held: dict[str, float] = {}
        for path, size in inside:
            if len(path) > level:
                held[path[level]] = held.get(path[level], 0.0) + size
        best = max(held, key=lambda step: held[step], default=None)
        if best is None or held[best] < HOLDS * total or not total:
            return inside[0][0][:level]
        inside = [one for one in inside if len(one[0]) > level and one[0][level] == best]
        level += 1


def _main(paths: Paths, prose: NDArray[np.float64], cols: Columns) -> None:
    """How far a block is from the deepest element that holds most of the prose."""
    main = _main_path(paths, prose)
    level = len(main)
    shared = np.array([common(path, main) for path in paths.distinct])[paths.which]
    cols.add("levels to main", level - shared)
    cols.add("levels below main", paths.depth - shared)
    at = np.flatnonzero(shared == level)
    here = np.arange(len(shared))
    first, last = (int(at[0]), int(at[-1])) if len(at) else (0, len(here) - 1)
    cols.add("blocks from main", signed_log(np.minimum(here - first, 0) + np.maximum(here - last, 0)))


def _voted(
    votes: Sequence[float] | None, words: NDArray[np.float64], windows: Windows, cols: Columns
) -> None:
    """The witness: -1 everywhere where it has no say."""
    n = len(words)
    asked = votes is not None
    vote = np.array(votes if votes is not None else [-1.0] * n, np.float64)
    cols.add("vote", vote)
    wide = padded(vote, 2, -1)
    for by in (-2, -1, 1, 2):
        cols.add(f"vote {abs(by)} {'above' if by < 0 else 'below'}", wide[2 + by : 2 + by + n])
    for reach in (3, 8):
        size = np.maximum(windows.sums(running(words + 0.5), reach, reach), 0.5)
        cols.add(f"vote within {reach}", windows.sums(running(vote * (words + 0.5)), reach, reach) / size)
    total = max(1.0, float(words.sum()))
    cols.add("voted share", float((vote * words).sum()) / total if asked else -1.0)
    cols.add("voted words", float(np.log1p((vote.clip(0) * words).sum())) if asked else -1.0)
    voted = np.flatnonzero(vote >= 0.5)
    here = np.arange(n)
    first, last = (int(voted[0]), int(voted[-1])) if len(voted) else (0, n - 1)
    cols.add("blocks from voted", signed_log(np.minimum(here - first, 0) + np.maximum(here - last, 0)))
