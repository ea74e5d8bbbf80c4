"""Pages as an enemy of the reader would write them, to hold its two forms against each other."""

from __future__ import annotations

from random import Random

# Elements that open and close each other, and those read in a way of their own.
NAMES = (
    "p div span a b i table tr td tbody caption col select option template svg math form button li ul dl dd"
    " dt pre h2 script style title noscript body html head img br hr sup sub q ruby rt rp rtc nobr dialog"
    " object textarea font iframe annotation-xml mi msup mfrac msqrt mn foreignobject xmp link meta base"
    " listing plaintext article x my-element"
).split()
ODD_NAMES = ("K\u212a", "\u0130", "a\x00b", 'p"', "b'", "svg:a", "sp\xe9", "a=b", "h7", "desc", "x" * 300)
ATTRIBUTES = [
    *"hidden HIDDEN open href=/x HREF=x data-href=1 aria-modal=true color=red SIZE=1".split(),
    "role=dialog",
    "style='display: none'",
    'style="DISPLAY:NONE"',
    "style=visibility:hidden",
    "class='a b  c'",
    'class="a&amp;b &nbsp; c"',
    "class='\u2003x\xa0y \ud800'",
    "id=i class=x",
    "id=' i j '",
    "ID='&lt;'",
    "class='" + "y" * 250 + "'",
    "class=mwe-math-mathml hidden",
    "role='heading' aria-level=3",
    "role=heading aria-level=x",
    "shadowrootmode=open",
    "ShadowRootMode='op&#101;n'",
    "encoding='TEXT/HTML'",
    "encoding='text&#47;html'",
    "class=drop-cap style='float:left'",
    "class=lineno",
    "class=gutter",
    "class=katex aria-hidden=true",
    "alt='\U0001f600'",
    "alt='&#128512;'",
    'alt="é"',
    "name=description content='d'",
    'property="og:title" content="T &amp; t"',
    "rel=canonical href=http://x/",
    "type='application/ld+json'",
    *("=x", "=", "a==b", "x=\"1\"y='2'", "x='>'", 'x="<b>"', "x='", 'x="', "'", '"', "/", "//", "a/b"),
    *("a = 'b>c'", "a= b", "a =b", "x=y/", "\x00=\x00", "h\u0130dden"),
]
# Text, references, white space, and markup that is none or not whole.
TEXTS = [
    *"word A T H he 1 12 1. 007 2 n (x) + £5 $1 99 10 ' \" = > é 中文 \u0130 \u212a \U0001f600".split(),
    *("\ud800", "\x00", " ", "  ", "\n", "\t ", "\r\n", "\xa0", "\u2028", "\x85", "\x0b", "\x0c", "\x1c"),
    *("\x1f", "\u200b", "\ufeff", " he quick", "Hello world. ", "x = 1"),
    *"&amp; &nbsp; &lt; &notit; &not &#65; &#x41; &#65 &#0; &#x110000; &#99999999999; &#x; &#; &; &".split(),
    *"&a &bogus; &NewLine; &#10; &#x0A; &#010 &#xd; &Tab; &#32; &#160; &acE; &nvlt; &#128; &#xD800;".split(),
    *("&" + "a" * 40 + ";", "<", "< ", "<3", "</", "</ ", "</3>", "<!", "<!>", "<?x?>", "<!DOCTYPE html>"),
    *("<!doctype", "<?doctype>", "<!-- c -->", "<!-->", "<!--->", "<!-- a --!> b -->", "<!--", "-->"),
    *("<![CDATA[x & <b> y]]>", "<![CDATA[", "]]>", "<![CDATA[]]>", "</p", "<p", "<a href='"),
    *("<!--<script>-->", "<!-- <script> ", "<script", "</SCRIPT>"),
]  # fmt: skip


def hostile_page(random: Random) -> str:
    """A page of random markup: some tags of few kinds, so that they meet, or deep nesting, or mere signs."""
    kind = random.random()
    if kind < 0.1:
        signs = "<>/ap&#;x1 \n\t\r\u2028\xa0\u200b\"'=!-?[]CDAT\ud800\x00"
        return "".join(random.choices(signs, k=random.choice((5, 30, 100))))
    if kind < 0.15:
        name = random.choice(NAMES)
        opened = f"<{name}{_attributes(random)}>" * random.choice((10, 510, 520, 700))
        return f"{opened}{_soup(random)}{f'</{name}>' * random.choice((0, 5, 600))}{_soup(random)}"
    return _soup(random)


def changed_page(random: Random, page: str) -> str:
    """A part of a page with parts cut out and markup put in."""
    at = random.randrange(len(page) + 1)
    part = page[at : at + random.choice((200, 1000, 5000))]
    for _ in range(random.choice((0, 1, 5, 30))):
        at, cut = random.randrange(len(part) + 1), random.choice((0, 0, 1, 50))
        new = random.choice((random.choice(TEXTS), _tag(random, NAMES), ""))
        part = part[:at] + new + part[at + cut :]
    return part


def _soup(random: Random) -> str:
    names = random.choice((NAMES, [*NAMES, *ODD_NAMES], random.sample(NAMES, 5), random.sample(NAMES, 3)))
    texts = random.sample(TEXTS, random.choice((4, 15, len(TEXTS))))
    share_of_tags = random.choice((0.3, 0.5, 0.7, 0.9))
    return "".join(
        _tag(random, names) if random.random() < share_of_tags else random.choice(texts)
        for _ in range(random.choice((3, 8, 20, 60, 200)))
    )


def _tag(random: Random, names: list[str]) -> str:
    name = random.choice(names)
    if random.random() < 0.1:
        name = name.upper()
    if random.random() < 0.38:
        return f"</{name}{random.choice(('>', '>', '>', '>', ' >', '/>', ''))}"
    return f"<{name}{_attributes(random)}{random.choice(('>', '>', '>', '>', '/>', ' />', ' ', ''))}"


def _attributes(random: Random) -> str:
    count = random.choice((0, 0, 0, 1, 1, 2, 3))
    return "".join(
        random.choice((" ", " ", "\n", "/", "", "\t\f ")) + random.choice(ATTRIBUTES) for _ in range(count)
    )
