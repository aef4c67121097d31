/** Parquet files, read page by page and without Hadoop. */
package io.pairstream.storage.parquet;
