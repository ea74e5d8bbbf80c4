"""Arrow types: those of the record's fields, and those found for a row's own fields, whatever they hold.

pyarrow is an extra, imported when a type is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

from cleaner.json_lines import dumps
from cleaner.output.schema import (
    INPUT,
    PLACES,
    RECORD_SCHEMA_VERSION,
    EditList,
    Field,
    FieldType,
    Free,
    Group,
    Items,
    Real,
    Text,
    Whole,
)
from cleaner.surrogates import has_surrogates, replace_surrogates

# The metadata of a schema and of a column; a column that says so holds JSON, a text a value.
SCHEMA_METADATA = {"schema_version": str(RECORD_SCHEMA_VERSION)}
JSON_METADATA = {"content": "json"}
# A shard whose rows have more fields of their own has them as JSON in one column.
MAX_OWN_COLUMNS = 200
OWN_FIELDS_COLUMN = "fields"
# Deeper values, and objects with more fields, are data of no fixed form.
MAX_OWN_DEPTH, MAX_OWN_MEMBERS = 6, 100
# Every whole number up to here is a float, too.
MAX_FLOAT_WHOLE = 1 << 53
_INT64 = range(-(1 << 63), 1 << 63)


def arrow_field(stated: Field) -> Any:
    """The `pyarrow.Field` of a field of the record. All of them may be null, as readers expect."""
    import pyarrow as pa

    metadata = JSON_METADATA if isinstance(stated.type, EditList) else None
    return pa.field(stated.name, arrow_type(stated.type), metadata=metadata)


def arrow_type(stated: FieldType) -> Any:
    """The `pyarrow.DataType` of a field's type."""
    import pyarrow as pa

    match stated:
        case Text() | EditList() | Free():
            return pa.string()
        case Whole(bits):
            return pa.int32() if bits == 32 else pa.int64()
        case Real():
            return pa.float64()
        case Items(of):
            return pa.list_(arrow_type(of))
        case Group(fields):
            return pa.struct([arrow_field(inner) for inner in fields])


def record_schema(fields: Sequence[Field] = PLACES["shard_row"].fields) -> Any:
    """The `pyarrow.Schema` of records with these fields."""
    import pyarrow as pa

    return pa.schema([arrow_field(stated) for stated in fields], SCHEMA_METADATA)


# -- the fields of the input's rows


class _Scalar(NamedTuple):
    name: str


class _List(NamedTuple):
    of: _ValueType


class _Struct(NamedTuple):
    members: tuple[tuple[str, _ValueType], ...]


_ValueType = _Scalar | _List | _Struct
NULL, BOOL, INT, BIG_INT, FLOAT, STRING = map(_Scalar, ("null", "bool", "int", "big int", "float", "string"))
JSON = _Scalar("json")
_WIDER: dict[frozenset[_ValueType], _ValueType] = {
    frozenset((INT, BIG_INT)): BIG_INT,
    frozenset((INT, FLOAT)): FLOAT,
}


