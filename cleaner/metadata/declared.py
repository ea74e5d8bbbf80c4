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

from cleaner.analysis.dates import first_date
from cleaner.document import Claim, Metadata
from cleaner.reading import json_ld
from cleaner.reading.head import Head
from cleaner.reading.json_ld import Node
from cleaner.reading.tokenizer import unescape
from cleaner.surrogates import replace_surrogates

METADATA_FIELDS = ("title", "author", "date", "url", "site", "language")
# Values that differ and are kept beside the one that won; and how long a value may be.
MAX_ALTERNATIVES = 4
MAX_VALUE_CHARS = 500
# A title tag often ends in the site's name, set off by one of these.
# What stands before a dash and is shorter is half a title.
MAX_HALF_TITLE_CHARS = 10
SITE_SUFFIX = re.compile(r"\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")

_TITLE_META = (
    "og:title twitter:title citation_title parsely-title sailthru.title dc.title dcterms.title headline"
)
_AUTHOR_META = (
    "author citation_author article:author_name article:author dc.creator dcterms.creator parsely-author"
    " sailthru.author byl cxenseparse:author bt:author article.author creator authors author_name"
)
_DATE_META = (
    "article:published_time og:published_time datepublished citation_publication_date citation_online_date"
    " citation_date parsely-pub-date sailthru.date cxenseparse:recs:publishtime bt:pubdate pubdate"
    " publish-date publish_date published_time publishdate publication_date publicationdate article.published"
    " rnews:datepublished dc.date.issued dcterms.issued dcterms.created dc.date.created dcterms.date dc.date"
    " originalpublicationdate displaydate date"
)
_SITE_META = "og:site_name application-name"
# Said of the site less often than of what made it.
_PUBLISHER_META = "citation_journal_title dc.publisher dcterms.publisher apple-mobile-web-app-title"

# What content management systems write for want of a name.
PLACEHOLDER_AUTHORS = frozenset(
    "admin administrator author authors by editor guest name nobody none null root staff superuser undefined"
    " unknown user webmaster wpadmin writer".split()
)
_BYLINE_PREFIX = re.compile(r"^(?:posted |written )?by:?\s+(?=\S)", re.IGNORECASE)
_NAME_SEPARATOR = re.compile(r"\s*(?:[;,/|&]|\s(?:and|und|et|y|e|og|och|en)\s)\s*")
NON_ALNUM = re.compile(r"[\W_]+")
_IGNORED_URL_PARTS = re.compile(r"^https?://(?:www\.)?|[?#].*\Z|/\Z", re.IGNORECASE | re.DOTALL)
# Addresses are compared up to here.
MAX_COMPARED_URL_CHARS = 2000


def declared_metadata(head: Head, url: str | None) -> Metadata:
    """What a page declares; of its JSON-LD what describes an article first, as it is written for machines."""
    return resolve_claims(_declared_claims(head, url))


def declares_paywall(head: Head) -> bool:
    """Whether a page declares in JSON-LD that its article is not free to read."""
    values = (node.get("isAccessibleForFree") for node in head.json_ld_nodes)
    return any(
        value is False or (isinstance(value, str) and value.lower().endswith("false")) for value in values
    )


def merge_metadata(first: Metadata, *others: Metadata | None) -> Metadata:
    """`first`, with what it leaves open taken from the next; what those say that differs is kept beside."""
    claims: dict[str, list[Claim]] = {name: [] for name in METADATA_FIELDS}
    for metadata in filter(None, (first, *others)):
        for name, field_claims in claims.items():
            value = getattr(metadata, name)
            field_claims += metadata.claims.get(name) or ([Claim("", value)] if value else [])
    return resolve_claims(claims)


def resolve_claims(claims: Mapping[str, Iterable[Claim]]) -> Metadata:
    """What each field comes to: the first claim wins."""
    distinct = {name: _distinct_claims(name, list(claims.get(name, ()))) for name in METADATA_FIELDS}
    values = {
        name: field_claims[0].value if field_claims else None for name, field_claims in distinct.items()
    }
    with_source = {name: found for name, found in distinct.items() if found and found[0].source}
    return Metadata(**values, claims=with_source)


