package io.pairstream.feed.export;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import io.pairstream.schemas.PreparedPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/) with a row per pair: {@code image
 * {bytes, path}}, then a pair's fields. All may be null in the schema, as in every file that
 * Hugging Face's datasets writes, and none ever is.
 *
 * <p>parquet-java encodes levels and values; pages, groups and footer are put down here, without
 * Hadoop. Nothing is compressed, for pictures are already; nothing says when it was written.
 */
final class ParquetShard implements ExportFormat.Writer {

  /** Rows of a group, as Hugging Face writes images: a viewer reads one group to show a row. */
  private static final int GROUP_ROWS = 100;

  /** Bytes of values after which a page ends. */
  private static final int PAGE_BYTES = 1024 * 1024;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final String CREATED_BY = "pairstream export 1";

  /** Footer entry that tells Hugging Face's datasets that the column is a picture. */
  private static final KeyValue FEATURES =
      new KeyValue("huggingface")
          .setValue("{\"info\":{\"features\":{\"image\":{\"_type\":\"Image\"}}}}");

  private static final ParquetProperties PROPERTIES =
      ParquetProperties.builder().withDictionaryEncoding(false).withPageSize(PAGE_BYTES).build();

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .addField(
              Types.optionalGroup()
                  .optional(BINARY)
                  .named("bytes")
                  .optional(BINARY)
                  .as(stringType())
                  .named("path")
                  .named("image"))
          .addFields(PairField.ALL.stream().map(PairField::column).toArray(Type[]::new))
          .named("pair");

  private final OutputStream output;
  private final List<Column> columns = SCHEMA.getColumns().stream().map(Column::new).toList();
  private final List<RowGroup> groups = new ArrayList<>();
  private long written;
  private long rows;
  private int groupRows;

  ParquetShard(OutputStream output) throws IOException {
    this.output = output;
    write(MAGIC);
  }

  @Override
  public void add(PreparedPair pair) throws IOException {
    ImageFile image = ImageFile.of(pair);
    Iterator<Column> next = columns.iterator();
    next.next().add(Binary.fromConstantByteArray(image.bytes()));
    next.next().add(pair.getPairId() + "." + image.extension());
    for (PairField field : PairField.ALL) {
      Object value = field.value().apply(pair);
      if (value instanceof Map<?, ?> named) {
        next.next().addAll(named.keySet());
        next.next().addAll(named.values());
      } else if (value instanceof List<?> items) {
        next.next().addAll(items);
      } else {
        next.next().add(value);
      }
    }
    groupRows++;
    if (groupRows == GROUP_ROWS) {
      endGroup();
    }
  }

