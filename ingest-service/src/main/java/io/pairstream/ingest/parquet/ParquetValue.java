package io.pairstream.ingest.parquet;

import java.nio.ByteBuffer;

/**
 * A value of a row.
 *
 * @param bytes its bytes, the caller's own; empty where they are more than were asked for
 * @param sizeBytes how many bytes it has
 */
public record ParquetValue(ByteBuffer bytes, int sizeBytes) {

  /** Whether all its bytes are here. */
  public boolean isWhole() {
    return bytes.remaining() == sizeBytes;
  }
}
