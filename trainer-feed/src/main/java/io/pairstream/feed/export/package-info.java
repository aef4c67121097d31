/** A view written as files that other loaders read: WebDataset and Parquet. */
package io.pairstream.feed.export;
