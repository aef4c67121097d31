package io.pairstream.feed.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
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
import org.apache.parquet.format.Util;

/** The pages of one group of rows, column by column, in memory. */
final class ParquetPages implements PageWriteStore {

  private final Map<ColumnDescriptor, Chunk> chunks = new HashMap<>();

  @Override
  public PageWriter getPageWriter(ColumnDescriptor column) {
    return chunks.computeIfAbsent(column, Chunk::new);
  }

  Chunk chunk(ColumnDescriptor column) {
    return chunks.get(column);
  }

  /** The pages of one column. */
  static final class Chunk implements PageWriter {

    private final ColumnDescriptor column;
    private final ByteArrayOutputStream pages = new ByteArrayOutputStream();
    private long values;

    private Chunk(ColumnDescriptor column) {
      this.column = column;
    }

    byte[] bytes() {
      return pages.toByteArray();
    }

    /**
     * @param offset where the chunk stands in the file
     */
    ColumnChunk metadata(long offset) {
      List<Encoding> encodings = new ArrayList<>(List.of(Encoding.PLAIN));
      if (column.getMaxDefinitionLevel() + column.getMaxRepetitionLevel() > 0) {
        encodings.add(Encoding.RLE);
      }
      ColumnMetaData metadata =
          new ColumnMetaData(
              ParquetSchema.physical(column.getPrimitiveType()),
              encodings,
              List.of(column.getPath()),
              CompressionCodec.UNCOMPRESSED,
              values,
              pages.size(),
              pages.size(),
              offset);
      return new ColumnChunk(offset).setMeta_data(metadata);
    }

    @Override
    @SuppressWarnings("deprecation")
    public void writePage(
        BytesInput bytes,
        int valueCount,
        Statistics<?> statistics,
        org.apache.parquet.column.Encoding repetitionLevels,
        org.apache.parquet.column.Encoding definitionLevels,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      int size = Math.toIntExact(bytes.size());
      PageHeader header =
          new PageHeader(PageType.DATA_PAGE, size, size)
              .setData_page_header(
                  new DataPageHeader(
                      valueCount,
                      Encoding.valueOf(encoding.name()),
                      Encoding.valueOf(definitionLevels.name()),
                      Encoding.valueOf(repetitionLevels.name())));
      Util.writePageHeader(header, pages);
      bytes.writeAllTo(pages);
      values += valueCount;
    }

    @Override
    public void writePage(
        BytesInput bytes,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        org.apache.parquet.column.Encoding repetitionLevels,
        org.apache.parquet.column.Encoding definitionLevels,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      writePage(bytes, valueCount, statistics, repetitionLevels, definitionLevels, encoding);
    }

    @Override
    public void writePage(
        BytesInput bytes,
        int valueCount,
        int rowCount,
        Statistics<?> statistics,
        SizeStatistics sizes,
        org.apache.parquet.column.Encoding repetitionLevels,
        org.apache.parquet.column.Encoding definitionLevels,
        org.apache.parquet.column.Encoding encoding)
        throws IOException {
      writePage(bytes, valueCount, statistics, repetitionLevels, definitionLevels, encoding);
    }

    @Override
    public void writePageV2(
        int rowCount,
        int nullCount,
        int valueCount,
        BytesInput repetitionLevels,
        BytesInput definitionLevels,
        org.apache.parquet.column.Encoding encoding,
        BytesInput data,
        Statistics<?> statistics) {
      throw new IllegalStateException("pages are of version 1");
    }

    @Override
    public void writeDictionaryPage(DictionaryPage page) {
      throw new IllegalStateException("dictionaries are off");
    }

    @Override
    public long getMemSize() {
      return pages.size();
    }

    @Override
    public long allocatedSize() {
      return pages.size();
    }

    @Override
    public String memUsageString(String prefix) {
      return prefix + " " + pages.size() + " bytes";
    }
  }
}
