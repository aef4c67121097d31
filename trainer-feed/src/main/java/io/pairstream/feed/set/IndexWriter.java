package io.pairstream.feed.set;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.impl.ColumnWriteStoreV1;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.GroupBuilder;

/**
 * Writes the index of a tar: a Parquet file (https://parquet.apache.org/docs/file-format/) with a
 * row per row of the tar. {@code picture} has the fields of Parquet's FILE type. All columns may be
 * null.
 *
 * <p>parquet-java encodes levels and values; groups and footer are put down here, without Hadoop.
 * Nothing says when it was written. For one thread.
 */
final class IndexWriter {

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .addField(text(fileIn(text(Types.optionalGroup(), "uri")), "checksum").named("picture"))
          .addField(placeIn(Types.optionalGroup()).named("sample"))
          .addField(
              Types.optionalList()
                  .element(
                      text(
                              fileIn(text(Types.optionalGroup(), "name"))
                                  .optional(INT32)
                                  .named("width")
                                  .optional(INT32)
                                  .named("height")
                                  .optional(INT32)
                                  .named("channels"),
                              "colour")
                          .named("element"))
                  .named("renditions"))
          .addField(
              Types.optionalList()
                  .element(
                      text(
                              text(text(Types.optionalGroup(), "name"), "model")
                                  .optional(DOUBLE)
                                  .named("number"),
                              "label")
                          .named("element"))
                  .named("answers"))
          .addFields(PairField.ALL.stream().map(PairField::column).toArray(Type[]::new))
          .named("pair");

  /** Rows of a group; a reader asks for each group's columns apart. */
  private static final int GROUP_ROWS = 16_384;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final String CREATED_BY = "pairstream set 1";

  private static final ParquetProperties PROPERTIES =
      ParquetProperties.builder().withDictionaryEncoding(false).build();

  private static final MessageColumnIO COLUMNS = new ColumnIOFactory().getColumnIO(SCHEMA);

  private final OutputStream output;
  private final List<RowGroup> groups = new ArrayList<>();
  private ColumnPages pages;
  private ColumnWriteStoreV1 store;
  private RecordConsumer record;
  private long written;
  private int groupRows;

  /**
   * @param output the caller's, not closed here
   */
  IndexWriter(OutputStream output) throws IOException {
    this.output = output;
    write(MAGIC);
    begin();
  }

  private static <T> GroupBuilder<T> text(GroupBuilder<T> group, String name) {
    return group.optional(BINARY).as(stringType()).named(name);
  }

  private static <T> GroupBuilder<T> placeIn(GroupBuilder<T> group) {
    return group.optional(INT64).named("offset").optional(INT64).named("size");
  }

  private static <T> GroupBuilder<T> fileIn(GroupBuilder<T> group) {
    return text(placeIn(group), "content_type");
  }

  /**
   * Adds a row.
   *
   * @param row fields by the columns' names; what it lacks is null, what is no column is left out
   */
  void add(ObjectNode row) throws IOException {
    record.startMessage();
    addFields(SCHEMA.getFields(), row);
    record.endMessage();
    groupRows++;
    if (groupRows == GROUP_ROWS) {
      endGroup();
      begin();
    }
  }

  /** Writes the end of the file, after the last row. */
  void finish() throws IOException {
    if (groupRows > 0) {
      endGroup();
    }
    List<SchemaElement> elements = new ArrayList<>();
    elements.add(new SchemaElement(SCHEMA.getName()).setNum_children(SCHEMA.getFieldCount()));
    SCHEMA.getFields().forEach(field -> list(field, elements));
    long rows = groups.stream().mapToLong(RowGroup::getNum_rows).sum();
    ByteArrayOutputStream footer = new ByteArrayOutputStream();
    Util.writeFileMetaData(
        new FileMetaData(1, elements, rows, groups).setCreated_by(CREATED_BY), footer);
    write(footer.toByteArray());
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    write(length.putInt(footer.size()).array());
    write(MAGIC);
  }

  private void begin() {
    pages = new ColumnPages();
    store = new ColumnWriteStoreV1(SCHEMA, pages, PROPERTIES);
    record = COLUMNS.getRecordWriter(store);
    groupRows = 0;
  }

  private void endGroup() throws IOException {
    record.flush();
    store.flush();
    long begin = written;
    RowGroup group = new RowGroup(new ArrayList<>(), 0, groupRows).setFile_offset(begin);
    for (ColumnDescriptor column : SCHEMA.getColumns()) {
      group.addToColumns(pages.metadata(column, written));
      group.setTotal_byte_size(group.getTotal_byte_size() + pages.unpackedBytes(column));
      write(pages.bytes(column));
    }
    groups.add(group.setTotal_compressed_size(written - begin));
    store.close();
  }

  private void write(byte[] bytes) throws IOException {
    output.write(bytes);
    written += bytes.length;
  }

  private void addFields(List<Type> types, JsonNode values) {
    for (int i = 0; i < types.size(); i++) {
      Type type = types.get(i);
      JsonNode value = values.path(type.getName());
      if (!value.isMissingNode() && !value.isNull()) {
        record.startField(type.getName(), i);
        add(type, value);
        record.endField(type.getName(), i);
      }
    }
  }

  private void add(Type type, JsonNode value) {
    if (type.isPrimitive()) {
      add(type.asPrimitiveType().getPrimitiveTypeName(), value);
      return;
    }
    record.startGroup();
    if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
      addItems(type.asGroupType().getType(0), value);
    } else {
      addFields(type.asGroupType().getFields(), value);
    }
    record.endGroup();
  }

  /** Adds the items of a list, or the entries of a map as {@code {name, value}}. */
  private void addItems(Type repeated, JsonNode list) {
    if (list.isEmpty()) {
      return;
    }
    record.startField(repeated.getName(), 0);
    if (list.isObject()) {
      for (Map.Entry<String, JsonNode> entry : list.properties()) {
        ObjectNode item = ((ObjectNode) list).objectNode().put("name", entry.getKey());
        addItem(repeated, item.set("value", entry.getValue()));
      }
    } else {
      list.forEach(item -> addItem(repeated, item));
    }
    record.endField(repeated.getName(), 0);
  }

  private void addItem(Type repeated, JsonNode item) {
    Type element = repeated.asGroupType().getType(0);
    record.startGroup();
    record.startField(element.getName(), 0);
    add(element, item);
    record.endField(element.getName(), 0);
    record.endGroup();
  }

  private void add(PrimitiveTypeName type, JsonNode value) {
    switch (type) {
      case INT32 -> record.addInteger(value.intValue());
      case INT64 -> record.addLong(value.longValue());
      // Numbers that JSON has no form for are texts there.
      case DOUBLE -> record.addDouble(Double.parseDouble(value.asText()));
      case BOOLEAN -> record.addBoolean(value.booleanValue());
      default -> record.addBinary(Binary.fromString(value.textValue()));
    }
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
      element.setType(ColumnPages.physical(type.asPrimitiveType().getPrimitiveTypeName()));
    } else {
      element.setNum_children(type.asGroupType().getFieldCount());
      type.asGroupType().getFields().forEach(field -> list(field, elements));
    }
  }
}
