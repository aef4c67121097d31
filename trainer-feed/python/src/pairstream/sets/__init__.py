"""Sets: data sets in a folder or a bucket, read without a platform.

A set is numbered manifests, and for each shard a WebDataset tar and its index, a Parquet file with a row a pair. A pair's
place is its shard's number and its row there.

:class:`~pairstream.sets.store.Store` gets objects; :func:`~pairstream.sets.manifest.read_manifest` what the set
consists of; :class:`~pairstream.sets.index.SetIndex` columns of all its pairs; a
:class:`~pairstream.sets.fetch.SetFetcher` samples' bytes, ahead of their use; :func:`~pairstream.sets.tar.pair_of` the
fields in them::

    store = Store("s3://bucket/photos")
    manifest = read_manifest(store)
    index = SetIndex(store, manifest, "training")
    columns = index.columns(["partition", "offset", "bytes", "language"])
    fetcher = SetFetcher(store, index)
    fetcher.ahead([(shard, first_row, behind_row), ...])
    fetcher.need([(shard, row), ...])
    pair = pair_of(fetcher.get(shard, row))
"""
