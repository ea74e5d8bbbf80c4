"""Players and galleries in the middle of a flattened article: the lines of one box, told by its signs.

A box stands between two paragraphs. A player shows how long its film is, the label `Video`, the title twice;
a gallery its number of pictures, its place among them, the labels of its buttons.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, true_runs
from cleaner.analysis.line_types import memoized

# A player's box is short: length, title, label, title once more, a credit.
MAX_PLAYER_LINES = 8
MIN_TITLE_WORDS = 2
# Below its signs a title and a credit.
MAX_LINES_TO_CREDIT = 2
# Longer lines of a box are a credit or a caption at most; of these few have the look of prose.
MAX_LABEL_WORDS = 4
MAX_CREDIT_WORDS = 30
# So many signs make a gallery: the number of its pictures or the place of one, and a button.
MIN_GALLERY_SIGNS = 2
MIN_GALLERY_LINES = 3
# Its captions are cut short or are no sentences: so large a part of its lines, at the least.
MIN_UNENDED_SHARE = 0.7
# Beyond that many lines for each picture that the box counts it is no box.
MAX_LINES_PER_PICTURE = 3
MIN_PICTURES = 3
MAX_PICTURES = 300
_DURATION = re.compile(r"\W*(?:\d{1,2}:)?\d{1,2}:\d\d(?:\s?min\.?)?\W*")
_VIDEO_LABEL = re.compile(
    r"\W*(?:videos?|vídeos?|vidéos?|wideo|видео|відео|βιντεο|video ansehen|zum video|video abspielen"
    r"|(?:watch|play)(?: (?:the |this )?(?:video|now))?|(?:ver|reproducir) (?:el )?v[ií]deo"
    r"|(?:voir|lire|regarder) la vidéo|смотреть(?: видео)?|воспроизвести видео|δειτε το βιντεο"
    r"|视频|視頻|影片|播放(?:视频|影片|視頻)?|观看视频|動画(?:を(?:見る|再生))?|동영상|영상|فيديو|ویدیو|וידאו|izle|videó)\W*"
)
_PICTURES = (
    r"(?:photos?|images?|pictures?|slides?|bilder|fotos?|fotografien|photographies|imágenes|imagens|immagini"
    r"|zdjęć|zdjęcia|фото|фотографи[йия]|снимк(?:ов|а)|φωτογραφιεσ|εικονεσ|张图片|張圖片|张照片|張照片|张|張|枚|장)"
)
_COUNT = re.compile(rf"\W*(\d{{1,3}})\s?{_PICTURES}\W*")
_PLACE = re.compile(
    r"(?:^|.*\D)(\d{1,3})\s?(?:/|of|von|de|sur|di|van|из|απο|z|ze|av|af|／)\s?(\d{1,3})\W*(?:\||$)", re.DOTALL
)


@memoized
def player_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines of players between the paragraphs of a text."""
    found: set[int] = set()
    for stretch in _stretches(blocks):
        if len(stretch) <= MAX_PLAYER_LINES:
            found.update(_player(blocks, stretch))
    return frozenset(found)


