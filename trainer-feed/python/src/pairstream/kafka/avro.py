"""Avro values in Confluent's wire format, read and written by the registry's schemas."""

from __future__ import annotations

import dataclasses
import io
import json
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError

from pairstream.errors import Malformed, SettingsError, Unavailable
from pairstream.threads import PerProcess

T = TypeVar("T")

_PREFIX_BYTES = 5
_PLAIN = frozenset({"boolean", "int", "long", "float", "double", "bytes", "string"})
_PARTS = {"array": "items", "map": "values", "record": "fields", "enum": "symbols", "fixed": "size"}
"""The key of a composite type under which its parts are; ``null`` is a type in a union only."""
_MOST_LEVELS = 16
_MOST_BYTES = 1 << 24
_NAME = "_Value"


#: How the protocol says that there is no such subject, version or schema; a 404 alone is a wrong path.
_UNKNOWN = (40401, 40402, 40403)


class Schemas:
    """The writers' schemas, by id. Thread-safe.

    Args:
        address: of a registry that speaks Confluent's protocol
        settings: further ones of Confluent's client, such as ``basic.auth.user.info``
    """

    def __init__(self, address: str, settings: Mapping[str, Any] | None = None) -> None:
        self._address = address
        self._settings = settings
        # Processes that share a connection would read each other's answers.
        self._client = PerProcess(lambda: SchemaRegistryClient({"url": address, **(settings or {})}))
        self._client()

    def __reduce__(self) -> tuple[Any, ...]:
        return Schemas, (self._address, self._settings)

    def probe(self, topic: str) -> None:
        """Makes sure that a registry answers at the address, whatever it holds.

        Raises:
            SettingsError: where something else is there
            Unavailable: where nothing answers
        """
        self._asked(lambda client: client.get_latest_version(f"{topic}-value"))

    def writer(self, schema_id: int, topic: str) -> dict[str, Any]:
        """The schema with which a record was written.

        Raises:
            Malformed: where the registry has no Avro schema of that id
            SettingsError: where something else is at its address
            Unavailable: where it does not answer
        """
        found = self._asked(lambda client: client.get_schema(schema_id, subject_name=f"{topic}-value"))
        if found is None:
            raise Malformed(f"the registry does not know schema {schema_id}")
        if found.schema_type not in (None, "AVRO"):
            raise Malformed(f"schema {schema_id} is not Avro")
        try:
            schema = json.loads(found.schema_str or "null")
        except (ValueError, RecursionError) as e:
            raise Malformed(f"schema {schema_id} is not Avro: {e}") from None
        if not isinstance(schema, dict):
            raise Malformed(f"schema {schema_id} is not Avro")
        return schema

    def write(self, topic: str, fields: Mapping[str, Any]) -> bytes:
        """A value of a topic in its subject's latest schema.

        Raises:
            Unavailable: where the registry does not answer, or holds no schema of the topic that has these fields
        """
        latest = self._asked(lambda client: client.get_latest_version(f"{topic}-value"))
        if latest is None:
            raise Unavailable(f"there is no subject {topic}-value; run: pairstream topics create")
        out = io.BytesIO()
        out.write(struct.pack(">bI", 0, latest.schema_id))
        try:
            schema = json.loads(latest.schema.schema_str)
            lost = sorted(set(fields) - {field["name"] for field in schema["fields"]})
            if lost:
                raise ValueError(f"it has no field {lost[0]}")
            fastavro.schemaless_writer(out, fastavro.parse_schema(schema), dict(fields))
        except Exception as e:  # Anything may come of a schema that is not ours.
            raise Unavailable(f"version {latest.version} of {topic}-value is not ours: {str(e) or type(e).__name__}") from e
        return out.getvalue()

    def _asked(self, question: Callable[[SchemaRegistryClient], T]) -> T | None:
        """The registry's answer; None where it says that it has no such subject or schema.

        Raises:
            SettingsError: where something else is at its address
            Unavailable: where it does not answer
        """
        try:
            return question(self._client())
        except Exception as e:  # The client passes on whatever its HTTP library raises.
            if isinstance(e, SchemaRegistryError) and e.error_code in _UNKNOWN:
                return None
            if isinstance(e, SchemaRegistryError) and e.http_status_code == 404:
                raise SettingsError(
                    f"there is no schema registry at {self._address}, which answers 404: its address may need a path, "
                    "such as Apicurio's /apis/ccompat/v7"
                ) from None
            if "CERTIFICATE_VERIFY_FAILED" in str(e):
                raise Unavailable(
                    f"the certificate of {self._address} is not trusted here; registry_client={{'ssl.ca.location': FILE}} "
                    f"names the authority's certificate: {e}"
                ) from None
            raise Unavailable(f"the schema registry at {self._address} does not answer: {e}") from None


