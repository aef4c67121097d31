package io.pairstream.ingest.parquet;

import io.pairstream.ingest.unpack.UnpackLimits;

/**
 * What a Parquet file may ask of this process.
 *
 * @param pageBytes largest page, unpacked; of the column with the images up to four are in memory
 *     at once
 * @param unpack how much may come out of the file's compressed pages
 */
public record ParquetLimits(int pageBytes, UnpackLimits unpack) {

  /** Most that is of use: pyarrow lays up to 1024 images in a page, whatever their size. */
  private static final int USUAL_PAGE_BYTES = 512 * 1024 * 1024;

  /** A dictionary, a page, and the next one packed and unpacked; and some room for the rest. */
  private static final int PAGES_IN_MEMORY = 6;

  public ParquetLimits {
    if (pageBytes < 1) {
      throw new IllegalArgumentException("pages must have at least 1 byte, not " + pageBytes);
    }
  }

  /** For files of whoever runs the command: pages as large as this process has memory for. */
  public static ParquetLimits ofOwnFiles() {
    long room = Runtime.getRuntime().maxMemory() / PAGES_IN_MEMORY;
    return new ParquetLimits((int) Math.min(USUAL_PAGE_BYTES, room), UnpackLimits.OWN_FILES);
  }
}
