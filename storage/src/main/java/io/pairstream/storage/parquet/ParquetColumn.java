package io.pairstream.storage.parquet;

import io.pairstream.storage.parquet.ParquetFile.UnreadableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;

/**
 * A column of values, which may be a part of a larger one: {@code image} may have the columns
 * {@code image.bytes} and {@code image.path}, a list its items.
 *
 * @param index its place among the columns of the file
 * @param kind what its values are
 */
public record ParquetColumn(int index, ColumnDescriptor descriptor, Kind kind) {

  /** Most levels of a schema's tree; deeper ones hold no pairs. */
  private static final int MAX_DEPTH = 32;

  /** Types of byte columns that hold text. */
  private static final List<ConvertedType> TEXTS =
      Arrays.asList(ConvertedType.UTF8, ConvertedType.ENUM, ConvertedType.JSON);

  /**
   * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists, with what Hive,
   * Spark and pyarrow write.
   */
  private static final Set<String> LIST_PARTS =
      Set.of("list", "element", "item", "bag", "array_element", "array");

  /** Kind of a column's values. */
  public enum Kind {
    /** Bytes that are marked as text. */
    TEXT,
    /** Bytes of any meaning. */
    BYTES,
    /** Numbers and truth values, which are given as text. */
    NUMBER,
    /** Dates, decimals and whatever else has no plain form. */
    OTHER
  }

  /**
   * All columns of a schema, in its order.
   *
   * @throws UnreadableException where the list is no tree
   */
  static List<ParquetColumn> of(List<SchemaElement> schema) throws UnreadableException {
    List<ParquetColumn> columns = new ArrayList<>();
    Iterator<SchemaElement> elements = schema.iterator();
    read(elements, next(elements).getNum_children(), List.of(), 0, 0, columns);
    if (elements.hasNext()) {
      throw new UnreadableException("its schema lists more than its tree has");
    }
    return columns;
  }

  /**
   * Names on the column's path with dots between, without those of list wrappers: {@code
   * image.bytes}.
   */
  public String name() {
    String[] path = descriptor.getPath();
    return Stream.concat(
            Stream.of(path[0]), Stream.of(path).skip(1).filter(part -> !LIST_PARTS.contains(part)))
        .collect(Collectors.joining("."));
  }

  /** All its names, from the outermost in, with dots between. */
  public String path() {
    return String.join(".", descriptor.getPath());
  }

  /** Whether a row may have several values. */
  public boolean isList() {
    return descriptor.getMaxRepetitionLevel() > 0;
  }

  /** Whether it is part of a larger column. */
  public boolean isNested() {
    return descriptor.getPath().length > 1;
  }

  /** Reads a part of the schema, which lists a tree depth first. */
  private static void read(
      Iterator<SchemaElement> elements,
      int count,
      List<String> path,
      int repeated,
      int optional,
      List<ParquetColumn> columns)
      throws UnreadableException {
    for (int i = 0; i < count; i++) {
      SchemaElement element = next(elements);
      if (path.size() >= MAX_DEPTH || element.getName() == null) {
        throw new UnreadableException(
            "its schema is nested too deeply, or has columns without a name");
      }
      List<String> names = new ArrayList<>(path);
      names.add(element.getName());
      FieldRepetitionType repetition = element.getRepetition_type();
      int repetitions = repeated + (repetition == FieldRepetitionType.REPEATED ? 1 : 0);
      int definitions =
          optional + (repetition == null || repetition == FieldRepetitionType.REQUIRED ? 0 : 1);
      if (element.isSetType()) {
        ColumnDescriptor descriptor =
            new ColumnDescriptor(
                names.toArray(String[]::new), type(element), repetitions, definitions);
        columns.add(new ParquetColumn(columns.size(), descriptor, kind(element)));
      } else {
        read(elements, element.getNum_children(), names, repetitions, definitions, columns);
      }
    }
  }

  private static SchemaElement next(Iterator<SchemaElement> elements) throws UnreadableException {
    if (!elements.hasNext()) {
      throw new UnreadableException("its schema ends too early");
    }
    return elements.next();
  }

  private static PrimitiveType type(SchemaElement element) throws UnreadableException {
    PrimitiveTypeName type = primitive(element.getType());
    if (type != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY) {
      return new PrimitiveType(Repetition.OPTIONAL, type, element.getName());
    }
    if (element.getType_length() < 1) {
      throw new UnreadableException("its column " + element.getName() + " has values of no length");
    }
    return new PrimitiveType(
        Repetition.OPTIONAL, type, element.getType_length(), element.getName());
  }

  static PrimitiveTypeName primitive(Type type) {
    return PrimitiveTypeName.valueOf(type == Type.BYTE_ARRAY ? "BINARY" : type.name());
  }

  private static Kind kind(SchemaElement element) {
    ConvertedType converted = element.getConverted_type();
    LogicalType logical = element.getLogicalType();
    boolean isPlain = converted == null && logical == null;
    return switch (element.getType()) {
      case BYTE_ARRAY -> {
        boolean isText =
            TEXTS.contains(converted)
                || (logical != null && (logical.isSetSTRING() || logical.isSetENUM()));
        yield isText ? Kind.TEXT : isPlain ? Kind.BYTES : Kind.OTHER;
      }
      case FIXED_LEN_BYTE_ARRAY -> isPlain ? Kind.BYTES : Kind.OTHER;
      case INT96 -> Kind.OTHER;
      default -> {
        boolean isInteger =
            (logical != null && logical.isSetINTEGER())
                || (converted != null && converted.name().matches("U?INT_\\d+"));
        yield isPlain || isInteger ? Kind.NUMBER : Kind.OTHER;
      }
    };
  }
}
