package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/) with a row per pair.
 *
 * <p>parquet-java writes levels and values; pages, groups and footer are put down here, without
 * Hadoop. Nothing is compressed, for pictures are already; nothing says when it was written.
 */
final class ParquetShard implements ShardWriter {

  /** As Hugging Face writes images: a viewer reads one group to show a row. */
  private static final int GROUP_ROWS = 100;

  private static final int PAGE_BYTES = 1024 * 1024;
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final String CREATED_BY = "pairstream export 1";

  /** Tells Hugging Face's datasets that the column is a picture. */
  private static final KeyValue FEATURES =
      new KeyValue("huggingface")
          .setValue("{\"info\":{\"features\":{\"image\":{\"_type\":\"Image\"}}}}");

  private static final ParquetProperties PROPERTIES =
      ParquetProperties.builder()
          .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
          .withDictionaryEncoding(false)
          .withStatisticsEnabled(false)
          .withSizeStatisticsEnabled(false)
          .withPageSize(PAGE_BYTES)
          .withMinRowCountForPageSizeCheck(1)
          .estimateRowCountForPageSizeCheck(false)
          .build();

  private final MessageType schema = ParquetSchema.of(PairField.ALL);
  private final MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
  private final OutputStream output;
  private final List<RowGroup> groups = new ArrayList<>();
  private long written;
  private long rowsBefore;

  /** Of the open group. */
  private ParquetPages pages;

  private ColumnWriteStore store;
  private RecordConsumer record;
  private GroupWriter rows;
  private int groupRows;

  ParquetShard(OutputStream output) throws IOException {
    this.output = output;
    write(MAGIC);
    openGroup();
  }

  @Override
  public void add(PreparedPair pair) throws IOException {
    rows.write(row(pair));
    groupRows++;
    if (groupRows == GROUP_ROWS) {
      closeGroup();
      openGroup();
    }
  }

  @Override
  public void finish() throws IOException {
    if (groupRows > 0) {
      closeGroup();
    }
    FileMetaData footer =
        new FileMetaData(1, ParquetSchema.elements(schema), rowsBefore, groups)
            .setCreated_by(CREATED_BY)
            .setKey_value_metadata(List.of(FEATURES));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, bytes);
    write(bytes.toByteArray());
    int length = bytes.size();
    write(
        new byte[] {
          (byte) length, (byte) (length >>> 8), (byte) (length >>> 16), (byte) (length >>> 24)
        });
    write(MAGIC);
  }

  private Group row(PreparedPair pair) {
    Group row = new SimpleGroup(schema);
    ImageFile image = ImageFile.of(pair);
    row.addGroup(ParquetSchema.IMAGE)
        .append("bytes", Binary.fromConstantByteArray(image.bytes()))
        .append("path", pair.getPairId() + "." + image.extension());
    for (PairField field : PairField.ALL) {
      Object value = field.value().apply(pair);
      if (value instanceof List<?> items) {
        Group list = row.addGroup(field.name());
        items.forEach(item -> add(list.addGroup("list"), "element", item));
      } else if (value instanceof Map<?, ?> items) {
        Group list = row.addGroup(field.name());
        items.forEach(
            (name, item) -> {
              Group element = list.addGroup("list").addGroup("element");
              add(element, "name", name);
              add(element, "value", item);
            });
      } else {
        add(row, field.name(), value);
      }
    }
    return row;
  }

  private static void add(Group group, String field, Object value) {
    if (value instanceof Integer number) {
      group.add(field, number.intValue());
    } else if (value instanceof Long number) {
      group.add(field, number.longValue());
    } else if (value instanceof Double number) {
      group.add(field, number.doubleValue());
    } else if (value instanceof Boolean flag) {
      group.add(field, flag.booleanValue());
    } else {
      group.add(field, (String) value);
    }
  }

  private void openGroup() {
    groupRows = 0;
    pages = new ParquetPages();
    store = PROPERTIES.newColumnWriteStore(schema, pages);
    record = columns.getRecordWriter(store);
    rows = new GroupWriter(record, schema);
  }

  private void closeGroup() throws IOException {
    record.flush();
    store.flush();
    store.close();
    List<ColumnChunk> chunks = new ArrayList<>();
    long groupBytes = 0;
    long begin = written;
    for (ColumnDescriptor column : schema.getColumns()) {
      ParquetPages.Chunk chunk = pages.chunk(column);
      chunks.add(chunk.metadata(written));
      groupBytes += chunk.bytes().length;
      write(chunk.bytes());
    }
    groups.add(
        new RowGroup(chunks, groupBytes, groupRows)
            .setFile_offset(begin)
            .setTotal_compressed_size(groupBytes));
    rowsBefore += groupRows;
  }

  private void write(byte[] bytes) throws IOException {
    output.write(bytes);
    written += bytes.length;
  }
}
