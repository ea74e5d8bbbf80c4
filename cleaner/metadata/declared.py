"""What is known about a document beside its text: who says so, and who says otherwise.

A page says the same thing in several places, and not always the same. Each place is a source; for each field
the sources are asked in an order, the first that says anything wins, and what others say that differs is kept
beside it. Sources, in that order: what the page declares (`from_head`), what it shows (`visible.py`),
what its address says, and trafilatura where the user asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cleaner.analysis.dates import day
from cleaner.document import Claim, Metadata
from cleaner.reading import json_ld as linked
from cleaner.reading.head import Head
from cleaner.reading.json_ld import Node
from cleaner.reading.tokenizer import unescape

FIELDS = ("title", "author", "date", "url", "site", "language")
# Values that differ and are kept beside the one that won; and how long a value may be.
OTHERS = 4
LONGEST = 500
# A title tag often ends in the site's name, set off by one of these.
# What stands before a dash and is shorter is half a title.
SHORT_TITLE = 10
TITLE_TAIL = re.compile(r"\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")

_TITLE = "og:title twitter:title citation_title parsely-title sailthru.title dc.title dcterms.title headline"
_AUTHOR = (
    "author citation_author article:author_name article:author dc.creator dcterms.creator parsely-author"
    " sailthru.author byl cxenseparse:author bt:author article.author creator authors author_name"
)
_DATE = (
    "article:published_time og:published_time datepublished citation_publication_date citation_online_date"
    " citation_date parsely-pub-date sailthru.date cxenseparse:recs:publishtime bt:pubdate pubdate"
    " publish-date publish_date published_time publishdate publication_date publicationdate article.published"
    " rnews:datepublished dc.date.issued dcterms.issued dcterms.created dc.date.created dcterms.date dc.date"
    " originalpublicationdate displaydate date"
)
_SITE = "og:site_name application-name"
# Said of the site less often than of what made it.
_SITE_LAST = "citation_journal_title dc.publisher dcterms.publisher apple-mobile-web-app-title"

# What content management systems write for want of a name.
NOBODY = frozenset(
    "admin administrator author authors by editor guest name nobody none null root staff superuser undefined"
    " unknown user webmaster wpadmin writer".split()
)
_BY = re.compile(r"^(?:posted |written )?by:?\s+(?=\S)", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[;,/|&]|\s(?:and|und|et|y|e|og|och|en)\s)\s*")
PUNCTUATION = re.compile(r"[\W_]+")
_SCHEME = re.compile(r"^https?://(?:www\.)?|[?#].*\Z|/\Z", re.IGNORECASE | re.DOTALL)
# Addresses are compared up to here.
ADDRESS = 2000


def from_head(head: Head, url: str | None) -> Metadata:
    """What a page declares; of its JSON-LD what describes an article first, as it is written for machines."""
    return settled(_declared(head, url))


def locked(head: Head) -> bool:
    """Whether a page declares in JSON-LD that its article is not free to read."""
    said = (node.get("isAccessibleForFree") for node in head.linked)
    return any(
        value is False or (isinstance(value, str) and value.lower().endswith("false")) for value in said
    )


def merge(first: Metadata, *then: Metadata | None) -> Metadata:
    """`first`, with what it leaves open taken from the next; what those say that differs is kept beside."""
    claims: dict[str, list[Claim]] = {name: [] for name in FIELDS}
    for about in filter(None, (first, *then)):
        for name, said in claims.items():
            value = getattr(about, name)
            said += about.claims.get(name) or ([Claim("", value)] if value else [])
    return settled(claims)


def settled(claims: Mapping[str, Iterable[Claim]]) -> Metadata:
    """What each field comes to: the first claim wins."""
    said = {name: _distinct(name, list(claims.get(name, ()))) for name in FIELDS}
    values = {name: found[0].value if found else None for name, found in said.items()}
    named = {name: found for name, found in said.items() if found and found[0].source}
    return Metadata(**values, claims=named)


def _distinct(name: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claim that wins, then those that say something else; each thing once."""
    if len(claims) < 2:
        return tuple(claims)
    claims = _whole(claims) if name == "title" else claims
    found, seen = [claims[0]], [_shape(name, claims[0].value)]
    for claim in claims[1:]:
        shape = _shape(name, claim.value)
        if len(found) <= OTHERS and not any(_same(name, shape, other) for other in seen):
            found.append(claim)
            seen.append(shape)
    return tuple(found)


