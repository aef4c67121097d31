"""As what the platform's records have their fields, for whoever computes with them; a writer may know fewer, or others."""

from __future__ import annotations

from collections.abc import Mapping

_TEXTS = (
    "pair_id image_encoding colour normalisation caption language tokenizer image_digest perceptual_hash mirrored_hash "
    "picture_group split source_kind contributor producer url licence media_type recipe_version renditions.name "
    "renditions.image_encoding renditions.colour token_sets.name"
)
_NUMBERS = (
    "width height channels token_count pad_id empty_token_count fold partition bytes renditions.width renditions.height "
    "renditions.channels token_sets.token_count token_sets.pad_id token_sets.empty_token_count"
)

PAIR: Mapping[str, str] = {
    **dict.fromkeys(_TEXTS.split(), "string"),
    **dict.fromkeys(_NUMBERS.split(), "int"),
    **dict.fromkeys(("image", "renditions.image"), "bytes"),
    **dict.fromkeys(("renditions", "token_sets"), "array of record"),
    **dict.fromkeys(
        ("token_ids", "empty_token_ids", "token_sets.token_ids", "token_sets.empty_token_ids"), "array of int"
    ),
    "offset": "long",
    "truncated": "boolean",
    "labels": "array of string",
    "texts": "map of string",
    "measures": "map of double",
    "token_set_counts": "map of int",
}
"""Of prepared pairs and of entries of the index."""

ANSWER: Mapping[str, str] = {
    "shown": "string",
    "model": "string",
    "numbers": "map of double",
    "labels": "map of string",
    "texts": "map of string",
    "vectors": "map of bytes",
}
"""Of what a model says, of a picture or of a pair."""

SEGMENT: Mapping[str, str] = {
    "name": "string",
    "segment": "int",
    "topic": "string",
    "topic_id": "string",
    "sealed_at": "long",
    "blocks": "array of record",
    "blocks.partition": "int",
    "blocks.begin": "long",
    "blocks.bytes": "long",
    "blocks.runs": "array of int",
    "where": "array of string",
    "last": "boolean",
}
"""Of a segment of a view that has a name."""
