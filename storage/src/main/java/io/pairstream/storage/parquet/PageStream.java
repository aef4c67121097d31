package io.pairstream.storage.parquet;

import com.github.luben.zstd.Zstd;
import io.pairstream.storage.UnpackingMeter;
import io.pairstream.storage.parquet.ParquetFile.UnreadableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.xerial.snappy.Snappy;

/**
 * The pages of one column in one group of rows, read from the file one at a time.
 *
 * <p>What is wrong comes as {@link UncheckedIOException} around a {@link UnreadableException}: the
 * interface knows no other. For one thread.
 */
final class PageStream implements PageReader {

  private static final int MAX_HEADER_BYTES = 1024 * 1024;

  /** Most values of a page: values may take no bytes at all. */
  private static final int MAX_VALUES = 16 * 1024 * 1024;

  private final ColumnDescriptor column;
  private final CompressionCodec codec;
  private final long values;
  private final InputStream input;
  private final UnpackingMeter meter;

  /** Header that was read and whose page was not; null where there is none. */
  private PageHeader pending;

  /**
   * @param values how many values the pages have together
   * @param input the pages
   * @param meter counts what comes out of the file
   */
  PageStream(
      ColumnDescriptor column,
      CompressionCodec codec,
      long values,
      InputStream input,
      UnpackingMeter meter) {
    this.column = column;
    this.codec = codec;
    this.values = values;
    this.input = input;
    this.meter = meter;
  }

  @Override
  public long getTotalValueCount() {
    return values;
  }

  @Override
  public DictionaryPage readDictionaryPage() {
    try {
      PageHeader header = header();
      if (header.getType() != PageType.DICTIONARY_PAGE) {
        pending = header;
        return null; // as the interface has it
      }
      int count = checkedCount(header.getDictionary_page_header().getNum_values());
      return new DictionaryPage(
          BytesInput.from(content(header)),
          count,
          Encoding.valueOf(header.getDictionary_page_header().getEncoding().name()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DataPage readPage() {
    try {
      PageHeader header = header();
      // Indexes, and kinds of pages to come, are passed over.
      while (header.getType() != PageType.DATA_PAGE) {
        if (header.getType() == PageType.DATA_PAGE_V2) {
          throw new UnreadableException(
              "its pages are of version 2, which is not read; write it with version 1, as usual");
        }
        input.skipNBytes(header.getCompressed_page_size());
        header = header();
      }
      DataPageHeader data = header.getData_page_header();
      int count = checkedCount(data.getNum_values());
      byte[] page = content(header);
      return new DataPageV1(
          BytesInput.from(page),
          count,
          page.length,
          Statistics.getBuilderForReading(column.getPrimitiveType()).build(),
          Encoding.valueOf(data.getRepetition_level_encoding().name()),
          Encoding.valueOf(data.getDefinition_level_encoding().name()),
          Encoding.valueOf(data.getEncoding().name()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PageHeader header() throws IOException {
    PageHeader known = pending;
    pending = null;
    if (known != null) {
      return known;
    }
    PageHeader header = new PageHeader();
    ParquetFile.readThrift(header, input, MAX_HEADER_BYTES, "a page's header");
    if (header.getCompressed_page_size() < 0 || header.getUncompressed_page_size() < 0) {
      throw new UnreadableException("a page states a size below 0");
    }
    return header;
  }

  private byte[] content(PageHeader header) throws IOException {
    int packedSize = header.getCompressed_page_size();
    int size = header.getUncompressed_page_size();
    // Grows as bytes come, whatever is stated.
    byte[] packed = input.readNBytes(packedSize);
    if (packed.length < packedSize) {
      throw new UnreadableException("its pages end before its rows do");
    }
    if (header.isSetCrc()) {
      CRC32 sum = new CRC32();
      sum.update(packed);
      if ((int) sum.getValue() != header.getCrc()) {
        throw new UnreadableException(
            "a page's bytes are not those that were written: its checksum is another");
      }
    }
    meter.packed(packedSize);
    meter.unpacked(size);
    // A page without values has no bytes, packed or not.
    byte[] page = packedSize == 0 ? packed : unpacked(packed, size);
    if (page.length != size) {
      throw new UnreadableException(
          "a page unpacks to another size than the " + size + " bytes that it states");
    }
    return page;
  }

  /** Unpacked page; stops at one byte more than the page states. */
  private byte[] unpacked(byte[] packed, int size) throws IOException {
    try {
      return switch (codec) {
        case UNCOMPRESSED -> packed;
        case SNAPPY ->
            Snappy.uncompressedLength(packed) == size ? Snappy.uncompress(packed) : new byte[0];
        case GZIP -> {
          try (InputStream input = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            yield input.readNBytes(Math.addExact(size, 1));
          }
        }
        case ZSTD -> Zstd.decompress(packed, size);
        default ->
            throw new UnreadableException(
                "its pages are packed with %s, which is not read; write them with zstd, snappy, gzip, or unpacked"
                    .formatted(codec));
      };
    } catch (UnreadableException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UnreadableException("a page does not unpack: " + e.getMessage(), e);
    }
  }

  /** Checks the number of values, which may take no bytes and yet cost time. */
  private int checkedCount(int count) throws IOException {
    if (count < 0 || count > MAX_VALUES) {
      throw new UnreadableException(
          "a page states " + count + " values; at most " + MAX_VALUES + " are read");
    }
    meter.unpacked(count);
    return count;
  }
}
