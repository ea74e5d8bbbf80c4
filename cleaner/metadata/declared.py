"""What a page declares about itself in its head: in JSON-LD, `<meta>`, `<title>` and `<link>`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from cleaner.analysis.bylines import clean_author, names_publisher
from cleaner.analysis.dates import first_date
from cleaner.document import Claim, Metadata, host_of
from cleaner.metadata.merge import NON_ALNUM, comparison_key, resolve_claims
from cleaner.reading import json_ld
from cleaner.reading.head import Head
from cleaner.reading.json_ld import Node
from cleaner.reading.repair import repaired
from cleaner.reading.tokenizer import unescape
from cleaner.surrogates import replace_surrogates

# Longer values are cut; a longer address is dropped, as half of it leads nowhere.
MAX_VALUE_CHARS = 500
# More objects than any list of authors holds.
MAX_JSON_LD_AUTHORS = 50
# A title often ends in the site's name, after one of these separators.
SITE_SUFFIX = re.compile(r"\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")
# The day, after one of them: nothing but figures, signs and a month.
DATE_SUFFIX = re.compile(r"\s+[|·•»–—-]\s+([\d][\d\s./:,-]{5,20}|\d{1,2}\.? [^\W\d]{3,12} \d{4})$")
# Where no more than this is left before a dash, the rest is not a site's name but half of the title.
MAX_HALF_TITLE_CHARS = 10
# Of a part of a site's name, as UTF-8: a shorter one is in many names, but two ideographs are a name.
MIN_PART_BYTES = 4
# The second labels under which hosts are registered (`co.uk`, `com.au`) are short.
MAX_SECOND_LEVEL_CHARS = 3

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
# These name the publisher, a journal or an app more often than the site.
_PUBLISHER_META = "citation_journal_title dc.publisher dcterms.publisher apple-mobile-web-app-title"
_LANGUAGE_META = "content-language og:locale dc.language language"
# Types of JSON-LD that describe the page's main content where no article does.
_OTHER_ARTICLE_TYPES = frozenset(("Recipe", "HowTo", "Review", "Course", "Event", "SoftwareApplication"))
# Codes that were replaced, and those of both written forms of Norwegian.
_LANGUAGE_ALIASES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro"}
_AUTHOR_KEYS = ("author", "creator")
_DATE_KEYS = ("datePublished", "dateCreated", "uploadDate")


# Further names of a date's `<meta>`, as sites and systems make them up: `og:regDate`, `sis.publish-time`.
_DATE_META_NAME = re.compile(
    r"(?:reg|pub|publish\w*|publication|posted?|post|creat\w*|issued?|release\w*|article|news|display|original)"
    r"[-_.:]?(?:date|time|day|at|on)(?![a-z])|^(?:regdate|pubtime|firstpublished\w*)$"
)
_NOT_PUBLICATION = re.compile(r"mod|upd|edit|expir|end|valid|event|change|archiv|reg[-_.]?time|unpublish")
# Types of JSON-LD that are no people.
_ORGANIZATION_TYPES = ("Organization", "Corporation", "WebSite", "Brand")


NO_HEAD = Head()


def declared_metadata(head: Head, url: str | None) -> Metadata:
    """What a page declares; `url` is the address the document came with."""
    if head == NO_HEAD:
        return resolve_claims({"url": [Claim("given", url)] if url else []})
    return resolve_claims(_declared_claims(head, url))


def declares_paywall(head: Head) -> bool:
    """Whether a page declares in JSON-LD that its article is not free to read."""
    values = (node.get("isAccessibleForFree") for node in head.json_ld_nodes)
    return any(
        value is False or (isinstance(value, str) and value.lower().endswith("false")) for value in values
    )


def _declared_claims(head: Head, url: str | None) -> dict[str, list[Claim]]:
    article = _main_article(head.json_ld_nodes, (url, head.canonical))
    described = (article, _web_page_node(head.json_ld_nodes))
    by_id = {id: node for node in head.json_ld_nodes if "name" in node and (id := _node_id(node))}
    sites = _site_claims(head, article, by_id)
    owner, host_names = _person_publishing(article, by_id), [*_host_names(head, url)]
    return {
        "title": _title_claims(head, article, sites[0].value if sites else None, host_names),
        "author": _person_claims(_author_claims(head.meta, described, by_id), sites, host_names, owner),
        "date": [
            *_claims("json-ld", map(_iso_date, _node_values(described, _DATE_KEYS))),
            *_claims("meta", map(_iso_date, _meta_values(head.meta, _DATE_META))),
            *_claims("meta", map(_iso_date, _other_date_values(head.meta))),
        ],
        "url": [
            *([Claim("given", url)] if url else ()),
            *_claims("link", (_valid_url(head.canonical),)),
            *_claims("meta", (_valid_url(head.meta.get("og:url")),)),
            *_claims("json-ld", (_valid_url(article.get("url")),)),
        ],
        "site": sites,
        "language": [
            *_claims("html", (_language_code(head.language),)),
            *_claims("meta", map(_language_code, _meta_values(head.meta, _LANGUAGE_META))),
            *_claims("json-ld", (_language_code(article.get("inLanguage")),)),
        ],
    }


def _site_claims(head: Head, article: Node, by_id: Mapping[str, Node]) -> list[Claim]:
    site_nodes = _site_nodes(head.json_ld_nodes, article, by_id)
    return [
        *_claims("meta", map(_unescaped_text, _meta_values(head.meta, _SITE_META))),
        *_claims("json-ld", map(_node_name, site_nodes)),
        *_claims("meta", _meta_values(head.meta, _PUBLISHER_META)),
    ]


def _title_claims(head: Head, article: Node, site_name: str | None, host_names: Sequence[str]) -> list[Claim]:
    """The titles without the site's name; those that are nothing else count only where there is no other."""
    claims = [
        *_claims("json-ld", map(_unescaped_text, _node_values((article,), ("headline", "name")))),
        *_claims("meta", map(_unescaped_text, _meta_values(head.meta, _TITLE_META))),
        *_claims("html", (_unescaped_text(head.title),)),
    ]
    titles = [
        Claim(source, title)
        for source, value in claims
        if (title := _without_site(value, site_name, host_names))
    ]
    return [claim for claim in titles if claim.value != site_name] or titles


