/**
 * Pairs from files: folders of images with captions beside them, lists in JSONL, CSV or TSV,
 * Parquet, WebDataset tars, COCO's captions. Streams, one entry at a time, and never looks into an
 * image; what cannot be read is an item of its own and stops nothing.
 */
package io.pairstream.ingest.files;