@dataclasses.dataclass(eq=False)
class AvroReader:
    """Reads values of one topic into fields by name. Thread-safe.

    A leading run of strings and bytes is read by hand: the image, among them, is not copied.

    Args:
        types: by field, what it has to be written as, as :func:`fields_of` has it
        needed: fields that are wanted; what is written behind the last of them is not read
        required: those of the types that no writer may lack
    """

    schemas: Schemas
    topic: str
    types: Mapping[str, str]
    needed: Collection[str] | None = None
    required: Collection[str] = ()
    _readers: dict[int, Callable[[bytes], dict[str, Any]]] = dataclasses.field(default_factory=dict, init=False)

    def read(self, value: bytes) -> dict[str, Any]:
        """The fields that the writer knew.

        Raises:
            Malformed: where the value is something else
            Unavailable: where the registry cannot be asked for the writer's schema
        """
        if len(value) < _PREFIX_BYTES or value[0] != 0:
            raise Malformed("not Avro in Confluent wire format")
        schema_id = struct.unpack_from(">I", value, 1)[0]
        reader = self._readers.get(schema_id)
        if reader is None:
            reader = self._readers[schema_id] = self._reader(self.schemas.writer(schema_id, self.topic))
        try:
            return reader(value)
        except Exception as e:  # Anything may come of bytes that are not Avro.
            raise Malformed(f"not what its schema says: {str(e) or type(e).__name__}") from e

    def _reader(self, schema: dict[str, Any]) -> Callable[[bytes], dict[str, Any]]:
        fields = fields_of(schema, self.types, self.needed, self.required)
        leading = []
        for field in fields:
            if field["type"] not in ("string", "bytes"):
                break
            leading.append((field["name"], field["type"] == "string"))
        rest = fastavro.parse_schema({"type": "record", "name": _NAME, "fields": fields[len(leading) :]})

        def read(value: bytes) -> dict[str, Any]:
            found: dict[str, Any] = {}
            at = _PREFIX_BYTES
            view = memoryview(value)
            for name, is_text in leading:
                length, at = _length(value, at)
                part = view[at : at + length]
                if length < 0 or len(part) < length:
                    raise EOFError(f"{name} ends behind the value")
                found[name] = str(part, "utf-8") if is_text else part
                at += length
            stream = io.BytesIO(value)
            stream.seek(at)
            found.update(fastavro.schemaless_reader(stream, rest, None))
            return found

        return read


