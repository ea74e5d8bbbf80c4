"""The fields of a record and their types, stated once: JSON Schema and Arrow types are made from this.

Records are written in four places, each with some of the fields (`PLACES`). In all of them a field has the
same name and the same form, in JSON as in Parquet; where a table needs a value for every row, what a row
does not have is null. One thing differs: the edits of a record are lists of unlike values, which no table
can hold, and are JSON text there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, get_args

from cleaner.document import Kind, Label, Status
from cleaner.errors import ErrorCode
from cleaner.notes import NOTES

# Of these fields, and of manifest and summary: higher where a script that reads them might have to change.
RECORD_SCHEMA_VERSION = 1


class Text(NamedTuple):
    """A string; one of `choices` where there are any."""

    choices: Sequence[str] = ()


class Whole(NamedTuple):
    """A whole number from 0 up, of so many bits in a table; `only` is its value where it has just one."""

    bits: Literal[32, 64] = 64
    only: int | None = None


class Real(NamedTuple):
    """A number; from 0 to 1 where it is a share."""

    is_share: bool = False


class Items(NamedTuple):
    """A list."""

    of: FieldType


class Group(NamedTuple):
    """An object with these fields."""

    fields: tuple[Field, ...]


class EditList(NamedTuple):
    """A list of edits, each `[start, old, new, code]`; `old` is a number of characters in a light record."""


class Free(NamedTuple):
    """An object with any fields."""


FieldType = Text | Whole | Real | Items | Group | EditList | Free


class Field(NamedTuple):
    """One field. `nullable`: it may be null. `optional`: it may be missing, and is null in tables then."""

    name: str
    type: FieldType
    about: str
    nullable: bool = False
    optional: bool = False


_START = Field("start", Whole(), "offset of its first character, in code points")
_END = Field("end", Whole(), "offset after its last character, in code points")
_OTHER_SOURCE = Group((Field("from", Text(), "the source"), Field("value", Text(), "what it says")))
_SOURCE = Group(
    (
        Field("from", Text(), "the source that was believed"),
        Field("others", Items(_OTHER_SOURCE), "sources that say something else", optional=True),
    )
)
_SPAN = Group(
    (
        _START,
        _END,
        Field("text", Text(), "the words there"),
        Field("instead", Text(), "the words that fit better"),
        Field("gain", Real(), "how much better, in nats"),
    )
)
_GARBLED = Group(
    (
        Field("score", Real(), "log-odds that the words of the text were substituted, in nats"),
        Field("family", Text(), "the family of substitutions", nullable=True),
        Field("share", Real(is_share=True), "share of the text that stands in spun paragraphs"),
        Field("spans", Items(_SPAN), "the words swapped in; offsets in `text`, or in `held`"),
    )
)
_REMOVED = Group(
    (
        _START,
        _END,
        Field("code", Text(), "the reason code"),
        Field("label", Text(get_args(Label)), "what kind of thing it is"),
    )
)
_EDIT_LOG = Group(
    (
        Field("version", Text(), "of the program"),
        Field("sha256", Text(), "of the raw document"),
        Field("encoding", Text(), "of raw bytes; null for text that came as text", nullable=True),
        Field("kind", Text(get_args(Kind)), "what it was read as"),
        Field("level", Text(("light", "full")), "how much it holds"),
        Field("edits", EditList(), "`[start, old, new, code]` each, offsets in the raw document"),
    )
)
_ERROR = Group(
    (
        Field("code", Text([str(code) for code in ErrorCode]), "what went wrong"),
        Field("message", Text(), "a sentence that names the document"),
    )
)
_DUPLICATE = Group(
    (
        Field("id", Text(), "the id of the earlier document"),
        Field("similarity", Real(is_share=True), "of the two; 1 for the same words"),
    )
)
_SHA256 = Group(
    (
        Field("input", Text(), "of the raw document", nullable=True),
        Field("output", Text(), "of the text that was written", nullable=True),
    )
)
# Whose source a record may name; `text`: where the text itself is from, if that is not what the page shows.
SOURCED_FIELDS = ("title", "author", "date", "url", "site", "language", "text")

RECORD_FIELDS = (
    Field("id", Text(), "the row's id, or the path relative to the input folder, or the file's name"),
    Field("source", Text(), "the path as given"),
    Field("verdict", Text(get_args(Status)), "what became of the document"),
    Field("text", Text(), 'what belongs in the corpus; "" when nothing does'),
    Field("held", Text(), "a text that is held back", nullable=True),
    Field("title", Text(), "the title", nullable=True),
    Field("language", Text(), "ISO 639-1 code", nullable=True),
    Field("author", Text(), "the author", nullable=True),
    Field("date", Text(), "the day of publication, `YYYY-MM-DD`", nullable=True),
    Field("url", Text(), "the address", nullable=True),
    Field("garbled", _GARBLED, "what is known of substituted words", nullable=True),
    Field("removed", Items(_REMOVED), "what was cut; offsets in the raw document"),
    Field("record", _EDIT_LOG, "the edits, with `--record light` or `full`", optional=True),
    Field("error", _ERROR, "why a document failed", nullable=True),
    Field("note", Text([*NOTES]), "what a user should know", nullable=True),
    Field("confidence", Real(is_share=True), "the word-F1 that is expected", nullable=True),
    Field("site", Text(), "the site's name", nullable=True),
    Field(
        "sources",
        Group(tuple(Field(name, _SOURCE, f"of `{name}`", optional=True) for name in SOURCED_FIELDS)),
        "who said what is known, and who says otherwise",
        nullable=True,
    ),
    Field("schema_version", Whole(32, RECORD_SCHEMA_VERSION), "of these fields"),
)
# What a run adds to a record when it writes it.
OUTPUT = Field("output", Text(), "the file in OUT that holds the text", nullable=True)
ROW = Field("row", Whole(), "the row of that file, from 0, if it is a shard", optional=True)
DUPLICATE_OF = Field("duplicate_of", _DUPLICATE, "the earlier document that has this text", nullable=True)
SHA256 = Field("sha256", _SHA256, "of input and output")
INPUT = Field("input", Free(), "the row's own fields whose name is one of these", optional=True)

FIELDS = tuple(field.name for field in RECORD_FIELDS)


class Place(NamedTuple):
    """Where records are written, and the fields that they have there, in their order."""

    name: str
    about: str
    fields: tuple[Field, ...]


def _without(*names: str) -> tuple[Field, ...]:
    return tuple(field for field in RECORD_FIELDS if field.name not in names)


_LATER = ("text", "held")
PLACES = {
    place.name: place
    for place in (
        Place(
            "record",
            "on stdout with `-f jsonl`; and `done.to_dict()`, which knows of no other documents",
            (*RECORD_FIELDS, DUPLICATE_OF._replace(optional=True)),
        ),
        Place(
            "shard_row",
            "`OUT/corpus`, `OUT/garbled` and `OUT/held` with `-f jsonl` or `-f parquet`",
            (*_without("record"), DUPLICATE_OF),
        ),
        Place(
            "stored_record",
            "`OUT/records`; `text` and `held` where no file holds them as they are",
            (
                *(field._replace(optional=field.name in (*_LATER, "record")) for field in RECORD_FIELDS),
                OUTPUT, ROW, DUPLICATE_OF,
            ),
        ),
        Place(
            "manifest_row",
            "`OUT/manifest.jsonl`",
            (*_without(*_LATER, "record"), OUTPUT, ROW, DUPLICATE_OF, SHA256),
        ),
    )
}  # fmt: skip


def json_schema(*, closed: bool = False) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record; `$defs` has those of all places by name.

    `closed`: the objects in a record have no other fields than those stated. Records themselves always may:
    the fields of their rows.
    """
    fields = (*RECORD_FIELDS, OUTPUT, ROW, DUPLICATE_OF, SHA256, INPUT)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A cleaned document",
        "description": f"Records of cleaner, version {RECORD_SCHEMA_VERSION} of their schema. A row's own "
        "fields stand beside these. In Parquet what a row does not have is null.",
        "$ref": "#/$defs/record",
        "$defs": {
            **{place.name: _place_schema(place) for place in PLACES.values()},
            **{f"field-{field.name}": _field_schema(field, closed) for field in fields},
            "source": _group_schema(_SOURCE, closed),
        },
    }


