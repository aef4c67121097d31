package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
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
  private long rows;

  /** Of the open group. */
  private ParquetPages pages;

  private ColumnWriteStore store;
  private RecordConsumer record;
  private int groupRows;

  ParquetShard(OutputStream output) throws IOException {
    this.output = output;
    write(MAGIC);
    openGroup();
  }

  @Override
  public void add(PreparedPair pair) throws IOException {
    ImageFile image = ImageFile.of(pair);
    record.startMessage();
    int index = 0;
    record.startField(ParquetSchema.IMAGE, index);
    record.startGroup();
    field("bytes", 0, () -> record.addBinary(Binary.fromConstantByteArray(image.bytes())));
    field("path", 1, () -> text(pair.getPairId() + "." + image.extension()));
    record.endGroup();
    record.endField(ParquetSchema.IMAGE, index);
    for (PairField field : PairField.ALL) {
      index++;
      add(field, index, field.value().apply(pair));
    }
    record.endMessage();
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
        new FileMetaData(1, ParquetSchema.elements(schema), rows, groups)
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

  private void add(PairField field, int index, Object value) {
    switch (field.kind()) {
      case TEXT -> field(field.name(), index, () -> text((String) value));
      case INT -> field(field.name(), index, () -> record.addInteger((Integer) value));
      case LONG -> field(field.name(), index, () -> record.addLong((Long) value));
      case BOOLEAN -> field(field.name(), index, () -> record.addBoolean((Boolean) value));
      case INTS ->
          list(
              field.name(),
              index,
              (List<?>) value,
              number -> field("element", 0, () -> record.addInteger((Integer) number)));
      case NUMBERS ->
          list(
              field.name(),
              index,
              PairField.map(value).entrySet(),
              entry -> element(entry, number -> record.addDouble((Double) number)));
      case TEXTS ->
          list(
              field.name(),
              index,
              PairField.map(value).entrySet(),
              entry -> element(entry, form -> text((String) form)));
    }
  }

  private void element(Object entry, Consumer<Object> addValue) {
    Map.Entry<?, ?> named = (Map.Entry<?, ?>) entry;
    field(
        "element",
        0,
        () -> {
          record.startGroup();
          field("name", 0, () -> text((String) named.getKey()));
          field("value", 1, () -> addValue.accept(named.getValue()));
          record.endGroup();
        });
  }

  private void field(String name, int index, Runnable value) {
    record.startField(name, index);
    value.run();
    record.endField(name, index);
  }

  private void list(String name, int index, Iterable<?> items, Consumer<Object> addElement) {
    field(
        name,
        index,
        () -> {
          record.startGroup();
          // Parquet has no field without a value in it: an empty list is a group without the field.
          if (items.iterator().hasNext()) {
            record.startField("list", 0);
            for (Object item : items) {
              record.startGroup();
              addElement.accept(item);
              record.endGroup();
            }
            record.endField("list", 0);
          }
          record.endGroup();
        });
  }

  private void text(String text) {
    record.addBinary(Binary.fromString(text));
  }

  private void openGroup() {
    groupRows = 0;
    pages = new ParquetPages();
    store = PROPERTIES.newColumnWriteStore(schema, pages);
    record = columns.getRecordWriter(store);
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
    rows += groupRows;
  }

  private void write(byte[] bytes) throws IOException {
    output.write(bytes);
    written += bytes.length;
  }
}
