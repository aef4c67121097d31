"""How Schemathesis sends the bodies of batches, whose media types it does not know."""

import json

import schemathesis


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def as_it_is(context, value):
    if isinstance(value, bytes):
        return {"data": value}
    if isinstance(value, str):
        return {"data": value.encode("utf-8", "surrogatepass")}
    return {"data": json.dumps(value).encode()}