def _author_claims(
    meta: Mapping[str, str], described: Sequence[Node], by_id: Mapping[str, Node]
) -> list[Claim]:
    """The authors, as for titles and dates: those of JSON-LD before those of `<meta>`."""
    named_by_label = (meta.get("twitter:data1"),) if _twitter_label_is_author(meta) else ()
    return [
        *_claims(
            "json-ld", (authors_from_json_ld(one, by_id) for one in _node_values(described, _AUTHOR_KEYS))
        ),
        *_claims("meta", map(_authors_from_meta, _meta_values(meta, _AUTHOR_META))),
        *_claims("meta", map(_authors_from_meta, named_by_label)),
    ]


def _person_publishing(article: Node, by_id: Mapping[str, Node]) -> str | None:
    """The name of a publisher whom the page calls a person: of a site of one's own."""
    publisher = _resolve_reference(article.get("publisher"), by_id)
    is_person = isinstance(publisher, dict) and "Person" in json_ld.type_names(publisher)
    return _node_name(publisher) if is_person else None


def _person_claims(
    claims: Sequence[Claim], sites: Sequence[Claim], host_names: Sequence[str], owner: str | None
) -> list[Claim]:
    """The claims without the names of the site and its publisher: those wrote nothing, but for an owner of
    the site who is a person. Many have a site whose host is their name, so one of several words is told by
    the host only where it has a publisher's word (`Daily Post`)."""
    publishers = {_letters(claim.value) for claim in sites} - {"", _letters(owner or "")}
    hosts = {_letters(name) for name in host_names} - {"", _letters(owner or "")}

    def is_person(name: str) -> bool:
        may_be_own_site = " " in name.strip() and not names_publisher(name)
        return _letters(name) not in publishers and (may_be_own_site or _letters(name) not in hosts)

    found: list[Claim] = []
    for claim in claims:
        people = [name for name in claim.value.split("; ") if is_person(name)]
        if people:
            found.append(Claim(claim.source, "; ".join(people)))
    return found