def _whole(claims: Sequence[Claim]) -> Sequence[Claim]:
    """Of titles that are cut short, the whole one first."""
    start = claims[0].value.rstrip(".… ")
    if start != claims[0].value and claims[0].value.endswith(("...", "…")):
        longer = [c for c in claims if c.value.startswith(start) and len(c.value) > len(claims[0].value)]
        return [*longer[:1], *(claim for claim in claims if claim not in longer[:1])]
    return claims


def _shape(name: str, value: str) -> Any:
    """What of a value counts when two are compared."""
    if name == "url":
        return _SCHEME.sub("", _SCHEME.sub("", value[:ADDRESS])).lower()
    if name == "author":
        return {PUNCTUATION.sub("", part).casefold() for part in _AND.split(value)} - {""}
    return PUNCTUATION.sub("", value).casefold()


def _same(name: str, one: Any, other: Any) -> bool:
    """Names in another order are the same, and so is a title with its site's."""
    if name == "title" and one and other:
        return bool(one in other or other in one)
    return bool(one == other)


# -- what a page declares


def _declared(head: Head, url: str | None) -> dict[str, list[Claim]]:
    meta, nodes = head.meta, head.linked
    article = _describing(nodes, (url, head.canonical))
    page = _described(nodes) if nodes else {}
    by_id = {id: node for node in nodes if "name" in node and (id := _id(node))}
    site = [
        *_said("meta", map(_escaped, _metas(meta, _SITE))),
        *_said("json-ld", (_name(one) for one in _sites(nodes, article, by_id))),
        *_said("meta", _metas(meta, _SITE_LAST)),
    ]
    known = site[0].value if site else None
    titles = [
        *_said("json-ld", (_escaped(article.get(key)) for key in ("headline", "name"))),
        *_said("meta", map(_escaped, _metas(meta, _TITLE))),
        *_said("html", (_text(head.title),)),
    ]
    # Only where there is no meta: as it is read by few, many sites leave there what their template says.
    written = [
        *_said("json-ld", (people(node.get(key), by_id) for node in (article, page) for key in _WRITERS)),
        *_said("meta", (_people(value) for value in _metas(meta, _AUTHOR))),
        *_said("meta", (_people(meta.get("twitter:data1")),) if _labelled(meta) else ()),
    ]
    dated = [
        *_said("json-ld", (_date(node.get(key)) for node in (article, page) for key in _DATED)),
        *_said("meta", map(_date, _metas(meta, _DATE))),
    ]
    address = [
        *([Claim("given", url)] if url else ()),
        *_said("link", (_address(head.canonical),)),
        *_said("meta", (_address(meta.get("og:url")),)),
        *_said("json-ld", (_address(article.get("url")),)),
    ]
    tongue = [
        *_said("html", (_language(head.language),)),
        *_said("meta", map(_language, _metas(meta, "content-language og:locale dc.language language"))),
        *_said("json-ld", (_language(article.get("inLanguage")),)),
    ]
    titles = [Claim(s, title) for s, value in titles if (title := _without_site(value, known))]
    named = [said for said in titles if said.value != known] or titles
    return dict(zip(FIELDS, (named, written, dated, address, site, tongue), strict=True))


_WRITERS = ("author", "creator")
_DATED = ("datePublished", "dateCreated", "uploadDate")


def _said(source: str, values: Iterable[str | None]) -> list[Claim]:
    return [Claim(source, linked.spellable(value[:LONGEST])) for value in values if value]


def _metas(meta: Mapping[str, str], names: str) -> Iterator[str | None]:
    return (_text(meta[name]) for name in names.split() if name in meta)


