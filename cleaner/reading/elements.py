"""Elements by name: the categories and scopes of the WHATWG HTML standard, and which break or show text."""

from __future__ import annotations


def _name_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _name_set("h1 h2 h3 h4 h5 h6")
FORMATTING = _name_set("a b big code em font i nobr s small strike strong tt u")
VOID = _name_set(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)
# Text breaks before and after each of these.
BLOCK_ELEMENTS = HEADINGS | _name_set(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form header hgroup html legend li listing main menu nav ol optgroup option p"
    " plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp"
)
# Their content is not shown, or is no text of the page.
NOT_RENDERED = _name_set(
    "annotation annotation-xml audio canvas datalist object optgroup option select svg template video"
)
# Besides custom elements, these may have a shadow root (the DOM standard's "valid shadow host name").
SHADOW_HOSTS = HEADINGS | _name_set("article aside blockquote body div footer header main nav p section span")
# Text that does not stand on the line as the rest does.
SET_APART = _name_set("ruby rb rt rp rtc sup sub q img :math")
PREFORMATTED = _name_set("listing plaintext pre xmp")
# Allowed before the body.
HEAD_ELEMENTS = _name_set("base basefont bgsound link meta noframes noscript script style template title")

# Names in `svg` and `math` start with a colon: an `<svg><td>` is no cell. Inside these, HTML is read as such.
PREFIXED_INTEGRATION_POINTS = ":annotation-xml :mi :mn :mo :ms :mtext :foreignobject :desc :title"

# The standard's "special" category.
SPECIAL = HEADINGS | _name_set(
    "address applet area article aside base basefont bgsound blockquote body br button caption center col"
    " colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset head"
    " header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav noembed"
    " noframes noscript object ol p param plaintext pre script search section select source style summary"
    " table tbody td template textarea tfoot th thead title tr track ul wbr xmp"
    f" {PREFIXED_INTEGRATION_POINTS}"
)
CLOSES_P = _name_set(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer"
    " header hgroup listing main menu nav ol p plaintext pre search section summary ul xmp"
)
SCOPED_END_TAGS = (CLOSES_P - {"p", "plaintext", "xmp"}) | {"applet", "button", "marquee", "object"}
IMPLIED_END_TAGS = _name_set("dd dt li optgroup option p rb rp rt rtc")
TABLE_SECTIONS = _name_set("tbody tfoot thead")
TABLE_CELLS = _name_set("td th")

SCOPE = _name_set(f"applet caption html table td th marquee object template {PREFIXED_INTEGRATION_POINTS}")
BUTTON_SCOPE = SCOPE | {"button"}
LIST_SCOPE = SCOPE | {"ol", "ul"}
TABLE_SCOPE = _name_set("html table template")
# Links opened outside do not reach into these (the standard's "markers").
FORMATTING_MARKERS = _name_set("applet caption marquee object td template th")
# The innermost of these decides how a table tag is read.
TABLE_INSERTION_MODES = TABLE_CELLS | TABLE_SECTIONS | TABLE_SCOPE | {"caption", "tr"}
TABLE_CONTEXT = TABLE_SECTIONS | {"table", "tr"}

# HTML tags that end `svg` and `math`.
FOREIGN_BREAKOUT_TAGS = HEADINGS | _name_set(
    "b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta nobr ol p"
    " pre ruby s small span strong strike sub sup table tt u ul var"
)
INTEGRATION_POINTS = {"svg": _name_set("foreignobject desc title"), "math": _name_set("mi mn mo ms mtext")}
