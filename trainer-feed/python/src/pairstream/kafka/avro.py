"""Avro values in Confluent's wire format, read and written by the registry's schemas."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Collection, Mapping
from typing import Any

import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError

from pairstream.errors import PairstreamError, SettingsError, Unavailable
from pairstream.threads import PerProcess

_PREFIX_BYTES = 5


class Malformed(Exception):
    """A value that is no prepared pair."""


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
        try:
            self._client().get_latest_version(f"{topic}-value")
        except SchemaRegistryError as e:
            if e.error_code not in _UNKNOWN:
                raise self._refused(e) from e
        except Exception as e:  # The client passes on whatever its HTTP library raises.
            if "CERTIFICATE_VERIFY_FAILED" in str(e):
                raise Unavailable(
                    f"the certificate of {self._address} is not trusted here; registry_client={{'ssl.ca.location': FILE}} "
                    f"names the authority's certificate: {e}"
                ) from e
            raise Unavailable(f"the schema registry at {self._address} does not answer: {e}") from e

    def _refused(self, error: SchemaRegistryError) -> PairstreamError:
        if error.http_status_code == 404:
            return SettingsError(
                f"there is no schema registry at {self._address}, which answers 404: its address may need a path, "
                "such as Apicurio's /apis/ccompat/v7"
            )
        return Unavailable(f"the schema registry at {self._address} does not answer: {error}")

    def writer(self, schema_id: int, topic: str) -> dict[str, Any]:
        """The schema with which a record was written.

        Raises:
            Malformed: where the registry has no Avro schema of that id
            SettingsError: where something else is at its address
            Unavailable: where it does not answer
        """
        try:
            found = self._client().get_schema(schema_id, subject_name=f"{topic}-value")
        except SchemaRegistryError as e:
            if e.error_code in _UNKNOWN:
                raise Malformed(f"the registry does not know schema {schema_id}") from e
            raise self._refused(e) from e
        except Exception as e:  # The client passes on whatever its HTTP library raises.
            raise Unavailable(f"the schema registry at {self._address} does not answer: {e}") from e
        if found.schema_type not in (None, "AVRO"):
            raise Malformed(f"schema {schema_id} is not Avro")
        schema = json.loads(found.schema_str or "null")
        if not isinstance(schema, dict):
            raise Malformed(f"schema {schema_id} is not Avro")
        return schema

    def write(self, topic: str, fields: Mapping[str, Any]) -> bytes:
        """A value of a topic in its subject's latest schema.

        Raises:
            Unavailable: where the registry does not answer, or holds no schema of the topic that has these fields
        """
        try:
            latest = self._client().get_latest_version(f"{topic}-value")
        except SchemaRegistryError as e:
            if e.error_code in _UNKNOWN:
                raise Unavailable(f"there is no subject {topic}-value; run: pairstream topics create") from e
            raise self._refused(e) from e
        except Exception as e:  # The client passes on whatever its HTTP library raises.
            raise Unavailable(f"the schema registry at {self._address} does not answer: {e}") from e
        schema = json.loads(latest.schema.schema_str)
        lost = sorted(set(fields) - {field["name"] for field in schema["fields"]})
        if lost:
            raise Unavailable(f"version {latest.version} of {topic}-value is not ours: it has no field {lost[0]}")
        out = io.BytesIO()
        out.write(struct.pack(">bI", 0, latest.schema_id))
        fastavro.schemaless_writer(out, fastavro.parse_schema(schema), dict(fields))
        return out.getvalue()


class AvroReader:
    """Reads values of one topic into fields by name. Thread-safe.

    A leading run of strings and bytes is read by hand: the image, among them, is not copied.

    Args:
        types: by field, what it has to be written as
        needed: fields that are wanted; what is written behind the last of them is not read
    """

    def __init__(
        self, schemas: Schemas, topic: str, types: Mapping[str, str], needed: Collection[str] | None = None
    ) -> None:
        self._schemas = schemas
        self._topic = topic
        self._types = types
        self._needed = needed
        self._readers: dict[int, Callable[[bytes], dict[str, Any]]] = {}

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
            reader = self._readers[schema_id] = self._reader(self._schemas.writer(schema_id, self._topic))
        try:
            return reader(value)
        except Exception as e:  # Anything may come of bytes that are not Avro.
            raise Malformed(f"not what its schema says: {e or type(e).__name__}") from e

    def _reader(self, schema: dict[str, Any]) -> Callable[[bytes], dict[str, Any]]:
        if schema.get("type") != "record":
            raise Malformed(f"written as {schema.get('type')}, not as a record")
        fields = schema["fields"]
        if self._needed is not None:
            behind = [place for place, field in enumerate(fields, 1) if field["name"] in self._needed]
            fields = fields[: max(behind, default=0)]
        for field in fields:
            expected = self._types.get(field["name"])
            if expected and _type(field["type"]) != expected:
                raise Malformed(f"field {field['name']} is written as {_type(field['type'])}, not as {expected}")
        leading = []
        for field in fields:
            if field["type"] not in ("string", "bytes"):
                break
            leading.append((field["name"], field["type"] == "string"))
        rest = fastavro.parse_schema({**schema, "fields": fields[len(leading) :]})

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


def _type(schema: Any) -> str:
    if isinstance(schema, list):
        return "a union"
    return str(schema.get("type") if isinstance(schema, dict) else schema)


def _length(value: bytes, at: int) -> tuple[int, int]:
    """A length of bytes as Avro writes it, and where it ends."""
    number = shift = 0
    while True:
        byte = value[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
        shift += 7
