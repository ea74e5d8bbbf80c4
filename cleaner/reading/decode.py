"""Bytes to text that gives the bytes back: `raw.encode(encoding, "surrogateescape") == data`, always.

Candidates are tried in order, the most certain first; one that breaks the law is skipped. The last, UTF-8
with a surrogate for each broken byte, never breaks it.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from cleaner.document import Kind

# By the standard a page declares its charset within the first 1,024 bytes; many do so later.
CHARSET_SEARCH_BYTES = 4096
# Enough to tell text from anything else, and UTF-16 from text.
SNIFF_BYTES = 8192
# charset-normalizer takes about a millisecond a kilobyte.
GUESS_SAMPLE_BYTES = 16_384
# With fewer bytes beyond ASCII its answer is little more than chance: windows-1252 is taken.
MIN_NON_ASCII_BYTES = 24
# It guesses among these: what pages on the web are in, but for those that `ALPHABETS` finds.
GUESSABLE_ENCODINGS = (
    "cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r koi8_u cp866 iso8859_5 iso8859_7"
    " cp932 euc_jp gb18030 big5 cp949"
)
# charset-normalizer takes much French for Hungarian, Polish for French, and Hebrew for Korean. So first: is
# nearly every letter beyond ASCII one of a language that the encoding is for?
ALPHABETS = (
    # French, German, Spanish, Portuguese, Italian, Nordic, Swedish, Dutch, Catalan, Icelandic
    ("windows-1252", "àâçéèêëîïôùûüœæÿ äöüßé áéíóúñü¿¡ºª áâãàçéêíóôõúüºª àèéìòùî æøåéüöä åäöéüà ëïéèöüóáê"),
    ("windows-1252", "àçéèíïóòúü· áðéíóúýþæö"),
    # Polish, Czech and Slovak, Hungarian, Romanian, Croatian and Slovene
    ("cp1250", "ąćęłńóśźż áčďéěíňóřšťúůýžäľĺôŕ áéíóöőúüű ăâîşţ čćđšž"),
    ("iso8859-2", "ąćęłńóśźż áčďéěíňóřšťúůýžäľĺôŕ áéíóöőúüű ăâîşţ čćđšž"),
    ("cp1254", "çğıöşüâî"),
    ("cp1255", "אבגדהוזחטיךכלםמןנסעףפץצקרשת"),
)
NEUTRAL_CHARS = "\xa0“”‘’‚„‹›–—…«»€£°©®•·™§ˆ˜†\ufffd"
MIN_ALPHABET_COVERAGE = 0.97
# A text with more broken bytes than this is in another encoding.
MAX_BROKEN_SHARE = 0.02
# Valid UTF-8 sequences for each broken byte: other encodings hardly reach one in two by chance.
SURE_UTF8_RATIO, LIKELY_UTF8_RATIO = 10, 2
# Bytes no text has, other than a few slips: control characters but tab, line ends, and escape (ISO-2022).
MAX_CONTROL_SHARE = 0.02
# Share of such bytes among the upper ones in UTF-16; the rest are dashes and quotes.
MIN_SMALL_UPPER_SHARE = 0.85

BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Labels by the Python codec that browsers read them as (WHATWG Encoding); without those Python reads alike.
LABELS_OF_CODEC = {
    "windows-1252": "ansi ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 cp1252 x-cp1252"
    " ansi_x3.4-1968 iso-ir-100 x-user-defined",
    "windows-1254": "iso-8859-9 iso8859-9 iso_8859-9 latin5 l5 cp1254",
    "cp874": "windows-874 iso-8859-11 iso8859-11 tis-620 dos-874",
    "gb18030": "gb2312 gb_2312 gb_2312-80 gbk x-gbk chinese cp936 ms936 windows-936 euc-cn",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 uhc",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 big-5",
    "euc_jp": "euc-jp x-euc-jp",
    "utf-8": "utf8 utf-8 unicode-1-1-utf-8 unicode11utf8 x-unicode20utf8 utf-8-sig",
    "utf-16-le": "utf-16 utf16 utf-16le ucs-2 unicode unicodefffe iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefeff",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp866": "dos-866 ibm866 866",
    "iso8859-8": "iso-8859-8-i logical visual",
    "koi8-r": "koi koi8 koi8_r",
    "koi8-u": "koi8-ru",
}
CODEC_OF_LABEL = {label: codec for codec, labels in LABELS_OF_CODEC.items() for label in labels.split()}
# Python has codecs that are no charset of a text (`punycode`, `rot13`); these are.
CHARSET_CODEC = re.compile(
    r"(iso8859|windows-?125\d$|cp\d|koi8|mac|euc|big5|gb|hz$|iso2022|johab|ptcp154|kz1048|tis|shift_jis|utf-(8|16|32)\b)"
)

_META_CHARSET = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{2,40})", re.IGNORECASE
)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_NON_ASCII_BYTES = re.compile(rb"[\x80-\xff]+")
_NON_ASCII_CHARS = re.compile("[^\x00-\x7f]+")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")

MAGIC_BYTES = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xca\xfe\xba\xbe",
    b"SQLite format 3\x00",
    b"\x00asm",
    b"OggS\x00",
    b"ID3\x03",
    b"ID3\x04",
    b"wOFF",
    b"wOF2",
)
_SMALL_UPPER_BYTES = bytes(set(range(16)) - set(b"\t\n\r"))
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b")) + b"\x7f"
_CONTROL_CHARS = dict.fromkeys(_CONTROL_BYTES)


def decode(data: bytes, declared: str | None = None, kind: Kind | None = None) -> tuple[str, str]:
    """The text and its encoding. `declared`: what came with the bytes, as in an HTTP header."""
    for candidate in _candidates(data, declared, kind):
        if candidate is not None and _round_trips(data, *candidate):
            return candidate
    return data.decode("utf-8", "surrogateescape"), "utf-8"


Candidate = tuple[str, str] | None


def _candidates(data: bytes, declared: str | None, kind: Kind | None) -> Iterator[Candidate]:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            yield _decode_tolerant(data, encoding)
    declared_codec = codec_of(declared)
    if declared_codec:
        yield _decode_strict(data, declared_codec)
    yield from (
        _decode_strict(data, encoding)
        for encoding in (_detect_utf16_or_utf32(data), _detect_iso2022(data))
        if encoding
    )
    yield _decode_strict(data, "utf-8")
    yield _decode_utf8(data, SURE_UTF8_RATIO)
    meta_codec = _codec_in_page(data) if kind != "text" else None
    for codec in (declared_codec, meta_codec):
        if codec and codec != "utf-8":  # declared, but not cleanly decodable
            yield _decode_tolerant(data, codec)
    yield _decode_utf8(data, LIKELY_UTF8_RATIO)
    if not looks_binary(data):
        yield from _guesses(data)


def _guesses(data: bytes) -> Iterator[Candidate]:
    codec = _guess_codec(data)
    if codec:
        yield _decode_tolerant(data, codec)
    yield _decode_tolerant(data, "windows-1252")


def _round_trips(data: bytes, raw: str, encoding: str) -> bool:
    """The law."""
    try:
        return raw.encode(encoding, "surrogateescape") == data
    except (UnicodeError, LookupError):
        return False


def codec_of(label: str | None) -> str | None:
    """Python's codec for a label as browsers read it; None for an unknown one."""
    name = (label or "").strip().lower()
    if name in CODEC_OF_LABEL:
        return CODEC_OF_LABEL[name]
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    codec = CODEC_OF_LABEL.get(codec, codec)
    return codec if CHARSET_CODEC.match(codec) and codec not in ("utf-16", "utf-32") else None


