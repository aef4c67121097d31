package io.pairstream.ingest.files;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.column.ColumnDescriptor;

/**
 * A column of values, which may be a part of a larger one: {@code image} may have the columns
 * {@code image.bytes} and {@code image.path}, a list its items.
 *
 * @param index its place among the columns of the file
 * @param kind what its values are
 */
public record ParquetColumn(int index, ColumnDescriptor descriptor, Kind kind) {

  /**
   * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists, with what Hive,
   * Spark and pyarrow write.
   */
  private static final Set<String> LIST_PARTS =
      Set.of("list", "element", "item", "bag", "array_element", "array");

  /** What values are. */
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

  /** Its names with dots between, without those that lists add: {@code image.bytes}. */
  public String name() {
    String[] path = descriptor.getPath();
    return Stream.concat(
            Stream.of(path[0]), Stream.of(path).skip(1).filter(part -> !LIST_PARTS.contains(part)))
        .collect(Collectors.joining("."));
  }

  /** All its names, from the outermost in, with dots between. */
  String path() {
    return String.join(".", descriptor.getPath());
  }

  /** Whether it is no part of a larger one. */
  public boolean isPlain() {
    return descriptor.getPath().length == 1 && !isList();
  }

  /** Whether a row may have several values. */
  public boolean isList() {
    return descriptor.getMaxRepetitionLevel() > 0;
  }
}