  @Override
  public void finish() throws IOException {
    if (groupRows > 0) {
      endGroup();
    }
    List<SchemaElement> elements = new ArrayList<>();
    elements.add(new SchemaElement(SCHEMA.getName()).setNum_children(SCHEMA.getFieldCount()));
    SCHEMA.getFields().forEach(field -> list(field, elements));
    FileMetaData footer =
        new FileMetaData(1, elements, rows, groups)
            .setCreated_by(CREATED_BY)
            .setKey_value_metadata(List.of(FEATURES));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, bytes);
    write(bytes.toByteArray());
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    write(length.putInt(bytes.size()).array());
    write(MAGIC);
  }

  private void endGroup() throws IOException {
    long begin = written;
    List<ColumnChunk> chunks = new ArrayList<>();
    for (Column column : columns) {
      column.endPage();
      chunks.add(column.metadata(written));
      write(column.pages.toByteArray());
      column.pages.reset();
      column.count = 0;
    }
    groups.add(
        new RowGroup(chunks, written - begin, groupRows)
            .setFile_offset(begin)
            .setTotal_compressed_size(written - begin));
    rows += groupRows;
    groupRows = 0;
  }

  private void write(byte[] bytes) throws IOException {
    output.write(bytes);
    written += bytes.length;
  }

  /** Lists the tree as a footer does: depth first. */
  private static void list(Type type, List<SchemaElement> elements) {
    SchemaElement element = new SchemaElement(type.getName());
    element.setRepetition_type(FieldRepetitionType.valueOf(type.getRepetition().name()));
    if (type.getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation) {
      element.setConverted_type(ConvertedType.UTF8);
      element.setLogicalType(LogicalType.STRING(new StringType()));
    } else if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
      element.setConverted_type(ConvertedType.LIST);
      element.setLogicalType(LogicalType.LIST(new ListType()));
    }
    elements.add(element);
    if (type.isPrimitive()) {
      element.setType(physical(type.asPrimitiveType().getPrimitiveTypeName()));
    } else {
      element.setNum_children(type.asGroupType().getFieldCount());
      type.asGroupType().getFields().forEach(field -> list(field, elements));
    }
  }

  /** The type as the file's footer names it. */
  private static org.apache.parquet.format.Type physical(PrimitiveTypeName type) {
    return org.apache.parquet.format.Type.valueOf(type == BINARY ? "BYTE_ARRAY" : type.name());
  }

  /** A column of the open group: its finished pages, and the values of the open one. */
  private static final class Column {

    /** Definition level of an empty list: the list is there, an item is not. */
    private static final int EMPTY_LIST = 1;

    private final ColumnDescriptor descriptor;
    private final ValuesWriter repetitions;
    private final ValuesWriter definitions;
    private final ValuesWriter values;
    private final ByteArrayOutputStream pages = new ByteArrayOutputStream();
    private int pageCount;
    private long count;

    Column(ColumnDescriptor descriptor) {
      this.descriptor = descriptor;
      this.repetitions = PROPERTIES.newRepetitionLevelWriter(descriptor);
      this.definitions = PROPERTIES.newDefinitionLevelWriter(descriptor);
      this.values = PROPERTIES.newValuesWriter(descriptor);
    }

    /** Takes a row's only value. */
    void add(Object value) throws IOException {
      addAll(List.of(value));
    }

    /** Takes a row's list. */
    void addAll(Collection<?> items) throws IOException {
      if (items.isEmpty()) {
        level(0, EMPTY_LIST);
      }
      int repetition = 0;
      for (Object item : items) {
        level(repetition, descriptor.getMaxDefinitionLevel());
        write(item);
        repetition = 1;
      }
      if (values.getBufferedSize() >= PAGE_BYTES) {
        endPage();
      }
    }

    private void level(int repetition, int definition) {
      repetitions.writeInteger(repetition);
      definitions.writeInteger(definition);
      pageCount++;
    }

    private void write(Object value) {
      if (value instanceof Integer number) {
        values.writeInteger(number);
      } else if (value instanceof Long number) {
        values.writeLong(number);
      } else if (value instanceof Double number) {
        values.writeDouble(number);
      } else if (value instanceof Boolean flag) {
        values.writeBoolean(flag);
      } else {
        values.writeBytes(value instanceof String text ? Binary.fromString(text) : (Binary) value);
      }
    }

    void endPage() throws IOException {
      if (pageCount == 0) {
        return;
      }
      BytesInput page =
          BytesInput.concat(repetitions.getBytes(), definitions.getBytes(), values.getBytes());
      int size = Math.toIntExact(page.size());
      DataPageHeader data =
          new DataPageHeader(
              pageCount, Encoding.PLAIN, encoding(definitions), encoding(repetitions));
      Util.writePageHeader(
          new PageHeader(PageType.DATA_PAGE, size, size).setData_page_header(data), pages);
      page.writeAllTo(pages);
      List.of(repetitions, definitions, values).forEach(ValuesWriter::reset);
      count += pageCount;
      pageCount = 0;
    }

    /**
     * @param offset position of the column's pages in the file
     */
    ColumnChunk metadata(long offset) {
      ColumnMetaData metadata =
          new ColumnMetaData(
              physical(descriptor.getPrimitiveType().getPrimitiveTypeName()),
              List.of(Encoding.PLAIN, Encoding.RLE),
              List.of(descriptor.getPath()),
              CompressionCodec.UNCOMPRESSED,
              count,
              pages.size(),
              pages.size(),
              offset);
      return new ColumnChunk(offset).setMeta_data(metadata);
    }

    private static Encoding encoding(ValuesWriter levels) {
      return Encoding.valueOf(levels.getEncoding().name());
    }
  }
}