def _decode_strict(data: bytes, encoding: str) -> Candidate:
    try:
        return data.decode(encoding), encoding
    except UnicodeError:
        return None


def _decode_tolerant(data: bytes, encoding: str) -> Candidate:
    """With a surrogate for each undecodable byte, if these are few."""
    try:
        raw = data.decode(encoding, "surrogateescape")
    except UnicodeError:
        return None
    if len(_ESCAPED_BYTE.findall(raw)) > MAX_BROKEN_SHARE * len(raw) + 1:
        return None
    if _round_trips(data, raw, encoding):
        return raw, encoding
    return _decode_by_line(data, encoding), encoding


def _decode_by_line(data: bytes, encoding: str) -> str:
    """Some encodings spell a character in two ways, and encode it in one: the other stays escaped bytes."""
    lines = []
    for line in data.split(b"\n"):
        try:
            raw = line.decode(encoding, "surrogateescape")
            lines.append(
                raw if _round_trips(line, raw, encoding) else _decode_by_character(line, raw, encoding)
            )
        except UnicodeError:
            lines.append(line.decode("ascii", "surrogateescape"))
    return "\n".join(lines)


def _decode_by_character(line: bytes, raw: str, encoding: str) -> str:
    out: list[str] = []
    at = 0
    for char in raw:
        encoded = char.encode(encoding, "surrogateescape")
        if line.startswith(encoded, at):
            out.append(char)
            at += len(encoded)
            continue
        size = next((n for n in range(1, 5) if _decodes_to(line[at : at + n], char, encoding)), 1)
        out.append(line[at : at + size].decode("ascii", "surrogateescape"))
        at += size
    return "".join(out)


