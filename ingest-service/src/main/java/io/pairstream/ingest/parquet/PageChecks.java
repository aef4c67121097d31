package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesReader;

/**
 * Looks at the counts within a page before the column reader does, which makes arrays of whatever
 * they state (https://parquet.apache.org/docs/file-format/data-pages/encodings/).
 */
final class PageChecks {

  /** Largest number of values that a page may have: each may come out of no bytes at all. */
  static final int MAX_VALUES = 16 * 1024 * 1024;

  /** Largest number of deltas, for which the reader makes an array of 8 bytes each. */
  private static final int MAX_DELTAS = 4 * 1024 * 1024;

  private static final int MAX_DELTA_BLOCK = 64 * 1024;

  private PageChecks() {}

  /**
   * Repetition or definition levels.
   *
   * @param runs from position to limit
   * @param maxLevel the highest level
   * @param values how many there may be
   */
  static void levels(ByteBuffer runs, int maxLevel, int values) throws ParquetException {
    runs(runs, BytesUtils.getWidthFromMaxInt(maxLevel), values);
  }

  /**
   * Values in runs, as levels and indexes into a dictionary are.
   *
   * @param runs from position to limit
   * @param bitWidth of a value
   * @param values how many there may be
   */
  private static void runs(ByteBuffer runs, int bitWidth, int values) throws ParquetException {
    if (bitWidth < 0 || bitWidth > 32) {
      throw new ParquetException("a page has values of " + bitWidth + " bits");
    }
    ByteBuffer left = runs.duplicate();
    int valueBytes = (bitWidth + 7) / 8;
    long seen = 0;
    while (seen < values && left.hasRemaining()) {
      long header = unsigned(left);
      // The low bit tells groups of eight packed values from one value that is repeated.
      if ((header & 1) == 0) {
        seen += header >>> 1;
        left.position(left.position() + Math.min(valueBytes, left.remaining()));
        continue;
      }
      long groups = header >>> 1;
      if (groups * 8 > values + 7L) {
        throw new ParquetException("a page of " + values + " values states a run of " + groups * 8);
      }
      seen += groups * 8;
      left.position((int) Math.min(left.limit(), left.position() + groups * bitWidth));
    }
  }

  /**
   * The values of a page.
   *
   * @param data from position to limit
   * @param count how many values the page has
   */
  static void values(ByteBuffer data, Encoding encoding, int count) throws ParquetException {
    switch (encoding) {
      case PLAIN, BYTE_STREAM_SPLIT -> {}
      case RLE_DICTIONARY, PLAIN_DICTIONARY -> {
        if (data.hasRemaining()) {
          ByteBuffer indexes = data.duplicate();
          runs(indexes, indexes.get(), count);
        }
      }
      case RLE -> {
        ByteBuffer truths = data.duplicate();
        runs(prefixed(truths), 1, count);
      }
      case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> deltas(data, count);
      case DELTA_BYTE_ARRAY -> {
        // The lengths of the prefixes, and after them those of the rest.
        int end = deltas(data, count);
        ByteBuffer rest = data.duplicate();
        rest.position(Math.min(rest.limit(), rest.position() + end));
        deltas(rest, count);
      }
      default -> throw new ParquetException("its values are written as " + encoding);
    }
  }

  /** Takes a part that its length in 4 bytes precedes. */
  static ByteBuffer prefixed(ByteBuffer page) throws ParquetException {
    if (page.remaining() < Integer.BYTES) {
      throw new ParquetException("a page is cut short");
    }
    int length = page.order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (length < 0 || length > page.remaining()) {
      throw new ParquetException(
          "a page states " + length + " bytes of levels, and has " + page.remaining());
    }
    ByteBuffer part = page.slice(page.position(), length);
    page.position(page.position() + length);
    return part;
  }

  /** How many bytes the deltas take. */
  private static int deltas(ByteBuffer data, int count) throws ParquetException {
    ByteBuffer header = data.duplicate();
    long block = unsigned(header);
    long miniBlocks = unsigned(header);
    long values = unsigned(header);
    if (block < 1
        || block > MAX_DELTA_BLOCK
        || miniBlocks < 1
        || block % miniBlocks != 0
        || values > Math.min(count, MAX_DELTAS)) {
      throw new ParquetException(
          "a page of %s values states %s deltas in blocks of %s by %s"
              .formatted(count, values, block, miniBlocks));
    }
    ByteBufferInputStream stream = ByteBufferInputStream.wrap(data.duplicate());
    try {
      new DeltaBinaryPackingValuesReader().initFromPage(count, stream);
    } catch (IOException | RuntimeException e) {
      throw new ParquetException("a page's deltas cannot be read: " + e.getMessage(), e);
    }
    return (int) stream.position();
  }

  private static long unsigned(ByteBuffer bytes) throws ParquetException {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (!bytes.hasRemaining()) {
        throw new ParquetException("a page is cut short");
      }
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new ParquetException("a page states a number of more than 32 bits");
  }
}
