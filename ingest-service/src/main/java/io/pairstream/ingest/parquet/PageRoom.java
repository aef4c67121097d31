package io.pairstream.ingest.parquet;

/** Memory that the pages of a group's columns share. For one thread. */
final class PageRoom {

  private final long totalBytes;
  private long heldBytes;

  /**
   * @param totalBytes most bytes that are held at once
   */
  PageRoom(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  /**
   * Takes bytes, before they are made.
   *
   * @throws ParquetException where there is no room for them
   */
  void take(long bytes) throws ParquetException {
    if (bytes > totalBytes - heldBytes) {
      throw new ParquetException(
          "its pages need more than %s bytes at once, the most that are read with this memory; write it with smaller groups of rows (pyarrow: row_group_size=100)"
              .formatted(totalBytes));
    }
    heldBytes += bytes;
  }

  /** Gives back bytes that were taken. */
  void giveBack(long bytes) {
    heldBytes -= bytes;
  }
}
