"""Features of a block from its place in an HTML page: ancestors, words of classes and ids, containers, links,
overlap with the reference text.

Classes and ids are split into words, grouped by what page authors call things: one group for each thing that
pages hold beside an article, and two for the article itself.
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
from cleaner.model.text_features import FeatureRows, Windows, pad, prefix_sums, signed_log
from cleaner.model.tokenize import Floats, Ints

DomPath = tuple[str, ...]
Key = TypeVar("Key", bound=Hashable)

BLOCK_TAGS = (
    "p", "li", "div", "span", "a", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dd",
    "dt", "figcaption", "label", "button", "option", "article", "section", "summary", "caption", "address",
)  # fmt: skip
ANCESTOR_TAGS = (
    "nav", "header", "footer", "aside", "article", "main", "section", "form", "ul", "ol", "table", "figure",
    "blockquote", "dl", "a", "noscript", "details",
)  # fmt: skip
# What authors of pages call things: whole words of classes and ids, by group.
CLASS_WORDS: dict[str, str] = {
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
_GROUP_OF_WORD = {word: group for group, words in CLASS_WORDS.items() for word in words.split()}
_WORD_BREAK = re.compile(r"[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
CLASS_GROUPS = tuple(CLASS_WORDS)
MAX_CLASS_LEVELS = 7  # a class further up than this says little about the block
MAIN_CONTAINER_SHARE = 0.7  # the main container is the deepest element with this share of the page's prose


@lru_cache(maxsize=50_000)
def class_groups_of(step: str) -> tuple[int, ...]:
    """The numbers of the groups that an element's classes and id name."""
    names = step[len(tag_of(step)) :]
    if not names:
        return ()
    found_groups = {_GROUP_OF_WORD.get(word.lower()) for word in _WORD_BREAK.split(names) if word}
    return tuple(i for i, group in enumerate(CLASS_GROUPS) if group in found_groups)


