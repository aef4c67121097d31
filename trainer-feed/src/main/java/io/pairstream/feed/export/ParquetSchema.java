package io.pairstream.feed.export;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * The columns of an export: {@code image {bytes, path}}, then a pair's fields. All may be null in
 * the schema, as in every file that Hugging Face's datasets writes, and none ever is.
 */
final class ParquetSchema {

  static final String IMAGE = "image";

  private ParquetSchema() {}

  static MessageType of(List<PairField> fields) {
    List<Type> columns = new ArrayList<>();
    columns.add(
        Types.optionalGroup()
            .optional(BINARY)
            .named("bytes")
            .optional(BINARY)
            .as(stringType())
            .named("path")
            .named(IMAGE));
    fields.forEach(field -> columns.add(field.column()));
    return new MessageType("pair", columns);
  }

  /** The tree as the file's footer lists it: depth first. */
  static List<SchemaElement> elements(MessageType schema) {
    List<SchemaElement> elements = new ArrayList<>();
    elements.add(new SchemaElement(schema.getName()).setNum_children(schema.getFieldCount()));
    schema.getFields().forEach(field -> add(field, elements));
    return elements;
  }

  private static void add(Type type, List<SchemaElement> elements) {
    SchemaElement element = new SchemaElement(type.getName());
    element.setRepetition_type(FieldRepetitionType.valueOf(type.getRepetition().name()));
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation) {
      element.setConverted_type(ConvertedType.UTF8);
      element.setLogicalType(LogicalType.STRING(new StringType()));
    } else if (meaning instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
      element.setConverted_type(ConvertedType.LIST);
      element.setLogicalType(LogicalType.LIST(new ListType()));
    }
    elements.add(element);
    if (type.isPrimitive()) {
      element.setType(physical(type.asPrimitiveType()));
    } else {
      element.setNum_children(type.asGroupType().getFieldCount());
      type.asGroupType().getFields().forEach(field -> add(field, elements));
    }
  }

  /** The type as the file's footer names it. */
  static org.apache.parquet.format.Type physical(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BINARY -> org.apache.parquet.format.Type.BYTE_ARRAY;
      case BOOLEAN -> org.apache.parquet.format.Type.BOOLEAN;
      case DOUBLE -> org.apache.parquet.format.Type.DOUBLE;
      case INT32 -> org.apache.parquet.format.Type.INT32;
      case INT64 -> org.apache.parquet.format.Type.INT64;
      default -> throw new IllegalArgumentException("no export has values of " + type);
    };
  }
}
