/**
 * Export: a view's pairs as files that other loaders read, WebDataset shards or Parquet.
 *
 * <p>What is written follows from the view, the plan and the records alone, so that the same export
 * gives the same bytes. Knows nothing of batches.
 */
package io.pairstream.feed.export;