def _letters(name: str) -> str:
    return NON_ALNUM.sub("", name).casefold()


def _host_names(head: Head, url: str | None) -> Iterator[str]:
    """The hosts of a page's addresses as names: `example.org` and `example`; of `example.co.uk` too."""
    for address in (url, head.canonical, head.meta.get("og:url")):
        host = host_of(address).removeprefix("www.")
        name, _, _ = host.rpartition(".")
        shorter, _, second = name.rpartition(".")
        yield from (host, name, shorter if len(second) <= MAX_SECOND_LEVEL_CHARS else "")


def _other_date_values(meta: Mapping[str, str]) -> Iterator[str]:
    """The values of further `<meta>` that are named after a date of publication."""
    for name, value in meta.items():
        if _DATE_META_NAME.search(name) and not _NOT_PUBLICATION.search(name):
            yield value


def _claims(source: str, values: Iterable[str | None]) -> list[Claim]:
    return [Claim(source, replace_surrogates(value[:MAX_VALUE_CHARS])) for value in values if value]


def _node_values(nodes: Sequence[Node], keys: Sequence[str]) -> Iterator[Any]:
    return (node.get(key) for node in nodes for key in keys)


def _meta_values(meta: Mapping[str, str], names: str) -> Iterator[str | None]:
    return (_normalized_text(meta[name]) for name in names.split() if name in meta)


def _main_article(nodes: Sequence[Node], addresses: Sequence[str | None]) -> Node:
    """The JSON-LD object of the article: of several the one with the page's address, else the first."""
    candidates = json_ld.article_nodes(nodes) or [
        one for one in nodes if _OTHER_ARTICLE_TYPES.intersection(json_ld.type_names(one))
    ]
    own_urls = {comparison_key("url", address) for address in addresses if address}
    own = (node for node in candidates if len(candidates) > 1 and _has_address(node, own_urls))
    return next(own, candidates[0] if candidates else {})


def _has_address(node: Node, urls: Set[str]) -> bool:
    """Whether an object gives one of the addresses, as keys of comparison, as its own."""
    main_entity = node.get("mainEntityOfPage")
    main_id = main_entity.get("@id") if isinstance(main_entity, dict) else main_entity
    given = (node.get("url"), node.get("@id"), main_id)
    return any(isinstance(one, str) and comparison_key("url", one) in urls for one in given)


def _web_page_node(nodes: Sequence[Node]) -> Node:
    """The JSON-LD object of the page that holds the article."""
    return next((one for one in nodes if any(kind.endswith("Page") for kind in json_ld.type_names(one))), {})


def _site_nodes(nodes: Sequence[Node], article: Node, by_id: Mapping[str, Node]) -> Iterator[Any]:
    yield from (node for node in nodes if "WebSite" in json_ld.type_names(node))
    yield from (_resolve_reference(article.get(key), by_id) for key in ("isPartOf", "publisher"))


def _resolve_reference(value: Any, by_id: Mapping[str, Node]) -> Any:
    """The object with the same `@id`, where `value` is only a reference to it."""
    if isinstance(value, dict) and "name" not in value:
        return by_id.get(_node_id(value), value)
    return value


def _node_id(node: Node) -> str:
    """The `@id` of an object; "" where it has none, or something else than a string there."""
    given = node.get("@id")
    return given if isinstance(given, str) else ""


def _node_name(value: Any) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return _unescaped_text(name)