def _place_schema(place: Place) -> dict[str, Any]:
    return {
        "description": place.about,
        "type": "object",
        "properties": {
            field.name: {"$ref": f"#/$defs/field-{field.name}"} for field in (*place.fields, INPUT)
        },
        "required": [field.name for field in place.fields if not field.optional],
    }


def _group_schema(group: Group, closed: bool) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {field.name: _field_schema(field, closed) for field in group.fields},
        "required": [field.name for field in group.fields if not field.optional],
    }
    return schema | ({"additionalProperties": False} if closed else {})


def _field_schema(field: Field, closed: bool) -> dict[str, Any]:
    may_be_null = field.nullable or field.optional
    if field.type is _SOURCE:
        return {"anyOf": [{"$ref": "#/$defs/source"}] + [{"type": "null"}] * may_be_null}
    schema = _type_schema(field.type, closed)
    if may_be_null:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return {"description": field.about} | schema


def _type_schema(type_: FieldType, closed: bool) -> dict[str, Any]:
    match type_:
        case Text(choices):
            return {"type": "string"} | ({"enum": [*choices]} if choices else {})
        case Whole(_, only):
            return {"type": "integer"} | ({"minimum": 0} if only is None else {"const": only})
        case Real(is_share):
            return {"type": "number"} | ({"minimum": 0, "maximum": 1} if is_share else {})
        case Items(of):
            return {"type": "array", "items": _type_schema(of, closed)}
        case Group():
            return _group_schema(type_, closed)
        case EditList():
            return {"type": "array", "items": _edit_schema()}
        case Free():
            return {"type": "object"}


def _edit_schema() -> dict[str, Any]:
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0}
    return {
        "type": "array",
        "prefixItems": [whole, {"anyOf": [text, whole]}, text, text],
        "minItems": 4,
        "maxItems": 4,
    }


def walk(fields: Sequence[Field], path: str = "") -> Iterator[tuple[str, Field]]:
    """Each field with its path, `removed[].code`, those inside others after them; a source's only once."""
    has_shown_source = False
    for field in fields:
        here, inner = f"{path}{field.name}", field.type
        if isinstance(inner, Items):
            here, inner = f"{here}[]", inner.of
        yield here, field
        if isinstance(inner, Group) and not (inner is _SOURCE and has_shown_source):
            has_shown_source = has_shown_source or inner is _SOURCE
            yield from walk(inner.fields, f"{here}.")
