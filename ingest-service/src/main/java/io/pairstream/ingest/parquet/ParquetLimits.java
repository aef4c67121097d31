package io.pairstream.ingest.parquet;

import io.pairstream.ingest.unpack.UnpackLimits;

/**
 * What a Parquet file may ask of this process.
 *
 * @param pageBytes largest page, unpacked; a page of each column that is read is in memory at once
 * @param unpack how much may come out of the file's compressed pages
 */
public record ParquetLimits(int pageBytes, UnpackLimits unpack) {

  /**
   * For files of whoever runs the command. pyarrow lays up to 1024 images in a page, whatever their
   * size.
   */
  public static final ParquetLimits OWN_FILES =
      new ParquetLimits(512 * 1024 * 1024, UnpackLimits.OWN_FILES);

  public ParquetLimits {
    if (pageBytes < 1) {
      throw new IllegalArgumentException("pages must have at least 1 byte, not " + pageBytes);
    }
  }
}
