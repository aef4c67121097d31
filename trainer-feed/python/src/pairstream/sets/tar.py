"""Samples of a WebDataset tar as the fields of a prepared pair."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pairstream.errors import Malformed

_BLOCK = 512
_ENCODINGS = {"jpg": "jpeg", "png": "png"}
_ERASED = "__erased__/"
_LONG = 1 << 63


def _is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(type(one) is kind for one in value)


def _is_map_of(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(type(one) in kinds for one in value.values())


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "a text": (
        lambda value: isinstance(value, str),
        "pair_id caption language source_kind contributor producer url licence split colour normalisation tokenizer "
        "tokenizer_digest original_digest perceptual_hash mirrored_hash picture_group media_type review_id recipe_version name",
    ),
    "a whole number": (
        lambda value: type(value) is int and -_LONG <= value < _LONG,
        "fold width height channels token_count pad_id empty_token_count received_at_ms prepared_at_ms",
    ),
    "a truth value": (lambda value: isinstance(value, bool), "truncated"),
    "a list of whole numbers": (_is_list_of(int), "token_ids empty_token_ids"),
    "a list of texts": (_is_list_of(str), "labels waived"),
    "numbers by name": (_is_map_of(float, int), "measures"),
    "texts by name": (_is_map_of(str), "texts"),
    "a list of objects": (_is_list_of(dict), "token_sets renditions answers"),
}
_FORMS = {name: (kind, is_right) for kind, (is_right, names) in _KINDS.items() for name in names.split()}
"""Kinds of the JSON member's fields, and what tells one."""

_NAMES: Mapping[str, str] = {"original_digest": "image_digest", "received_at_ms": "received_at", "prepared_at_ms": "prepared_at"}
"""Fields that a prepared pair names otherwise."""

_DROPPED = frozenset({"stored_encoding", "origin_topic", "origin_partition", "origin_offset"})


def pair_of(extent: bytes | memoryview) -> dict[str, Any]:
    """The fields of a prepared pair, those of its metadata among them, from its members of a tar.

    Args:
        extent: all members of the pair, with their headers

    Returns:
        fields by the names of the Avro record; pictures are views of the extent

    Raises:
        Malformed: where it is something else
    """
    view = memoryview(extent)
    pictures: dict[str, dict[str, Any]] = {}
    found: tuple[str, memoryview] | None = None
    for name, content in _members(view):
        if name.startswith(_ERASED):
            raise Malformed("it was erased")
        stem, _, ending = name.rpartition(".")
        if ending == "json":
            found = (stem, content)
        elif ending in _ENCODINGS:
            pictures[stem] = {"image": content, "image_encoding": _ENCODINGS[ending]}
    if found is None:
        raise Malformed("no pair's JSON is there")
    pair_id, content = found
    try:
        fields = json.loads(str(content, "utf-8"))
    except (ValueError, RecursionError) as e:
        raise Malformed(f"{pair_id}.json is no JSON: {e}") from None
    pair = _checked(fields)
    if pair.get("pair_id") != pair_id:
        raise Malformed(f"{pair_id}.json is of another pair")
    pair.update(_picture(pictures, pair_id))
    for one in pair.get("token_sets", ()):
        one.update(_checked(one))
    for one in pair.get("renditions", ()):
        one.update(_checked(one), **_picture(pictures, f"{pair_id}.{one.get('name')}"))
    return pair


def _picture(pictures: Mapping[str, Mapping[str, Any]], stem: str) -> Mapping[str, Any]:
    if stem not in pictures:
        raise Malformed(f"there is no {stem}.jpg or .png")
    return pictures[stem]


def _checked(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise Malformed("its JSON is no object")
    found: dict[str, Any] = {}
    for name, value in fields.items():
        kind, is_right = _FORMS.get(name, ("", lambda _: True))
        if not is_right(value):
            raise Malformed(f"field {name} is not {kind}")
        if name not in _DROPPED:
            found[_NAMES.get(name, name)] = value
    return found


def _members(view: memoryview) -> Iterator[tuple[str, memoryview]]:
    """Names and contents of a POSIX tar's members, as the format's writer lays them: plain files alone."""
    at = 0
    while at < len(view):
        header = bytes(view[at : at + _BLOCK])
        if len(header) < _BLOCK or header[257:262] != b"ustar" or header[156:157] != b"0":
            raise Malformed("no pair is there: its extent holds something else than files of a tar")
        try:
            size = int(header[124:136].rstrip(b"\0 ") or b"0", 8)
            checksum = int(header[148:156].rstrip(b"\0 ") or b"0", 8)
            name = str(header[:100].rstrip(b"\0"), "utf-8")
        except ValueError:
            raise Malformed("a tar's header is broken") from None
        begin, end = at + _BLOCK, at + _BLOCK + size
        if checksum != sum(header) - sum(header[148:156]) + 8 * 32 or size < 0 or end > len(view):
            raise Malformed("a tar's header is broken")
        yield name, view[begin:end]
        at = end + -size % _BLOCK