def _describing(nodes: Sequence[Node], addresses: Sequence[str | None]) -> Node:
    """The article of the page: of several the one that has its address, else the first."""
    found = linked.articles(nodes) or [one for one in nodes if _OTHER.intersection(linked.kinds(one))]
    if len(found) > 1:
        own = {_shape("url", address) for address in addresses if address}
        for node in found:
            given = node.get("mainEntityOfPage")
            ids = (node.get("url"), node.get("@id"), given.get("@id") if isinstance(given, dict) else given)
            if any(isinstance(one, str) and _shape("url", one) in own for one in ids):
                return node
    return found[0] if found else {}


_OTHER = frozenset(("Recipe", "HowTo", "Review", "Course", "Event", "SoftwareApplication"))


def _described(nodes: Sequence[Node]) -> Node:
    """The page that holds the article."""
    return next((one for one in nodes if any(kind.endswith("Page") for kind in linked.kinds(one))), {})


def _sites(nodes: Sequence[Node], article: Node, by_id: Mapping[str, Node]) -> Iterator[Any]:
    yield from (node for node in nodes if "WebSite" in linked.kinds(node))
    yield from (_referred(article.get(key), by_id) for key in ("isPartOf", "publisher"))


def _referred(value: Any, by_id: Mapping[str, Node]) -> Any:
    """An object that is only referred to."""
    if isinstance(value, dict) and "name" not in value:
        return by_id.get(_id(value), value)
    return value


def _id(node: Node) -> str:
    """What an object is referred to by; "" where it has no such name. What is nested there is none."""
    given = node.get("@id")
    return given if isinstance(given, str) else ""


def _name(value: Any) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return _escaped(name)


def people(value: Any, by_id: Mapping[str, Node] | None = None) -> str | None:
    """The names in a JSON-LD author: a string, an object, a reference, or a list of any."""
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in (_referred(item, by_id or {}) for item in items[:50]):
        given = item.get("name") if isinstance(item, dict) else item
        names += (
            name for one in (given if isinstance(given, list) else [given]) if (name := person(_escaped(one)))
        )
    return "; ".join(dict.fromkeys(names)) or None


def _people(value: str | None) -> str | None:
    """The names in a `<meta>`: those of several are set off by semicolons."""
    names = (person(name) for name in (value or "").split(";"))
    return "; ".join(dict.fromkeys(name for name in names if name)) or None


def person(value: str | None) -> str | None:
    """A name as it is, without a leading `By`; None for an address and for a word that names nobody."""
    name = _BY.sub("", (value or "").partition("»")[0]).strip(" ,|:")  # `by Jane Doe » Tue Aug 27`
    nobody = not any(map(str.isalpha, name)) or name.casefold() in NOBODY
    return None if nobody or "://" in name or "@" in name[1:] or name.startswith(("www.", "{", "[")) else name


def _labelled(meta: Mapping[str, str]) -> bool:
    """Where cards for social networks have a line for the author, its label says so."""
    label = meta.get("twitter:label1", "").casefold()
    return label.startswith(
        ("written by", "verfasst von", "écrit par", "escrito por", "author", "geschrieben")
    )


def _address(value: Any) -> str | None:
    """An address that can be one: half of a longer one leads nowhere."""
    found = value.strip() if isinstance(value, str) else ""
    return found if found.startswith(("http", "//")) and len(found) <= LONGEST else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return linked.spellable(" ".join(value[: 4 * LONGEST].split())) or None


def _escaped(value: Any) -> str | None:
    """JSON-LD is no markup, yet many sites escape it as if it were."""
    return _text(unescape(value[: 4 * LONGEST]) if isinstance(value, str) else value)


def _date(value: Any) -> str | None:
    return day(value) if isinstance(value, str) else None


def _language(value: Any) -> str | None:
    """The base code of a language tag."""
    given = value.get("alternateName") if isinstance(value, dict) else value
    code = given.strip().lower().replace("_", "-").split("-")[0] if isinstance(given, str) else ""
    return code if len(code) == 2 and code.isalpha() else None


def _without_site(title: str, site: str | None) -> str:
    tail = TITLE_TAIL.search(title)
    named = tail is not None and (site is None or site.casefold() in tail.group().casefold())
    # A dash may be the title's own; a bar hardly ever is.
    if tail and named and (tail.start() > SHORT_TITLE or "|" in tail.group()):
        return title[: tail.start()]
    return title