def fields_of(
    schema: Mapping[str, Any], types: Mapping[str, str], needed: Collection[str] | None = None, required: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Names and types of a record's fields, in an untrusted writer's schema.

    To read a value takes no more time and memory than its bytes are worth: nothing takes no byte, or holds itself.

    Args:
        types: by field, what it has to be written as: ``int``, ``array of int``, ``map of string``; of an array of
            records, its fields are ``FIELD.NAME``
        needed: the fields up to the last of these; None for all
        required: of the types, those that have to be there

    Raises:
        Malformed: where it is another schema
    """
    if schema.get("type") != "record":
        raise Malformed(f"written as {str(schema.get('type'))[:80]}, not as a record")
    try:
        fields, _ = _bounded_fields(_inlined(schema.get("fields")), {_NAME: -1}, needed)
        fastavro.parse_schema({"type": "record", "name": _NAME, "fields": fields})
    except Malformed:
        raise
    except Exception as e:  # Anything may come of a schema that is none.
        raise Malformed(f"its schema cannot be used: {str(e) or type(e).__name__}") from e
    written = dict(_types(fields))
    for name in types.keys() & (written.keys() | set(required)):
        if written.get(name) != types[name]:
            raise Malformed(f"field {name} is written as {written.get(name, 'nothing')}, not as {types[name]}")
    return fields


def _inlined(fields: Any) -> Any:
    """The fields with those of the record ``metadata`` in its place: Avro writes a record as its fields, one by one."""
    if not isinstance(fields, list):
        return fields
    return [inner for one in fields for inner in (one["type"]["fields"] if _is_metadata(one) else [one])]


def _is_metadata(field: Any) -> bool:
    kind = field.get("type") if isinstance(field, dict) and field.get("name") == "metadata" else None
    return isinstance(kind, dict) and kind.get("type") == "record" and isinstance(kind.get("fields"), list)


_Known = dict[str, int]
"""How many levels of types are within each that has a name; -1 while it is being read."""


def _bounded_fields(fields: Any, known: _Known, needed: Collection[str] | None = None) -> tuple[list[dict[str, Any]], int]:
    """Fields, of what is needed to read them, and how many levels of types are within them."""
    if not isinstance(fields, list) or not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in fields):
        raise Malformed("its schema has a record without fields, or one without a name")
    if needed is not None:
        fields = fields[: max((place for place, one in enumerate(fields, 1) if one["name"] in needed), default=0)]
    found = [(one["name"], *_bounded(one.get("type"), known)) for one in fields]
    levels = max((levels for _, _, levels in found), default=0)
    if levels > _MOST_LEVELS:
        raise Malformed(f"its schema has more than {_MOST_LEVELS} levels of types within types")
    return [{"name": name, "type": kind} for name, kind, _ in found], levels


def _bounded(schema: Any, known: _Known) -> tuple[Any, int]:
    """A type of which each value takes a byte or more and none holds itself, and how many levels are within it."""
    if isinstance(schema, list):
        found = [("null", 0) if one == "null" else _bounded(one, known) for one in schema]
        return [one for one, _ in found], 1 + max((levels for _, levels in found), default=0)
    kind = schema.get("type") if isinstance(schema, dict) else schema
    if isinstance(kind, (dict, list)):
        return _bounded(kind, known)
    # Without namespaces: names are distinguished by their ends, so that none can be taken for what it is in.
    kind = str(kind).rpartition(".")[2]
    if kind in _PLAIN:
        is_time = isinstance(schema, dict) and schema.get("logicalType") == "timestamp-millis"
        return ({"type": kind, "logicalType": "timestamp-millis"} if is_time else kind), 0
    if known.get(kind, -1) >= 0:
        return kind, known[kind]
    if not isinstance(schema, dict) or kind not in _PARTS:
        raise Malformed(f"its schema has {kind[:80]!r}, which is no type, takes no byte or holds itself")
    part = _PARTS[kind]
    if kind in ("array", "map"):
        of, levels = _bounded(schema.get(part), known)
        return {"type": kind, part: of}, 1 + levels
    name, of, levels = str(schema.get("name")).rpartition(".")[2], schema.get(part), 0
    if name in known or not of or (kind == "fixed" and not 0 < of < _MOST_BYTES):
        raise Malformed(f"its schema has two types {name[:80]!r}, or one that takes no byte")
    known[name] = -1
    if kind == "record":
        of, levels = _bounded_fields(of, known)
    known[name] = 1 + levels
    return {"type": kind, "name": name, part: of}, known[name]


def _types(fields: list[dict[str, Any]], within: str = "") -> Iterator[tuple[str, str]]:
    for field in fields:
        kind, name = field["type"], within + field["name"]
        yield name, _type(kind)
        items = kind.get("items") if isinstance(kind, dict) else None
        if isinstance(items, dict) and items["type"] == "record":
            yield from _types(items["fields"], f"{name}.")


def _type(schema: Any) -> str:
    if isinstance(schema, list):
        return "a union"
    if not isinstance(schema, dict):
        return str(schema)
    of = schema.get("items", schema.get("values"))
    return schema["type"] if of is None else f"{schema['type']} of {_type(of)}"


def _length(value: bytes, at: int) -> tuple[int, int]:
    """A length of bytes as Avro writes it, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        byte = value[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
    raise ValueError("a number of more than 64 bits")


def _fields(text: str) -> Mapping[str, str]:
    lines = (line.partition(": ") for line in text.strip().splitlines())
    return {name: kind for kind, _, names in lines for name in names.split()}


PAIR = _fields("""
string: pair_id image_encoding colour normalisation caption language tokenizer image_digest perceptual_hash mirrored_hash
string: picture_group split source_kind contributor producer url licence media_type recipe_version
string: renditions.name renditions.image_encoding renditions.colour token_sets.name
int: width height channels token_count pad_id empty_token_count fold partition bytes renditions.width renditions.height
int: renditions.channels token_sets.token_count token_sets.pad_id token_sets.empty_token_count
bytes: image renditions.image
array of record: renditions token_sets
array of int: token_ids empty_token_ids token_sets.token_ids token_sets.empty_token_ids
array of string: labels
long: offset
boolean: truncated
map of string: texts
map of double: measures
map of int: token_set_counts
""")
"""Fields of prepared pairs and of entries of the index."""

ANSWER = _fields("""
string: shown model
map of double: numbers
map of string: labels texts
map of bytes: vectors
""")
"""Fields of a model's answer about a picture or a pair."""

SEGMENT = _fields("""
string: name topic topic_id
int: segment blocks.partition
long: sealed_at blocks.begin blocks.bytes
array of record: blocks
array of int: blocks.runs
array of string: where
boolean: last
""")
"""Fields of a segment of a named view."""

MIX = _fields("""
long: samples
int: lanes mix.segments mix.weight
string: mix.view mix.fingerprint
array of record: mix
""")
"""Fields of a run's change of its mix."""
