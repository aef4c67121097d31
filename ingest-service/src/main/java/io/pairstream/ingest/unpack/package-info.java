/**
 * Compressed bytes of anybody's, unpacked within limits: gzip and zstd around a file, and how much
 * may come out of how little. Knows nothing of what the bytes are.
 */
package io.pairstream.ingest.unpack;
