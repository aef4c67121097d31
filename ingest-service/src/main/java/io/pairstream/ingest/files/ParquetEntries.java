package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.files.ParquetEntries.Column.Kind;
import io.pairstream.ingest.files.ParquetFile.UnreadableException;
import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
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
 * The rows of a Parquet file: an image as bytes, as Hugging Face's {@code {bytes, path}}, as a
 * file's name or as a URL; a caption, or a list of them; labels; and columns of text and numbers,
 * which become annotations.
 *
 * <p>A group of rows that is damaged costs itself from the damage on; the next group is read.
 */
final class ParquetEntries implements SourceEntry.Reader, SourceEntry.Input {

  /** Most bytes that are kept of a text cell: captions are shorter. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  private final ParquetFile file;
  private final ColumnNames columns;
  private final List<Column> chosen;
  private final long rowsOfAll;

  /** Rows of the current group; null between groups. */
  private ParquetFile.Rows rows;

  private int nextGroup;
  private long rowsBefore;

  private ParquetEntries(ParquetFile file, ColumnNames columns, List<Column> chosen) {
    this.file = file;
    this.columns = columns;
    this.chosen = chosen;
    this.rowsOfAll = IntStream.range(0, file.groups()).mapToLong(file::rows).sum();
  }

  /**
   * @param file closed with the entries, or at once where it cannot be used
   * @throws UnusableSourceException where no column holds an image, or none a caption
   */
  static ParquetEntries open(ParquetFile file, ColumnNames columns) throws IOException {
    try {
      ColumnNames guessed =
          columns.guess(file.columns().stream().map(ParquetEntries::baseOf).distinct().toList());
      return new ParquetEntries(file, guessed, chosen(file, guessed));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Optional<SourceEntry> next() throws IOException {
    while (nextGroup < file.groups() && read() >= file.rows(nextGroup)) {
      leaveGroup();
    }
    if (nextGroup >= file.groups()) {
      return Optional.empty();
    }
    long number = rowsBefore + read() + 1;
    try {
      rows = rows == null ? file.read(nextGroup, chosen) : rows;
      SourceEntry entry = new SourceEntry(number, Long.toString(number), columns);
      rows.next(SourceEntry.MAX_CAPTIONS + 1, (column, value) -> take(column, value, entry));
      return Optional.of(entry);
    } catch (UnreadableException e) {
      leaveGroup();
      // It takes the number of the group's last row, for it stands for all up to there.
      return Optional.of(
          new SourceEntry(rowsBefore, Long.toString(number), columns)
              .problem(
                  "from here to row " + rowsBefore + " nothing was read: " + e.getMessage(),
                  rowsBefore - number + 1));
    }
  }

  @Override
  public void skip(long number) {
    while (nextGroup < file.groups() && rowsBefore + file.rows(nextGroup) <= number) {
      leaveGroup();
    }
  }

  @Override
  public double share() {
    return rowsOfAll == 0 ? 0 : Math.min(1, (double) (rowsBefore + read()) / rowsOfAll);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private long read() {
    return rows == null ? 0 : rows.read();
  }

  private void leaveGroup() {
    rowsBefore += file.rows(nextGroup);
    nextGroup++;
    rows = null;
  }

  private void take(Column column, ByteBuffer value, SourceEntry entry) {
    boolean isOfImage = columns.role(baseOf(column)) == Role.FILE;
    int size = value.remaining();
    if (isOfImage && column.kind() == Kind.BYTES) {
      if (size > RecordSizes.MAX_IMAGE) {
        entry.problem(ImageFiles.tooLarge(column.name(), size));
      } else if (size > 0) {
        // A copy: its page, with other images in it, is not kept with it.
        entry.image(ByteBuffer.wrap(Utils.toArray(value)));
      }
    } else if (size > MAX_TEXT_BYTES) {
      entry.problem(column.name() + " is too long: " + size + " bytes");
    } else {
      String name = isOfImage ? baseOf(column) : column.name();
      entry.text(value, column.name()).ifPresent(text -> take(name, text, column.isList(), entry));
    }
  }

  private static void take(String name, String text, boolean isItem, SourceEntry entry) {
    SourceEntry unused = isItem ? entry.item(name, text) : entry.field(name, text);
  }

  private static List<Column> chosen(ParquetFile file, ColumnNames columns) {
    List<Column> chosen = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (Column column : file.columns()) {
      names.add(column.name());
      Role base = columns.role(baseOf(column));
      Role role = base == Role.FILE ? base : columns.role(column.name());
      if (isOfUse(column, role)) {
        chosen.add(column);
        roles.add(role);
      }
    }
    columns.requireAll(names, roles);
    return List.copyOf(chosen);
  }

  private static boolean isOfUse(Column column, Role role) {
    boolean isText = column.kind() == Kind.TEXT;
    boolean isBytes = column.kind() == Kind.BYTES;
    return switch (role) {
      case FILE ->
          !column.isList()
              && (column.name().endsWith(".path")
                  ? isText
                  : isBytes || (isText && !column.name().endsWith(".bytes")));
      // Old writers do not mark text as such.
      case CAPTION -> isText || isBytes;
      case LABELS -> isText || column.kind() == Kind.NUMBER;
      case ANNOTATION ->
          column.descriptor().getPath().length == 1
              && !column.isList()
              && (isText || column.kind() == Kind.NUMBER);
      default -> !column.isList() && isText;
    };
  }

  /** Name of an image's column without the fields of Hugging Face's image type. */
  private static String baseOf(Column column) {
    return column.name().replaceFirst("\\.(bytes|path)$", "");
  }

  /**
   * A column of values, which may be a part of a larger one: {@code image} may have the columns
   * {@code image.bytes} and {@code image.path}, a list its items.
   *
   * @param index its place among the columns of the file
   * @param kind what its values are
   */
  record Column(int index, ColumnDescriptor descriptor, Kind kind) {

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
    enum Kind {
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
    static List<Column> of(List<SchemaElement> schema) throws UnreadableException {
      List<Column> columns = new ArrayList<>();
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
    String name() {
      String[] path = descriptor.getPath();
      return Stream.concat(
              Stream.of(path[0]),
              Stream.of(path).skip(1).filter(part -> !LIST_PARTS.contains(part)))
          .collect(Collectors.joining("."));
    }

    /** All its names, from the outermost in, with dots between. */
    String path() {
      return String.join(".", descriptor.getPath());
    }

    /** Whether a row may have several values. */
    boolean isList() {
      return descriptor.getMaxRepetitionLevel() > 0;
    }

    /** Reads a part of the schema, which lists a tree depth first. */
    private static void read(
        Iterator<SchemaElement> elements,
        int count,
        List<String> path,
        int repeated,
        int optional,
        List<Column> columns)
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
          columns.add(new Column(columns.size(), descriptor, kind(element)));
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
        throw new UnreadableException(
            "its column " + element.getName() + " has values of no length");
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
}
