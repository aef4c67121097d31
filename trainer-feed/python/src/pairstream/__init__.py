"""Training batches of image-text pairs from Pairstream's topics, in an order that can be repeated.

    source = pairstream.open(platform="pairstream-data")
    view = source.cut()
    for batch in pairstream.Loader(source, view, batch_size=96, seed=7):
        batch.images, batch.tokens, batch.mask, batch.pair_ids

As PyTorch's tensors: :class:`pairstream.torch.TorchLoader`.
"""

from pairstream.batch.batch import Batch
from pairstream.errors import PairstreamError, PositionRefused, SampleRefused, SettingsError, Unavailable, ViewError
from pairstream.loader.loader import Loader
from pairstream.loader.stats import Stats
from pairstream.opening import open
from pairstream.source import Source
from pairstream.stored_columns import forget_withdrawn, write_column
from pairstream.version import VERSION as __version__
from pairstream.views.blocks import Block
from pairstream.views.view import View

__all__ = [
    "__version__",
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
