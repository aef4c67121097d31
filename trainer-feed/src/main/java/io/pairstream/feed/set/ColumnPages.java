package io.pairstream.feed.set;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriteStore;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Finished pages of one group of rows, by column; compressed by Zstandard. For one thread. */
final class ColumnPages implements PageWriteStore {

  private static final int LEVEL = 3;

  private final Map<ColumnDescriptor, Pages> all = new HashMap<>();

  @Override
  public PageWriter getPageWriter(ColumnDescriptor column) {
    return all.computeIfAbsent(column, any -> new Pages());
  }

  /** A column's pages, one behind the other. */
  byte[] bytes(ColumnDescriptor column) {
    return all.get(column).bytes.toByteArray();
  }

  /** Size of a column's pages before compression, in bytes. */
  long unpackedBytes(ColumnDescriptor column) {
    return all.get(column).unpackedBytes;
  }

  /**
   * @param offset position of the column's pages in the file
   */
  ColumnChunk metadata(ColumnDescriptor column, long offset) {
    Pages pages = all.get(column);
    ColumnMetaData metadata =
        new ColumnMetaData(
            physical(column.getPrimitiveType().getPrimitiveTypeName()),
            List.of(Encoding.PLAIN, Encoding.RLE),
            List.of(column.getPath()),
            CompressionCodec.ZSTD,
            pages.values,
            pages.unpackedBytes,
            pages.bytes.size(),
            offset);
    return new ColumnChunk(offset).setMeta_data(metadata);
  }

  /** The type as the file's footer names it. */
  static Type physical(PrimitiveTypeName type) {
    return Type.valueOf(type == PrimitiveTypeName.BINARY ? "BYTE_ARRAY" : type.name());
  }

  private static final class Pages implements PageWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long unpackedBytes;
    private long values;

    @Override
    public void writePage(
        BytesInput page,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        SizeStatistics sizes,
        org.apache.parquet.column.Encoding repetitions,
        org.apache.parquet.column.Encoding definitions,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.toIntExact(page.size()));
      page.writeAllTo(plain);
      byte[] packed = Zstd.compress(plain.toByteArray(), LEVEL);
      int before = bytes.size();
      DataPageHeader data =
          new DataPageHeader(valueCount, of(encoding), of(definitions), of(repetitions));
      Util.writePageHeader(
          new PageHeader(PageType.DATA_PAGE, plain.size(), packed.length).setData_page_header(data),
          bytes);
      unpackedBytes += bytes.size() - before + plain.size();
      bytes.writeBytes(packed);
      values += valueCount;
    }

    @Override
    public void writePage(
        BytesInput page,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        org.apache.parquet.column.Encoding repetitions,
        org.apache.parquet.column.Encoding definitions,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      writePage(page, valueCount, rowCount, statistics, null, repetitions, definitions, encoding);
    }

    @Override
    @Deprecated
    public void writePage(
        BytesInput page,
        int valueCount,
        Statistics<?> statistics,
        org.apache.parquet.column.Encoding repetitions,
        org.apache.parquet.column.Encoding definitions,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      writePage(page, valueCount, valueCount, statistics, repetitions, definitions, encoding);
    }

    @Override
    public void writePageV2(
        int rowCount,
        int nullCount,
        int valueCount,
        BytesInput repetitions,
        BytesInput definitions,
        org.apache.parquet.column.Encoding encoding,
        BytesInput page,
        Statistics<?> statistics) {
      throw new UnsupportedOperationException("pages are of version 1");
    }

    @Override
    public void writeDictionaryPage(DictionaryPage page) {
      throw new UnsupportedOperationException("no column has a dictionary");
    }

    @Override
    public long getMemSize() {
      return bytes.size();
    }

    @Override
    public long allocatedSize() {
      return bytes.size();
    }

    @Override
    public String memUsageString(String prefix) {
      return prefix + " " + bytes.size() + " bytes";
    }

    private static Encoding of(org.apache.parquet.column.Encoding encoding) {
      return Encoding.valueOf(encoding.name());
    }
  }
}
