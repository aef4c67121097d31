"""Types of the fields of the platform's records, as this version computes with them; a writer may know fewer, or others."""

from __future__ import annotations

from collections.abc import Mapping


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
