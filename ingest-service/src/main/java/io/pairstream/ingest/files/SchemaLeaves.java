package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ParquetColumn.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;

/** The columns of a file's schema, which lists a tree depth first. */
final class SchemaLeaves {

  /** Deeper trees hold no pairs. */
  private static final int MAX_DEPTH = 32;

  private final List<SchemaElement> elements;
  private final List<ParquetColumn> leaves = new ArrayList<>();
  private final Deque<String> path = new ArrayDeque<>();
  private int next;

  private SchemaLeaves(List<SchemaElement> elements) {
    this.elements = elements;
  }

  /**
   * @throws ParquetException where the list is no tree
   */
  static List<ParquetColumn> of(List<SchemaElement> elements) throws ParquetException {
    SchemaLeaves leaves = new SchemaLeaves(elements);
    SchemaElement root = leaves.take();
    for (int i = 0; i < root.getNum_children(); i++) {
      leaves.read(0, 0);
    }
    if (leaves.next != elements.size()) {
      throw new ParquetException("its schema lists more than its tree has");
    }
    return List.copyOf(leaves.leaves);
  }

  private SchemaElement take() throws ParquetException {
    if (next >= elements.size()) {
      throw new ParquetException("its schema ends too early");
    }
    return elements.get(next++);
  }

  private void read(int repetitionLevel, int definitionLevel) throws ParquetException {
    SchemaElement element = take();
    if (path.size() >= MAX_DEPTH || element.getName() == null) {
      throw new ParquetException("its schema is nested too deeply, or has columns without a name");
    }
    FieldRepetitionType repetition = element.getRepetition_type();
    int maxRepetition = repetitionLevel + (repetition == FieldRepetitionType.REPEATED ? 1 : 0);
    int maxDefinition =
        definitionLevel
            + (repetition == null || repetition == FieldRepetitionType.REQUIRED ? 0 : 1);
    path.addLast(element.getName());
    if (element.isSetType()) {
      leaves.add(leaf(element, maxRepetition, maxDefinition));
    } else {
      for (int i = 0; i < element.getNum_children(); i++) {
        read(maxRepetition, maxDefinition);
      }
    }
    path.removeLast();
  }

  private ParquetColumn leaf(SchemaElement element, int maxRepetition, int maxDefinition)
      throws ParquetException {
    PrimitiveTypeName type =
        element.getType() == Type.BYTE_ARRAY
            ? PrimitiveTypeName.BINARY
            : PrimitiveTypeName.valueOf(element.getType().name());
    boolean isFixed = type == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    if (isFixed && element.getType_length() < 1) {
      throw new ParquetException("its column " + element.getName() + " has values of no length");
    }
    PrimitiveType primitive =
        isFixed
            ? new PrimitiveType(
                Repetition.OPTIONAL, type, element.getType_length(), element.getName())
            : new PrimitiveType(Repetition.OPTIONAL, type, element.getName());
    return new ParquetColumn(
        leaves.size(),
        new ColumnDescriptor(path.toArray(String[]::new), primitive, maxRepetition, maxDefinition),
        kind(element));
  }

  private static Kind kind(SchemaElement element) {
    ConvertedType converted = element.getConverted_type();
    LogicalType logical = element.getLogicalType();
    boolean isPlain = converted == null && logical == null;
    Type type = element.getType();
    if (type == Type.BYTE_ARRAY) {
      boolean isText =
          converted == ConvertedType.UTF8
              || converted == ConvertedType.ENUM
              || converted == ConvertedType.JSON
              || (logical != null && (logical.isSetSTRING() || logical.isSetENUM()));
      return isText ? Kind.TEXT : isPlain ? Kind.BYTES : Kind.OTHER;
    }
    if (type == Type.FIXED_LEN_BYTE_ARRAY) {
      return isPlain ? Kind.BYTES : Kind.OTHER;
    }
    if (type == Type.INT96) {
      return Kind.OTHER;
    }
    boolean isInteger =
        (logical != null && logical.isSetINTEGER())
            || (converted != null && converted.name().matches("U?INT_\\d+"));
    return isPlain || isInteger ? Kind.NUMBER : Kind.OTHER;
  }
}
