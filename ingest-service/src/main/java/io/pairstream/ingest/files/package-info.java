/**
 * Pairs from files: folders of images with captions beside them, and caption lists in JSONL, CSV or
 * TSV. Streams, one pair at a time, and never looks into an image; what cannot be read is an item
 * of its own and stops nothing.
 */
package io.pairstream.ingest.files;
