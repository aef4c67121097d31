/**
 * Rows of Parquet files of anybody's: a page of each chosen column in memory at a time, every size
 * that a file states checked before it is believed. Values are decoded by parquet-java's column
 * readers; nothing of Hadoop is needed. Knows nothing of images and captions.
 */
package io.pairstream.ingest.parquet;
