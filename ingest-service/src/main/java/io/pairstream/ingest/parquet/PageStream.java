package io.pairstream.ingest.parquet;

import io.pairstream.ingest.unpack.UnpackMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.schema.PrimitiveType;

/**
 * The pages of one column in one group of rows, read from the file one at a time.
 *
 * <p>What is wrong comes as {@link UncheckedIOException} around a {@link ParquetException}: the
 * interface knows no other. For one thread.
 */
final class PageStream implements PageReader {

  /** Largest header of a page, its statistics included. */
  private static final int MAX_HEADER_BYTES = 1024 * 1024;

  /** Largest number of values that a page may have: each may come out of no bytes at all. */
  private static final int MAX_VALUES = 16 * 1024 * 1024;

  private final ColumnDescriptor column;
  private final CompressionCodec codec;
  private final long values;
  private final FilePart input;
  private final UnpackMeter meter;
  private Optional<PageHeader> pending = Optional.empty();

  /**
   * @param values how many values the pages have together
   * @param input the pages
   * @param meter counts what comes out of the file
   */
  PageStream(
      ColumnDescriptor column,
      CompressionCodec codec,
      long values,
      FilePart input,
      UnpackMeter meter) {
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
        pending = Optional.of(header);
        return null; // as the interface has it
      }
      int count = checkedCount(header.getDictionary_page_header().getNum_values());
      byte[] packed = packed(header);
      byte[] page = unpack(codec, packed, 0, packed.length, header.getUncompressed_page_size());
      return new DictionaryPage(
          BytesInput.from(page),
          count,
          Encoding.valueOf(header.getDictionary_page_header().getEncoding().name()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DataPage readPage() {
    try {
      while (true) {
        PageHeader header = header();
        if (header.getType() == PageType.DATA_PAGE) {
          return first(header);
        }
        if (header.getType() == PageType.DATA_PAGE_V2) {
          return second(header);
        }
        // Indexes, and kinds of pages to come.
        input.pass(header.getCompressed_page_size());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PageHeader header() throws IOException {
    if (pending.isPresent()) {
      PageHeader header = pending.get();
      pending = Optional.empty();
      return header;
    }
    if (input.left() == 0) {
      throw new ParquetException("its pages end before its rows do");
    }
    PageHeader header = ThriftReader.page(input, MAX_HEADER_BYTES);
    int packed = header.getCompressed_page_size();
    int unpacked = header.getUncompressed_page_size();
    if (packed < 0 || unpacked < 0 || packed > input.left()) {
      throw new ParquetException(
          "a page states %s bytes that unpack to %s, where %s bytes are left"
              .formatted(packed, unpacked, input.left()));
    }
    return header;
  }

  private DataPage first(PageHeader header) throws IOException {
    DataPageHeader data = header.getData_page_header();
    int count = checkedCount(data.getNum_values());
    Encoding encoding = Encoding.valueOf(data.getEncoding().name());
    byte[] packed = packed(header);
    byte[] page = unpack(codec, packed, 0, packed.length, header.getUncompressed_page_size());
    if (column.getMaxRepetitionLevel() > 0) {
      checkRuns(data.getRepetition_level_encoding());
    }
    if (column.getMaxDefinitionLevel() > 0) {
      checkRuns(data.getDefinition_level_encoding());
    }
    return new DataPageV1(
        BytesInput.from(page),
        count,
        page.length,
        noStatistics(),
        Encoding.RLE,
        Encoding.RLE,
        encoding);
  }

  private DataPage second(PageHeader header) throws IOException {
    DataPageHeaderV2 data = header.getData_page_header_v2();
    int count = checkedCount(data.getNum_values());
    Encoding encoding = Encoding.valueOf(data.getEncoding().name());
    int repetition = data.getRepetition_levels_byte_length();
    int definition = data.getDefinition_levels_byte_length();
    byte[] packed = packed(header);
    long levels = (long) repetition + definition;
    if (repetition < 0
        || definition < 0
        || levels > packed.length
        || levels > header.getUncompressed_page_size()) {
      throw new ParquetException("a page states " + levels + " bytes of levels");
    }
    int start = (int) levels;
    ByteBuffer repetitions = ByteBuffer.wrap(packed, 0, repetition).slice();
    ByteBuffer definitions = ByteBuffer.wrap(packed, repetition, definition).slice();
    CompressionCodec used =
        !data.isSetIs_compressed() || data.isIs_compressed()
            ? codec
            : CompressionCodec.UNCOMPRESSED;
    byte[] content =
        unpack(
            used, packed, start, packed.length - start, header.getUncompressed_page_size() - start);
    return DataPageV2.uncompressed(
        Math.max(0, data.getNum_rows()),
        Math.max(0, data.getNum_nulls()),
        count,
        BytesInput.from(repetitions),
        BytesInput.from(definitions),
        encoding,
        BytesInput.from(content),
        noStatistics());
  }

  private byte[] packed(PageHeader header) throws IOException {
    byte[] packed = new byte[header.getCompressed_page_size()];
    if (input.readNBytes(packed, 0, packed.length) < packed.length) {
      throw new ParquetException("the file ends within a page");
    }
    if (header.isSetCrc()) {
      CRC32 sum = new CRC32();
      sum.update(packed);
      if ((int) sum.getValue() != header.getCrc()) {
        throw new ParquetException(
            "a page's bytes are not those that were written: its checksum is another");
      }
    }
    return packed;
  }

  private byte[] unpack(CompressionCodec used, byte[] packed, int offset, int length, int size)
      throws IOException {
    meter.packed(length);
    meter.unpacked(size);
    if (used != CompressionCodec.UNCOMPRESSED) {
      // A page without values has no bytes either way.
      return length == 0 && size == 0
          ? new byte[0]
          : PageCodec.unpack(used, packed, offset, length, size);
    }
    if (length != size) {
      throw new ParquetException(
          "a page that is not packed has " + length + " bytes where it states " + size);
    }
    return offset == 0 ? packed : Arrays.copyOfRange(packed, offset, offset + length);
  }

  /** Values may come out of no bytes at all, and cost time all the same. */
  private int checkedCount(int count) throws IOException {
    if (count < 0 || count > MAX_VALUES) {
      throw new ParquetException(
          "a page states " + count + " values; at most " + MAX_VALUES + " are read");
    }
    meter.unpacked(count);
    return count;
  }

  private static void checkRuns(org.apache.parquet.format.Encoding encoding)
      throws ParquetException {
    if (encoding != org.apache.parquet.format.Encoding.RLE) {
      throw new ParquetException("its levels are written as " + encoding + ", which is not read");
    }
  }

  private Statistics<?> noStatistics() {
    PrimitiveType type = column.getPrimitiveType();
    return Statistics.getBuilderForReading(type).build();
  }
}