def _distinct_claims(name: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claim that wins, then those that say something else; each thing once."""
    if len(claims) < 2:
        return tuple(claims)
    claims = _prefer_untruncated(claims) if name == "title" else claims
    distinct, keys = [claims[0]], [_comparison_key(name, claims[0].value)]
    for claim in claims[1:]:
        key = _comparison_key(name, claim.value)
        if len(distinct) <= MAX_ALTERNATIVES and not any(_is_equivalent(name, key, other) for other in keys):
            distinct.append(claim)
            keys.append(key)
    return tuple(distinct)


def _prefer_untruncated(claims: Sequence[Claim]) -> Sequence[Claim]:
    """Of titles that are cut short, the whole one first."""
    untruncated = claims[0].value.rstrip(".… ")
    if untruncated != claims[0].value and claims[0].value.endswith(("...", "…")):
        longer = [
            c for c in claims if c.value.startswith(untruncated) and len(c.value) > len(claims[0].value)
        ]
        return [*longer[:1], *(claim for claim in claims if claim not in longer[:1])]
    return claims


def _comparison_key(name: str, value: str) -> Any:
    """What of a value counts when two are compared."""
    if name == "url":
        return _IGNORED_URL_PARTS.sub("", _IGNORED_URL_PARTS.sub("", value[:MAX_COMPARED_URL_CHARS])).lower()
    if name == "author":
        return {NON_ALNUM.sub("", part).casefold() for part in _NAME_SEPARATOR.split(value)} - {""}
    return NON_ALNUM.sub("", value).casefold()


def _is_equivalent(name: str, one: Any, other: Any) -> bool:
    """Names in another order are the same, and so is a title with its site's."""
    if name == "title" and one and other:
        return bool(one in other or other in one)
    return bool(one == other)


# -- what a page declares


def _declared_claims(head: Head, url: str | None) -> dict[str, list[Claim]]:
    meta, nodes = head.meta, head.json_ld_nodes
    article = _main_article(nodes, (url, head.canonical))
    web_page = _web_page_node(nodes) if nodes else {}
    by_id = {id: node for node in nodes if "name" in node and (id := _node_id(node))}
    sites = [
        *_claims("meta", map(_unescaped_text, _meta_values(meta, _SITE_META))),
        *_claims("json-ld", (_node_name(one) for one in _site_nodes(nodes, article, by_id))),
        *_claims("meta", _meta_values(meta, _PUBLISHER_META)),
    ]
    site_name = sites[0].value if sites else None
    titles = [
        *_claims("json-ld", (_unescaped_text(article.get(key)) for key in ("headline", "name"))),
        *_claims("meta", map(_unescaped_text, _meta_values(meta, _TITLE_META))),
        *_claims("html", (_normalized_text(head.title),)),
    ]
    # Only where there is no meta: as it is read by few, many sites leave there what their template says.
    authors = [
        *_claims(
            "json-ld",
            (
                authors_from_json_ld(node.get(key), by_id)
                for node in (article, web_page)
                for key in _AUTHOR_KEYS
            ),
        ),
        *_claims("meta", (_authors_from_meta(value) for value in _meta_values(meta, _AUTHOR_META))),
        *_claims(
            "meta", (_authors_from_meta(meta.get("twitter:data1")),) if _twitter_label_is_author(meta) else ()
        ),
    ]
    dates = [
        *_claims("json-ld", (_iso_date(node.get(key)) for node in (article, web_page) for key in _DATE_KEYS)),
        *_claims("meta", map(_iso_date, _meta_values(meta, _DATE_META))),
    ]
    urls = [
        *([Claim("given", url)] if url else ()),
        *_claims("link", (_valid_url(head.canonical),)),
        *_claims("meta", (_valid_url(meta.get("og:url")),)),
        *_claims("json-ld", (_valid_url(article.get("url")),)),
    ]
    languages = [
        *_claims("html", (_language_code(head.language),)),
        *_claims(
            "meta", map(_language_code, _meta_values(meta, "content-language og:locale dc.language language"))
        ),
        *_claims("json-ld", (_language_code(article.get("inLanguage")),)),
    ]
    titles = [Claim(s, title) for s, value in titles if (title := _without_site(value, site_name))]
    own_titles = [claim for claim in titles if claim.value != site_name] or titles
    return dict(zip(METADATA_FIELDS, (own_titles, authors, dates, urls, sites, languages), strict=True))


_AUTHOR_KEYS = ("author", "creator")
_DATE_KEYS = ("datePublished", "dateCreated", "uploadDate")


def _claims(source: str, values: Iterable[str | None]) -> list[Claim]:
    return [Claim(source, replace_surrogates(value[:MAX_VALUE_CHARS])) for value in values if value]


def _meta_values(meta: Mapping[str, str], names: str) -> Iterator[str | None]:
    return (_normalized_text(meta[name]) for name in names.split() if name in meta)


def _main_article(nodes: Sequence[Node], addresses: Sequence[str | None]) -> Node:
    """The article of the page: of several the one that has its address, else the first."""
    candidates = json_ld.article_nodes(nodes) or [
        one for one in nodes if _OTHER_ARTICLE_TYPES.intersection(json_ld.type_names(one))
    ]
    if len(candidates) > 1:
        own_urls = {_comparison_key("url", address) for address in addresses if address}
        for node in candidates:
            main_entity = node.get("mainEntityOfPage")
            ids = (
                node.get("url"),
                node.get("@id"),
                main_entity.get("@id") if isinstance(main_entity, dict) else main_entity,
            )
            if any(isinstance(one, str) and _comparison_key("url", one) in own_urls for one in ids):
                return node
    return candidates[0] if candidates else {}


_OTHER_ARTICLE_TYPES = frozenset(("Recipe", "HowTo", "Review", "Course", "Event", "SoftwareApplication"))


def _web_page_node(nodes: Sequence[Node]) -> Node:
    """The page that holds the article."""
    return next((one for one in nodes if any(kind.endswith("Page") for kind in json_ld.type_names(one))), {})


def _site_nodes(nodes: Sequence[Node], article: Node, by_id: Mapping[str, Node]) -> Iterator[Any]:
    yield from (node for node in nodes if "WebSite" in json_ld.type_names(node))
    yield from (_resolve_reference(article.get(key), by_id) for key in ("isPartOf", "publisher"))


def _resolve_reference(value: Any, by_id: Mapping[str, Node]) -> Any:
    """An object that is only referred to."""
    if isinstance(value, dict) and "name" not in value:
        return by_id.get(_node_id(value), value)
    return value


def _node_id(node: Node) -> str:
    """What an object is referred to by; "" where it has no such name. What is nested there is none."""
    given = node.get("@id")
    return given if isinstance(given, str) else ""


def _node_name(value: Any) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return _unescaped_text(name)


def authors_from_json_ld(value: Any, by_id: Mapping[str, Node] | None = None) -> str | None:
    """The names in a JSON-LD author: a string, an object, a reference, or a list of any."""
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in (_resolve_reference(item, by_id or {}) for item in items[:50]):
        name_or_names = item.get("name") if isinstance(item, dict) else item
        names += (
            name
            for one in (name_or_names if isinstance(name_or_names, list) else [name_or_names])
            if (name := clean_author(_unescaped_text(one)))
        )
    return "; ".join(dict.fromkeys(names)) or None


def _authors_from_meta(value: str | None) -> str | None:
    """The names in a `<meta>`: those of several are set off by semicolons."""
    names = (clean_author(name) for name in (value or "").split(";"))
    return "; ".join(dict.fromkeys(name for name in names if name)) or None


def clean_author(value: str | None) -> str | None:
    """A name as it is, without a leading `By`; None for an address and for a word that names nobody."""
    name = _BYLINE_PREFIX.sub("", (value or "").partition("»")[0]).strip(" ,|:")  # `by Jane Doe » Tue Aug 27`
    is_placeholder = not any(map(str.isalpha, name)) or name.casefold() in PLACEHOLDER_AUTHORS
    return (
        None
        if is_placeholder or "://" in name or "@" in name[1:] or name.startswith(("www.", "{", "["))
        else name
    )


def _twitter_label_is_author(meta: Mapping[str, str]) -> bool:
    """Where cards for social networks have a line for the author, its label says so."""
    label = meta.get("twitter:label1", "").casefold()
    return label.startswith(
        ("written by", "verfasst von", "écrit par", "escrito por", "author", "geschrieben")
    )


def _valid_url(value: Any) -> str | None:
    """An address that can be one: half of a longer one leads nowhere."""
    url = value.strip() if isinstance(value, str) else ""
    return url if url.startswith(("http", "//")) and len(url) <= MAX_VALUE_CHARS else None


def _normalized_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return replace_surrogates(" ".join(value[: 4 * MAX_VALUE_CHARS].split())) or None


def _unescaped_text(value: Any) -> str | None:
    """JSON-LD is no markup, yet many sites escape it as if it were."""
    return _normalized_text(unescape(value[: 4 * MAX_VALUE_CHARS]) if isinstance(value, str) else value)


def _iso_date(value: Any) -> str | None:
    return first_date(value) if isinstance(value, str) else None


def _language_code(value: Any) -> str | None:
    """The base code of a language tag."""
    given = value.get("alternateName") if isinstance(value, dict) else value
    code = given.strip().lower().replace("_", "-").split("-")[0] if isinstance(given, str) else ""
    return code if len(code) == 2 and code.isalpha() else None


def _without_site(title: str, site: str | None) -> str:
    suffix = SITE_SUFFIX.search(title)
    names_site = suffix is not None and (site is None or site.casefold() in suffix.group().casefold())
    # A dash may be the title's own; a bar hardly ever is.
    if suffix and names_site and (suffix.start() > MAX_HALF_TITLE_CHARS or "|" in suffix.group()):
        return title[: suffix.start()]
    return title
