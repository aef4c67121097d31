package io.pairstream.ingest.parquet;

import io.pairstream.ingest.unpack.UnpackLimits;

/**
 * What a Parquet file may ask of this process.
 *
 * @param pageBytes largest page, packed or unpacked; at least 1
 * @param roomBytes memory for the pages of all columns that are read, with their dictionaries; at
 *     least 1
 * @param unpack how much may come out of the file's compressed pages
 */
public record ParquetLimits(int pageBytes, long roomBytes, UnpackLimits unpack) {

  /** Most that is of use: pyarrow lays up to 1024 images in a page, whatever their size. */
  private static final int USUAL_PAGE_BYTES = 512 * 1024 * 1024;

  /** A dictionary, a page, and the next one packed and unpacked; and some room for the rest. */
  private static final int PAGES_IN_MEMORY = 6;

  /** Largest page of a file that somebody sends. */
  private static final int MAX_SENT_PAGE_BYTES = 128 * 1024 * 1024;

  /** Half of the memory is for everything else that a service does. */
  private static final int SHARE_OF_SENT_FILES = 2;

  /** A page, and the next one packed and unpacked. */
  private static final int SENT_PAGES_IN_MEMORY = 3;

  public ParquetLimits {
    if (pageBytes < 1 || roomBytes < 1) {
      throw new IllegalArgumentException(
          "pages must have room for at least 1 byte, not " + pageBytes + " of " + roomBytes);
    }
  }

  /** For files of whoever runs the command: pages as large as this process has memory for. */
  public static ParquetLimits ofOwnFiles() {
    long page = Runtime.getRuntime().maxMemory() / PAGES_IN_MEMORY;
    return new ParquetLimits(
        (int) Math.min(USUAL_PAGE_BYTES, page),
        page * (PAGES_IN_MEMORY - 1),
        UnpackLimits.OWN_FILES);
  }

  /**
   * For files that strangers send to a service with this much memory.
   *
   * @param files how many are read at once; at least 1
   * @param memoryBytes what the service may use in all
   */
  public static ParquetLimits ofSentFiles(int files, long memoryBytes, UnpackLimits unpack) {
    long room = memoryBytes / SHARE_OF_SENT_FILES / files;
    return new ParquetLimits(
        (int) Math.min(MAX_SENT_PAGE_BYTES, room / SENT_PAGES_IN_MEMORY), room, unpack);
  }
}