def authors_from_json_ld(value: Any, by_id: Mapping[str, Node] | None = None) -> str | None:
    """The names in a JSON-LD author: a string, an object, a reference, or a list of any."""
    items = value if isinstance(value, list) else [value]
    items = [item for item in items if not _is_organization(item)]
    names: list[str] = []
    resolved = (_resolve_reference(item, by_id or {}) for item in items[:MAX_JSON_LD_AUTHORS])
    for item in (one for one in resolved if not _is_organization(one)):
        name_or_names = item.get("name") if isinstance(item, dict) else item
        names += (
            name
            for one in (name_or_names if isinstance(name_or_names, list) else [name_or_names])
            if (name := clean_author(_unescaped_text(one)))
        )
    return "; ".join(dict.fromkeys(names)) or None


def _is_organization(item: Any) -> bool:
    """Whether a JSON-LD author is a publisher; not where it is called a person as well."""
    types = json_ld.type_names(item) if isinstance(item, dict) else []
    return "Person" not in types and any(kind.endswith(_ORGANIZATION_TYPES) for kind in types)


def _authors_from_meta(value: str | None) -> str | None:
    """The names in a `<meta>`, separated by semicolons."""
    names = (clean_author(name) for name in (_unescaped_text(value) or "").split(";"))
    return "; ".join(dict.fromkeys(name for name in names if name)) or None


def _twitter_label_is_author(meta: Mapping[str, str]) -> bool:
    """Whether `twitter:data1`, a labelled line of a card for social networks, names the author."""
    label = meta.get("twitter:label1", "").casefold()
    return label.startswith(
        ("written by", "verfasst von", "écrit par", "escrito por", "author", "geschrieben")
    )


def _valid_url(value: Any) -> str | None:
    """An absolute address that is not too long."""
    url = value.strip() if isinstance(value, str) else ""
    return url if url.startswith(("http", "//")) and len(url) <= MAX_VALUE_CHARS else None


def _normalized_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return repaired(" ".join(value[: 4 * MAX_VALUE_CHARS].split())) or None


def _unescaped_text(value: Any) -> str | None:
    """Normalized text without entities: many sites escape JSON-LD as if it were markup, or a title twice."""
    return _normalized_text(unescape(value[: 4 * MAX_VALUE_CHARS]) if isinstance(value, str) else value)


def _iso_date(value: Any) -> str | None:
    return first_date(value) if isinstance(value, str) else None


def _language_code(value: Any) -> str | None:
    """The base code of a language tag."""
    given = value.get("alternateName") if isinstance(value, dict) else value
    code = given.strip().lower().replace("_", "-").split("-")[0] if isinstance(given, str) else ""
    return _LANGUAGE_ALIASES.get(code, code) if len(code) == 2 and code.isalpha() else None


def _without_site(title: str, site: str | None, host_names: Sequence[str]) -> str:
    """A title without a date at its end and without the site's name before that, as the site or its host has
    it; where no site is known, without whatever stands there."""
    dated = DATE_SUFFIX.search(title)
    if dated and first_date(dated[1]) and dated.start() > MAX_HALF_TITLE_CHARS:
        title = title[: dated.start()]
    suffix = SITE_SUFFIX.search(title)
    names_site = suffix is not None and (site is None or _is_name_of(suffix.group(), (site, *host_names)))
    # A dash may be the title's own; a bar hardly ever is.
    if suffix and names_site and (suffix.start() > MAX_HALF_TITLE_CHARS or "|" in suffix.group()):
        return title[: suffix.start()]
    return title


def _is_name_of(text: str, names: Iterable[str]) -> bool:
    """Whether `text` has a name of a site as words of it, or is a part of one (`WRAL` of `wral.com`)."""
    words = [letters for word in text.split() if (letters := _letters(word))]
    runs = {"".join(words[i:k]) for i in range(len(words)) for k in range(i + 1, len(words) + 1)}
    is_long = len("".join(words).encode()) >= MIN_PART_BYTES
    return any(name in runs or (is_long and "".join(words) in name) for name in map(_letters, names))
