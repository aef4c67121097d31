"""Records of the outputs in Avro, by our own schemas; without a registry, so that the ids of schemas are made up."""

import io
import json
import pathlib

import fastavro

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro"
# Each after those that it names.
NAMES = ("Measurement", "Origin", "RawPair", "PreparedPair", "IndexedPair", "Receipt", "QuarantinedPair")


def _parsed():
    known, schemas = {}, {}
    for number, name in enumerate(NAMES):
        schema = json.loads((SCHEMAS / f"{name}.avsc").read_text())
        schemas[name] = b"\0" + number.to_bytes(4, "big"), fastavro.parse_schema(schema, named_schemas=known)
    return schemas


_SCHEMAS = _parsed()


def encoded(name, record):
    """The record in Confluent's framing; fields that it lacks have their defaults."""
    prefix, schema = _SCHEMAS[name]
    out = io.BytesIO(prefix)
    out.seek(len(prefix))
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()