@memoized
def gallery_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines of galleries between the paragraphs of a text."""
    signs = _gallery_signs(blocks)
    found: set[int] = set()
    for stretch in _gallery_stretches(blocks, signs):
        box = [i for i in stretch if i in signs]
        lines = range(box[0], box[-1] + 1)
        if _is_gallery(blocks, lines, signs):
            found.update(lines)
            found.update(i for i in (lines.start - 1, lines.stop) if _is_box_title(blocks, i, lines))
    return frozenset(found)


def _stretches(blocks: BlockIndex) -> list[range]:
    """The rows of lines that are no paragraphs and no sentences, each between two paragraphs."""
    if not blocks.prose_range:
        return []
    is_paragraph = layout_of(blocks).is_paragraph
    article = blocks.prose_range
    flags = [i in article and not is_paragraph[i] and not blocks.ends_sentence[i] for i in range(len(blocks))]
    return [*true_runs(flags)]


def _player(blocks: BlockIndex, stretch: range) -> Sequence[int]:
    """The lines of a player in a stretch: from the first of its signs to the last, and a credit below."""
    durations = [i for i in stretch if _DURATION.fullmatch(blocks.texts[i])]
    labels = [i for i in stretch if _VIDEO_LABEL.fullmatch(blocks.folded[i])]
    words = [i for i in stretch if blocks.words[i] >= MIN_TITLE_WORDS and i not in durations]
    counts = Counter(blocks.templates[i] for i in words)
    titles = [i for i in words if counts[blocks.templates[i]] > 1]
    if bool(durations) + bool(labels) + bool(titles) < 2 or not (durations or labels):
        return ()
    signs = sorted({*durations, *labels, *titles})
    below = range(signs[-1] + 1, min(signs[-1] + 1 + MAX_LINES_TO_CREDIT, stretch.stop))
    return range(signs[0], max([signs[-1], *(k for k in below if _is_credit(blocks, k))]) + 1)


@memoized
def _credit_lines(blocks: BlockIndex) -> frozenset[int]:
    return frozenset(hit.block for hit in blocks.phrase_hits("caption"))


def _is_credit(blocks: BlockIndex, i: int) -> bool:
    """Whether a line of a box says whose film it is: no sentence, longer than a heading or with an arrow."""
    text = blocks.texts[i].rstrip()
    return blocks.words[i] <= MAX_CREDIT_WORDS and (
        i in _credit_lines(blocks) or text.endswith(("»", "›", "→", "▶"))
    )


def _gallery_signs(blocks: BlockIndex) -> dict[int, int]:
    """The lines that are signs of a gallery: how many pictures each says that there are, 0 for a button."""
    if not blocks.prose_range:
        return {}
    signs = {i: 0 for i in blocks.phrase_only_blocks("widget") if blocks.words[i] <= MAX_LABEL_WORDS}
    for i in blocks.prose_range:
        if not blocks.has_digit[i] or blocks.words[i] > MAX_CREDIT_WORDS:
            continue
        if blocks.ends_sentence[i] or layout_of(blocks).is_paragraph[i]:
            continue
        count, place = _COUNT.fullmatch(blocks.folded[i]), _PLACE.match(blocks.folded[i])
        if count:
            signs[i] = int(count[1])
        elif place and int(place[1]) <= int(place[2]):
            signs[i] = int(place[2])
    return {i: n for i, n in signs.items() if i in blocks.prose_range}


def _gallery_stretches(blocks: BlockIndex, signs: dict[int, int]) -> list[range]:
    """Rows of lines that are no paragraphs; a caption beside a sign belongs to a row, however long."""
    if len(signs) < MIN_GALLERY_SIGNS:
        return []
    is_paragraph = layout_of(blocks).is_paragraph
    flags = [
        i in blocks.prose_range
        and (not is_paragraph[i] or (not blocks.ends_sentence[i] and (i - 1 in signs or i + 1 in signs)))
        for i in range(len(blocks))
    ]
    return [row for row in true_runs(flags) if sum(i in signs for i in row) >= MIN_GALLERY_SIGNS]


def _is_gallery(blocks: BlockIndex, lines: range, signs: dict[int, int]) -> bool:
    """Whether the lines from the first sign to the last are those of one gallery."""
    totals = Counter(signs[i] for i in lines if signs.get(i))
    if not totals or len({blocks.templates[i] for i in lines if i in signs}) < MIN_GALLERY_SIGNS:
        return False
    n_pictures = totals.most_common(1)[0][0]
    unended = sum(not blocks.ends_sentence[i] for i in lines)
    return (
        MIN_PICTURES <= n_pictures <= MAX_PICTURES
        and len(lines) >= MIN_GALLERY_LINES
        and len(lines) <= MAX_LINES_PER_PICTURE * n_pictures + MIN_GALLERY_LINES
        and unended >= MIN_UNENDED_SHARE * len(lines)
    )


def _is_box_title(blocks: BlockIndex, i: int, lines: range) -> bool:
    """Whether the line beside a gallery is its title: it stands on the other side, or inside, as well."""
    if not 0 <= i < len(blocks) or blocks.ends_sentence[i] or layout_of(blocks).is_paragraph[i]:
        return False
    around = [k for k in range(max(0, lines.start - 1), min(lines.stop + 1, len(blocks))) if k != i]
    return any(blocks.templates[k] == blocks.templates[i] for k in around)