@lru_cache(maxsize=50_000)
def _ancestor_columns(step: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where `ancestor_features` counts an element: for the groups it names, and for its tag, if it does."""
    tag = tag_of(step)
    tags = (len(CLASS_GROUPS) + ANCESTOR_TAGS.index(tag),) if tag in ANCESTOR_TAGS else ()
    return class_groups_of(step), tags


@cache
def dom_feature_names() -> list[str]:
    """The names of the rows of `dom_features`."""
    one = np.ones(1)
    return dom_features([Block(0, "x", path=("p",))], None, one, one)[1]


@lru_cache(maxsize=50_000)
def ancestor_features(path: DomPath) -> tuple[float, ...]:
    """How near the nearest element of each group and of each of ANCESTOR_TAGS is, going up from the block's
    own: 1 for that, 1/2 for its parent, 1/3 for the next, 0 for none."""
    near = [0.0] * (len(CLASS_GROUPS) + len(ANCESTOR_TAGS))
    for up, step in enumerate(reversed(path)):
        closeness = 1.0 / (1.0 + up)
        groups, tags = _ancestor_columns(step)
        for column in (*groups, *tags) if up < MAX_CLASS_LEVELS else tags:
            near[column] = near[column] or closeness
    return tuple(near)


def dom_features(
    blocks: Sequence[Block],
    overlaps: Sequence[float] | None,
    words: NDArray[np.float64],
    prose: NDArray[np.float64],
) -> tuple[Floats, list[str]]:
    """A matrix features x blocks and the names of its rows.

    `overlaps` is the share of each block that the reference text holds, None without one; `words` and `prose`
    are the numbers of words and of words of prose, as the text features count them.
    """
    n = len(blocks)
    rows, windows = FeatureRows(n), Windows(n)
    link_density = np.array([block.link_density for block in blocks])
    paths = _index_paths(blocks)
    _block_features(blocks, paths, link_density, rows)
    ancestor_rows = np.array([ancestor_features(path) for path in paths.distinct], np.float32)[
        paths.path_of_block
    ].reshape(n, -1)
    for i, name in enumerate((*CLASS_GROUPS, *ANCESTOR_TAGS)):
        rows.add(f"near {name}", ancestor_rows[:, i])
    _gap_features(blocks, rows)
    _level_features(paths, rows)
    for reach in (2, 6):
        window_words = np.maximum(windows.sums(prefix_sums(words), reach, reach), 1)
        rows.add(
            f"links within {reach}",
            windows.sums(prefix_sums(link_density * words), reach, reach) / window_words,
        )
    measures = BlockMeasures(words, prose, link_density)
    _container_features(paths, measures, rows)
    _same_path_features(paths, measures, rows)
    _main_container_features(paths, prose, rows)
    _overlap_features(overlaps, words, windows, rows)
    return rows.matrix(), rows.names


class PathIndex(NamedTuple):
    """The DOM paths of a page's blocks, of which many are equal.

    Attributes:
        distinct: the different paths, in the order in which they come.
        path_of_block: for each block the index of its path among them.
        depth: for each block the number of steps of its path.
        shared_with_next: for each block but the last, how many steps from the root the next one shares.
    """

    distinct: list[DomPath]
    path_of_block: Ints
    depth: Ints
    shared_with_next: Ints


def _index_paths(blocks: Sequence[Block]) -> PathIndex:
    distinct, path_of_block = unique_index([block.path for block in blocks])
    depth = np.array([len(path) for path in distinct], np.int64)[path_of_block]
    shared_with_next = [common_prefix_length(a.path, b.path) for a, b in pairwise(blocks)]
    return PathIndex(distinct, path_of_block, depth, np.array(shared_with_next, np.int64))


def _block_features(
    blocks: Sequence[Block], paths: PathIndex, link_density: NDArray[np.float64], rows: FeatureRows
) -> None:
    tag_numbers = {tag: i + 1 for i, tag in enumerate(BLOCK_TAGS)}
    examples = {block.path: block for block in blocks}.values()  # one for each of the different paths
    rows.add("links", link_density)
    rows.add("heading", np.array([block.heading for block in blocks]))
    rows.add("hidden", np.array([block.hidden for block in blocks]))
    rows.add("cell", np.array([block.table_row >= 0 for block in blocks]))
    tag_of_block = np.array([tag_numbers.get(block.tag, 0) for block in examples])[paths.path_of_block]
    rows.add("tag", tag_of_block)
    rows.add("paragraph tag", tag_of_block == tag_numbers["p"])
    rows.add("preformatted", np.array([block.preformatted for block in examples])[paths.path_of_block])
    rows.add("depth", paths.depth)
    rows.add("inner markup", np.log1p([max(len(block.raw) - len(block.text), 0) for block in blocks]))


def _gap_features(blocks: Sequence[Block], rows: FeatureRows) -> None:
    """How much markup lies between a block and the next: sections of a page are further apart than
    paragraphs."""
    gap = np.log1p([max(b.start - a.end, 0) for a, b in pairwise(blocks)])
    rows.add("gap above", np.concatenate(([8.0], gap)))
    rows.add("gap below", np.concatenate((gap, [8.0])))


def common_prefix_length(a: DomPath, b: DomPath) -> int:
    """How many steps from the root two paths share."""
    if a == b:
        return len(a)
    shared = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        shared += 1
    return shared


def _level_features(paths: PathIndex, rows: FeatureRows) -> None:
    """How many levels lie between a block and the one before, up and down."""
    depth, shared_with_next = paths.depth, paths.shared_with_next
    rows.add("levels up from above", np.concatenate(([9], depth[:-1] - shared_with_next)))
    rows.add("levels down from above", np.concatenate(([9], depth[1:] - shared_with_next)))
    rows.add("levels up to below", np.concatenate((depth[:-1] - shared_with_next, [9])))


def _sums_by_key(key: Ints, value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(key, weights=value)[key], np.float64)


def unique_index(keys: Sequence[Key]) -> tuple[list[Key], Ints]:
    """The distinct keys in the order in which they come, and the index of each key among them."""
    index_by_key: dict[Key, int] = {}
    index_of_each = [index_by_key.setdefault(key, len(index_by_key)) for key in keys]
    return list(index_by_key), np.array(index_of_each, np.int64)


def _container_numbers(paths: PathIndex, up: int) -> Ints:
    """The number of each block's container: of a run of neighbours whose paths agree but for the last `up`
    steps, which is as near as paths come to the element itself."""
    prefix_length = np.minimum(np.maximum(paths.depth - up, 1), paths.depth)
    is_new = (prefix_length[1:] != prefix_length[:-1]) | (paths.shared_with_next < prefix_length[1:])
    return np.concatenate(([0], np.cumsum(is_new)))


class BlockMeasures(NamedTuple):
    """Per block: number of words, of words of prose, and link density."""

    words: NDArray[np.float64]
    prose_words: NDArray[np.float64]
    link_density: NDArray[np.float64]


def _group_features(name: str, key: Ints, measures: BlockMeasures, rows: FeatureRows) -> None:
    """What a group of blocks is like as a whole."""
    size = np.maximum(_sums_by_key(key, measures.words), 1.0)
    prose_words = _sums_by_key(key, measures.prose_words)
    rows.add(f"{name}: blocks", np.log1p(_sums_by_key(key, np.ones(len(key)))))
    rows.add(f"{name}: words", np.log1p(size))
    rows.add(f"{name}: prose", prose_words / size)
    rows.add(f"{name}: links", _sums_by_key(key, measures.link_density * measures.words) / size)
    rows.add(f"{name}: of page", prose_words / max(1.0, float(measures.prose_words.sum())))


def _container_features(paths: PathIndex, measures: BlockMeasures, rows: FeatureRows) -> None:
    for up in (1, 2, 3, 5):
        _group_features(f"{up} up", _container_numbers(paths, up), measures, rows)


def _same_path_features(paths: PathIndex, measures: BlockMeasures, rows: FeatureRows) -> None:
    """The blocks of the same path anywhere on the page, by all its steps and by the last two."""
    _group_features("same path", paths.path_of_block, measures, rows)
    end_numbers = unique_index([path[-2:] for path in paths.distinct])[1]
    _group_features("same end", end_numbers[paths.path_of_block], measures, rows)


def _main_container_path(paths: PathIndex, prose: NDArray[np.float64]) -> DomPath:
    """The path of the deepest element that holds most of the prose."""
    members: list[tuple[DomPath, float]] = [
        (paths.distinct[path_index], size)
        for path_index, size in zip(paths.path_of_block, prose.tolist(), strict=True)
    ]
    total, level = float(prose.sum()), 0
    while True:
        prose_by_step: dict[str, float] = {}
        for path, size in members:
            if len(path) > level:
                prose_by_step[path[level]] = prose_by_step.get(path[level], 0.0) + size
        best = max(prose_by_step, key=lambda step: prose_by_step[step], default=None)
        if best is None or prose_by_step[best] < MAIN_CONTAINER_SHARE * total or not total:
            return members[0][0][:level]
        members = [member for member in members if len(member[0]) > level and member[0][level] == best]
        level += 1


def _main_container_features(paths: PathIndex, prose: NDArray[np.float64], rows: FeatureRows) -> None:
    """How far a block is from the deepest element that holds most of the prose."""
    container = _main_container_path(paths, prose)
    level = len(container)
    shared_steps = np.array([common_prefix_length(path, container) for path in paths.distinct])[
        paths.path_of_block
    ]
    rows.add("levels to main", level - shared_steps)
    rows.add("levels below main", paths.depth - shared_steps)
    inside = np.flatnonzero(shared_steps == level)
    indices = np.arange(len(shared_steps))
    first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (0, len(indices) - 1)
    rows.add("blocks from main", signed_log(np.minimum(indices - first, 0) + np.maximum(indices - last, 0)))


def _overlap_features(
    overlaps: Sequence[float] | None, words: NDArray[np.float64], windows: Windows, rows: FeatureRows
) -> None:
    """The overlap with the reference text: -1 for every block where there is none."""
    n = len(words)
    has_overlap = overlaps is not None
    overlap = np.array(overlaps if overlaps is not None else [-1.0] * n, np.float64)
    rows.add("vote", overlap)
    padded = pad(overlap, 2, -1)
    for offset in (-2, -1, 1, 2):
        rows.add(
            f"vote {abs(offset)} {'above' if offset < 0 else 'below'}", padded[2 + offset : 2 + offset + n]
        )
    for reach in (3, 8):
        window_words = np.maximum(windows.sums(prefix_sums(words + 0.5), reach, reach), 0.5)
        rows.add(
            f"vote within {reach}",
            windows.sums(prefix_sums(overlap * (words + 0.5)), reach, reach) / window_words,
        )
    total = max(1.0, float(words.sum()))
    rows.add("voted share", float((overlap * words).sum()) / total if has_overlap else -1.0)
    rows.add("voted words", float(np.log1p((overlap.clip(0) * words).sum())) if has_overlap else -1.0)
    covered = np.flatnonzero(overlap >= 0.5)
    indices = np.arange(n)
    first, last = (int(covered[0]), int(covered[-1])) if len(covered) else (0, n - 1)
    rows.add("blocks from voted", signed_log(np.minimum(indices - first, 0) + np.maximum(indices - last, 0)))
