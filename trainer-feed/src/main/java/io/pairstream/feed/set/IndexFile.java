package io.pairstream.feed.set;

import io.pairstream.storage.parquet.ParquetColumn;
import io.pairstream.storage.parquet.ParquetFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reads indices. */
final class IndexFile {

  private IndexFile() {}

  /** Takes the rows of an index. */
  interface Visitor {

    /**
     * Takes a row.
     *
     * @param values by the column's path with dots between, those of lists with line feeds between;
     *     without those that are null
     */
    void take(int row, Map<String, String> values) throws IOException;
  }

  /**
   * Reads an index through to its end.
   *
   * @param columns which columns, by their paths with dots between
   * @throws IOException where it is no Parquet file, or is damaged
   */
  static void readAll(Path index, Predicate<String> columns, Visitor visitor) throws IOException {
    try (ParquetFile file = ParquetFile.open(index)) {
      List<ParquetColumn> chosen =
          file.columns().stream().filter(column -> columns.test(column.path())).toList();
      int row = 0;
      for (int group = 0; group < file.groups(); group++) {
        ParquetFile.Rows rows = file.read(group, chosen);
        while (rows.read() < file.rows(group)) {
          Map<String, String> values = new TreeMap<>();
          rows.next(
              Integer.MAX_VALUE,
              (column, value) ->
                  values.merge(
                      column.path(),
                      StandardCharsets.UTF_8.decode(value).toString(),
                      (one, other) -> one + "\n" + other));
          visitor.take(row, values);
          row++;
        }
      }
    }
  }
}