def _decodes_to(encoded: bytes, char: str, encoding: str) -> bool:
    try:
        return encoded.decode(encoding) == char
    except UnicodeError:
        return False


def _decode_utf8(data: bytes, min_valid_per_broken: int) -> Candidate:
    """UTF-8 with a few broken bytes."""
    raw = data.decode("utf-8", "surrogateescape")
    broken = len(_ESCAPED_BYTE.findall(raw))
    valid = sum(map(len, _NON_ASCII_CHARS.findall(raw))) - broken
    return (raw, "utf-8") if valid >= min_valid_per_broken * broken else None


def _detect_utf16_or_utf32(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, in a script that fills few pages of 256 characters.

    Then the upper bytes are few and small (Latin 0, Cyrillic 0 and 4), control bytes that no text has.
    """
    sample = data[: SNIFF_BYTES - SNIFF_BYTES % 4]
    if len(sample) < 4 or len(sample) == len(sample.translate(None, _CONTROL_BYTES)):
        return None
    pattern = "".join("u" if _is_upper_byte_column(sample[k::4]) else "x" for k in range(4))
    return {"xuxu": "utf-16-le", "uxux": "utf-16-be", "xuuu": "utf-32-le", "uuux": "utf-32-be"}.get(pattern)


def _is_upper_byte_column(column: bytes) -> bool:
    return len(column.translate(None, _SMALL_UPPER_BYTES)) < (1 - MIN_SMALL_UPPER_SHARE) * len(column)


def _detect_iso2022(data: bytes) -> str | None:
    """ISO-2022 is all ASCII bytes; it is known by the escapes that switch the character set."""
    return "iso2022_jp" if b"\x1b$B" in data or b"\x1b$@" in data else None


def _codec_in_page(data: bytes) -> str | None:
    """What a page declares. A declaration that ASCII can read is not in UTF-16."""
    head = _COMMENT.sub(b"", data[:CHARSET_SEARCH_BYTES])
    declaration = _XML_ENCODING.match(head) or _META_CHARSET.search(head)
    codec = codec_of(declaration[1].decode("ascii")) if declaration else None
    return "utf-8" if codec and codec.startswith("utf-") else codec


def _guess_codec(data: bytes) -> str | None:
    first_non_ascii = _NON_ASCII_BYTES.search(data)
    if first_non_ascii is None:
        return None
    start = data.rfind(b"\n", 0, first_non_ascii.start()) + 1
    sample = data[max(start, first_non_ascii.start() - GUESS_SAMPLE_BYTES // 2) :][:GUESS_SAMPLE_BYTES]
    if len(b"".join(_NON_ASCII_BYTES.findall(sample))) < MIN_NON_ASCII_BYTES:
        return None
    if codec := _guess_by_alphabet(sample):
        return codec
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=GUESSABLE_ENCODINGS.split(), enable_fallback=False).best()
    return codec_of(best.encoding) if best else None


def _guess_by_alphabet(sample: bytes) -> str | None:
    shares = [(_alphabet_coverage(sample, *entry), entry[0]) for entry in ALPHABETS]
    share, encoding = max(shares, key=itemgetter(0))  # of equals the first
    return encoding if share >= MIN_ALPHABET_COVERAGE else None


def _alphabet_coverage(sample: bytes, encoding: str, alphabets: str) -> float:
    """Share of the letters beyond ASCII that are in the alphabet that has most of them."""
    text = sample.decode(encoding, "replace").lower()
    letters = Counter(char for char in text if char > "\x7f" and char not in NEUTRAL_CHARS)
    best_count = max(sum(letters[char] for char in set(alphabet)) for alphabet in alphabets.split())
    return best_count / (letters.total() or 1)


# A short text may hold a few NULs that got in on the way and still be a text.
MAX_STRAY_CONTROLS = 8


def looks_binary(data: bytes) -> bool:
    """Whether this is no text: a known file format, or too many control bytes."""
    if data.startswith(MAGIC_BYTES) or data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12].isalpha()):
        return True
    if data.startswith(tuple(bom for bom, _ in BOMS)) or _detect_utf16_or_utf32(data):
        return False
    sample = data[:SNIFF_BYTES]
    return _are_too_many(len(sample) - len(sample.translate(None, _CONTROL_BYTES)), len(sample))


def looks_binary_text(text: str) -> bool:
    """The same of what somebody else has decoded, in whatever charset: control characters stay what they are.

    NULs are left out of account: in UTF-16 that was read as another charset every other character is one.
    """
    sample = text[:SNIFF_BYTES].replace("\0", "")
    n_controls = len(sample) - len(sample.translate(_CONTROL_CHARS))
    return text.startswith("%PDF-") or _are_too_many(n_controls, len(sample))


def _are_too_many(n_controls: int, n_all: int) -> bool:
    return n_controls > MAX_CONTROL_SHARE * n_all and (
        n_controls > MAX_STRAY_CONTROLS or n_controls * 5 > n_all
    )


# -- HTML or text

_PAGE_START = re.compile(
    r"(?:\s|\ufeff|<!--.*?-->|<\?[^>]*>)*+<(?:!doctype\s+html|html|head|body|title|meta\s)\b",
    re.IGNORECASE | re.DOTALL,
)
# A page with something printed before it: warnings of the server, a byte or two.
_PAGE_AFTER_PREAMBLE = re.compile(
    r"\A(?s:.{0,2000})^<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(
    r"<(/?)(a|abbr|article|aside|b|blockquote|body|br|center|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|header"
    r"|hr|i|iframe|img|li|main|nav|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|tr"
    r"|u|ul)(?=[\s/>])[^<>]{0,2000}>",
    re.IGNORECASE,
)
_MARKDOWN_CODE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_MAIL_HEADERS = re.compile(r"\A(?:(?:From |[A-Z][A-Za-z-]+: )[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n")
# Start of the text that decides between a fragment of a page and a text with a few tags in it.
SNIFF_CHARS = 20_000


def guess_kind(text: str) -> Kind:
    """A page or a piece of one, or text; a text that mentions tags, a Markdown file, an e-mail are text."""
    text = text[:SNIFF_CHARS]
    if "<" not in text:
        return "text"
    if _PAGE_START.match(text):
        return "html"
    if _MAIL_HEADERS.match(text):
        return "text"
    text = _MARKDOWN_CODE.sub("", text)
    if _PAGE_AFTER_PREAMBLE.search(text):
        return "html"
    return "html" if _is_fragment(text) else "text"


def _is_fragment(text: str) -> bool:
    """Whether a text without `<html>` is a piece of a page: at least half of its paragraphs hold tags."""
    paragraphs = [part for part in _PARAGRAPH_BREAK.split(text) if part.strip()]
    tags_by_paragraph = [tags for part in paragraphs if (tags := _TAG.findall(part))]
    has_end_tag = any(slash for tags in tags_by_paragraph for slash, _ in tags)
    if sum(map(len, tags_by_paragraph)) < 2 or not (has_end_tag or text.lstrip().startswith("<")):
        return False
    return 2 * len(tags_by_paragraph) >= len(paragraphs)


__all__ = ["codec_of", "decode", "guess_kind", "looks_binary", "looks_binary_text"]
