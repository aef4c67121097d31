package io.pairstream.ingest.parquet;

/**
 * What a Parquet file may ask of this process.
 *
 * @param pageBytes largest page, packed or unpacked; at least 1
 * @param roomBytes memory for the pages of all columns that are read, with their dictionaries; at
 *     least 1
 */
public record ParquetLimits(int pageBytes, long roomBytes) {

  /** Most that is of use: pyarrow lays up to 1024 images in a page, whatever their size. */
  private static final int USUAL_PAGE_BYTES = 512 * 1024 * 1024;

  /** A dictionary, a page, and the next one packed and unpacked; and some room for the rest. */
  private static final int PAGES_IN_MEMORY = 6;

  public ParquetLimits {
    if (pageBytes < 1 || roomBytes < 1) {
      throw new IllegalArgumentException(
          "pages must have room for at least 1 byte, not " + pageBytes + " of " + roomBytes);
    }
  }

  /** Pages as large as this process has memory for. */
  public static ParquetLimits ofMemory() {
    long page = Runtime.getRuntime().maxMemory() / PAGES_IN_MEMORY;
    return new ParquetLimits((int) Math.min(USUAL_PAGE_BYTES, page), page * (PAGES_IN_MEMORY - 1));
  }
}
