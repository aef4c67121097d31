"""Ready batches as Arrow tables. Needs pyarrow."""

from __future__ import annotations

import pyarrow as pa

from pairstream.batch import Batch


def table(batch: Batch) -> pa.Table:
    """A batch as a table of one row per sample, without copies of pixels, token ids and mask.

    Columns: ``pair_id`` and ``caption`` (string), ``image`` (a tensor of the pictures' shape: the extension type
    ``arrow.fixed_shape_tensor``), ``tokens`` and ``mask`` (fixed-size lists of int32 and uint8), ``fold`` (int32).
    """
    return pa.table(
        {
            "pair_id": pa.array(batch.pair_ids, pa.string()),
            "caption": pa.array(batch.captions, pa.string()),
            "image": pa.FixedShapeTensorArray.from_numpy_ndarray(batch.images),
            "tokens": pa.FixedSizeListArray.from_arrays(pa.array(batch.tokens.reshape(-1)), batch.tokens.shape[1]),
            "mask": pa.FixedSizeListArray.from_arrays(pa.array(batch.mask.reshape(-1)), batch.mask.shape[1]),
            "fold": pa.array(batch.folds),
        }
    )