def _type_of(value: Any, depth: int = 0) -> _ValueType:
    """The type of one value as JSON has it; `JSON` for what no column can hold."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case int():
            return INT if abs(value) <= MAX_FLOAT_WHOLE else BIG_INT if value in _INT64 else JSON
        case float():
            return FLOAT
        case str():
            return STRING
        case list() if depth < MAX_OWN_DEPTH:
            return _list(_type_of(inner, depth + 1) for inner in value)
        case dict() if depth < MAX_OWN_DEPTH:
            return _struct({str(name): _type_of(inner, depth + 1) for name, inner in value.items()})
        case _:
            return JSON


def _list(types: Iterable[_ValueType]) -> _ValueType:
    nothing: _ValueType = NULL
    of = reduce(_union, types, nothing)
    return JSON if of == JSON else _List(of)


def _struct(members: Mapping[str, _ValueType]) -> _ValueType:
    is_fixed = 0 < len(members) <= MAX_OWN_MEMBERS and JSON not in members.values()
    return _Struct(tuple(members.items())) if is_fixed and not any(map(has_surrogates, members)) else JSON


def _union(a: _ValueType, b: _ValueType) -> _ValueType:
    """The type that holds the values of both."""
    if a == b or b == NULL:
        return a
    if a == NULL:
        return b
    if isinstance(a, _List) and isinstance(b, _List):
        return _list((a.of, b.of))
    if isinstance(a, _Struct) and isinstance(b, _Struct):
        members = dict(a.members)
        for name, inner in b.members:
            members[name] = _union(members.get(name, NULL), inner)
        return _struct(members)
    return _WIDER.get(frozenset((a, b)), JSON)


def _own_arrow_type(found: _ValueType) -> Any:
    import pyarrow as pa

    match found:
        case _List(of):
            return pa.list_(_own_arrow_type(of))
        case _Struct(members):
            return pa.struct([pa.field(name, _own_arrow_type(inner)) for name, inner in members])
    numbers = {INT: pa.int64(), BIG_INT: pa.int64(), FLOAT: pa.float64(), BOOL: pa.bool_()}
    return numbers.get(found, pa.string())


@dataclass
class OwnColumns:
    """The columns of the fields that rows have of their own: `see` all of them first.

    A column has the type that holds all its values; where there is none, JSON text.
    """

    types: dict[str, _ValueType] = field(default_factory=dict)
    overflows: bool = False  # there are too many, or names that no column can have

    def see(self, values: Iterable[tuple[str, Any]]) -> None:
        """Take note of the fields of one row."""
        for name, value in values:
            if self.overflows:
                return
            found = self.types.get(name, NULL)
            if found != JSON:
                self.types[name] = _union(found, _type_of(value))
            self.overflows = len(self.types) > MAX_OWN_COLUMNS or has_surrogates(name)

    def arrow_fields(self) -> list[Any]:
        """The columns, as `pyarrow.Field`s."""
        import pyarrow as pa

        types = {OWN_FIELDS_COLUMN: JSON} if self.overflows else self.types
        return [
            pa.field(name, _own_arrow_type(found), metadata=JSON_METADATA if found == JSON else None)
            for name, found in types.items()
        ]

    def values(self, own_fields: Mapping[str, Any]) -> dict[str, Any]:
        """What the columns hold of one row."""
        if self.overflows:
            return {OWN_FIELDS_COLUMN: json_text(own_fields)} if own_fields else {}
        return {
            name: json_text(value) if self.types[name] == JSON and value is not None else utf8_value(value)
            for name, value in own_fields.items()
        }


@dataclass
class RecordColumns:
    """The columns of records and of their rows' own fields, for a table: `see` all records first."""

    fields: Sequence[Field] = PLACES["shard_row"].fields
    _own: OwnColumns = field(default_factory=OwnColumns)
    _input: OwnColumns = field(default_factory=OwnColumns)

    def see(self, record: Mapping[str, Any]) -> None:
        """Take note of one record."""
        self._own.see(self._own_fields(record).items())
        self._input.see((record.get(INPUT.name) or {}).items())

    def schema(self) -> Any:
        """The `pyarrow.Schema` for all records seen."""
        import pyarrow as pa

        own = self._own.arrow_fields()
        if self._input.types:
            own.append(pa.field(INPUT.name, pa.struct(self._input.arrow_fields())))
        return pa.schema([*record_schema(self.fields), *own], SCHEMA_METADATA)

    def values(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What the columns hold of one record that was seen."""
        row = self._own.values(self._own_fields(record)) | table_values(self.fields, record)
        if clashing := record.get(INPUT.name):
            row[INPUT.name] = self._input.values(clashing)
        return row

    def _own_fields(self, record: Mapping[str, Any]) -> dict[str, Any]:
        stated = {*(one.name for one in self.fields), INPUT.name}
        return {name: value for name, value in record.items() if name not in stated}


def table_values(fields: Sequence[Field], record: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns of these fields hold of one record; nothing of its row's own."""
    return {stated.name: _table_value(stated.type, record.get(stated.name)) for stated in fields}


def _table_value(stated: FieldType, value: Any) -> Any:
    """A field's value as a table holds it."""
    if value is not None and isinstance(stated, EditList):
        return json_text(value)
    if isinstance(value, dict) and isinstance(stated, Group):
        types = {inner.name: inner.type for inner in stated.fields}
        return {name: _table_value(types[name], inner) for name, inner in value.items() if name in types}
    return utf8_value(value)


def utf8_value(value: Any) -> Any:
    """The value with `?` for each half of a surrogate pair, which has no UTF-8 form."""
    if isinstance(value, str):
        return replace_surrogates(value) if has_surrogates(value) else value
    if isinstance(value, list):
        return [utf8_value(inner) for inner in value]
    if isinstance(value, dict):
        return {name: utf8_value(inner) for name, inner in value.items()}
    return value


def json_text(value: Any) -> str:
    """A value as JSON."""
    return dumps(value).decode()
