"""Training batches of image-text pairs from Pairstream's topics, in an order that can be repeated.

    source = pairstream.open(platform="pairstream-data")
    view = source.cut()
    for batch in pairstream.Loader(source, view, batch_size=96, seed=7):
        batch.images, batch.tokens, batch.mask, batch.pair_ids
"""

from pairstream.batch import Batch
from pairstream.errors import (
    PairstreamError,
    PositionRefused,
    SampleRefused,
    SettingsError,
    Unavailable,
    ViewError,
)
from pairstream.loader import Loader, Stats
from pairstream.source import Source, open
from pairstream.stored import forget_withdrawn, write_column
from pairstream.view import Block, View

__all__ = [
    "Batch",
    "Block",
    "Loader",
    "PairstreamError",
    "PositionRefused",
    "SampleRefused",
    "SettingsError",
    "Source",
    "Stats",
    "Unavailable",
    "View",
    "ViewError",
    "forget_withdrawn",
    "open",
    "write_column",
]
