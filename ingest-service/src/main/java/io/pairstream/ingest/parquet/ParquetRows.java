package io.pairstream.ingest.parquet;

import java.util.ArrayList;
import java.util.List;

/** The rows of one group, in their order. For one thread. */
public final class ParquetRows {

  private final List<ColumnCursor> columns;
  private final long rows;
  private long read;

  ParquetRows(List<ColumnCursor> columns, long rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Whether there is another row. */
  public boolean hasNext() {
    return read < rows;
  }

  /** How many rows were read. */
  public long read() {
    return read;
  }

  /**
   * The next row: for each chosen column its values, none where it has none.
   *
   * @param maxBytes largest value whose bytes are wanted
   * @param maxValues how many values of a list are wanted
   * @throws ParquetException where the group cannot be read on; no later row can be read either
   */
  public List<List<ParquetValue>> next(int maxBytes, int maxValues) throws ParquetException {
    List<List<ParquetValue>> row = new ArrayList<>(columns.size());
    for (ColumnCursor column : columns) {
      row.add(Decoding.guarded(column.name(), () -> column.next(maxBytes, maxValues)));
    }
    read++;
    return row;
  }

  /**
   * Passes over the next row.
   *
   * @throws ParquetException as {@link #next} does
   */
  public void skip() throws ParquetException {
    for (ColumnCursor column : columns) {
      Decoding.guarded(
          column.name(),
          () -> {
            column.skip();
            return true;
          });
    }
    read++;
  }
}
