"""Ready batches as Arrow tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pairstream.batch.batch import Batch


def table(batch: Batch) -> pa.Table:
    """A batch as a table of one row per sample, without copies of pixels, token ids and mask.

    Columns: ``pair_id`` and ``caption`` (string), ``image`` (a tensor of the pictures' shape: the extension type
    ``arrow.fixed_shape_tensor``; not where a ``transform`` has the pictures), ``tokens`` and ``mask`` (fixed-size lists
    of int32 and uint8), ``dropped`` (bool), ``fold`` (int64), and the columns that were asked for.
    """
    columns = {
        "pair_id": batch.pair_ids,
        "caption": batch.captions,
        "image": batch.images,
        "tokens": batch.tokens,
        "mask": batch.mask,
        "dropped": batch.dropped,
        **batch.columns,
    }
    return pa.table({name: _array(column) for name, column in columns.items() if len(column) == len(batch)})


def _array(column: Any) -> Any:
    if isinstance(column, list):
        is_of_lists = bool(column) and isinstance(column[0], list)
        return pa.array(column, pa.list_(pa.string()) if is_of_lists else pa.string())
    if column.ndim == 4:
        return pa.FixedShapeTensorArray.from_numpy_ndarray(column)
    if column.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(pa.array(column.reshape(-1)), column.shape[1])
    return pa.array(column)
