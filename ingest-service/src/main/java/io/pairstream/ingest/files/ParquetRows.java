package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ParquetFile.UnreadableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.io.api.PrimitiveConverter;

/** The rows of one group, in their order. For one thread. */
final class ParquetRows {

  private final List<Cursor> cursors = new ArrayList<>();
  private long read;

  /** Adds a column, and begins with its first page. */
  void add(ParquetColumn column, PageStream pages, ParsedVersion writer)
      throws UnreadableException {
    cursors.add(guarded(column, () -> new Cursor(column, pages, writer)));
  }

  /** How many rows were read. */
  long read() {
    return read;
  }

  /**
   * Hands over the values of the next row, column by column. Their bytes lie within a page, which
   * they keep in memory.
   *
   * @param maxValues how many values of a list are wanted
   * @throws UnreadableException where the group cannot be read on; no later row can be read either
   */
  void next(int maxValues, BiConsumer<ParquetColumn, ByteBuffer> taker) throws UnreadableException {
    for (Cursor cursor : cursors) {
      Cursor unused = guarded(cursor.column, () -> cursor.next(maxValues, taker));
    }
    read++;
  }

  /**
   * Runs parquet-java's readers, which throw anything at all at a damaged page, and make arrays of
   * whatever size it states.
   */
  private static <T> T guarded(ParquetColumn column, Callable<T> work) throws UnreadableException {
    String name = column.path();
    try {
      return work.call();
    } catch (UncheckedIOException e) {
      throw new UnreadableException("column " + name + ": " + e.getCause().getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new UnreadableException(
          "column %s needs more memory than there is; write it with smaller groups of rows (pyarrow: row_group_size=100)"
              .formatted(name),
          e);
    } catch (Exception e) {
      throw new UnreadableException(
          "column %s cannot be decoded: %s"
              .formatted(
                  name, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }

  /** The values of one column, row by row. */
  private static final class Cursor {

    private final ParquetColumn column;
    private final long values;
    private final ColumnReader reader;
    private long read;

    Cursor(ParquetColumn column, PageStream pages, ParsedVersion writer) {
      this.column = column;
      this.values = pages.getTotalValueCount();
      this.reader =
          new ColumnReaderImpl(column.descriptor(), pages, new PrimitiveConverter() {}, writer);
    }

    /** Hands over the values of the next row, as many as are wanted. */
    Cursor next(int maxValues, BiConsumer<ParquetColumn, ByteBuffer> taker) throws IOException {
      int taken = 0;
      do {
        if (read >= values) {
          throw new UnreadableException("its values end before its rows do");
        }
        if (reader.getCurrentDefinitionLevel() == column.descriptor().getMaxDefinitionLevel()) {
          taken++;
          if (taken <= maxValues) {
            taker.accept(column, value());
          } else {
            reader.skip();
          }
        }
        read++;
        reader.consume();
      } while (read < values && reader.getCurrentRepetitionLevel() > 0);
      return this;
    }

    private ByteBuffer value() {
      return switch (column.descriptor().getPrimitiveType().getPrimitiveTypeName()) {
        case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> reader.getBinary().toByteBuffer();
        case INT32 -> text(Integer.toString(reader.getInteger()));
        case INT64 -> text(Long.toString(reader.getLong()));
        case FLOAT -> text(Float.toString(reader.getFloat()));
        case DOUBLE -> text(Double.toString(reader.getDouble()));
        case BOOLEAN -> text(Boolean.toString(reader.getBoolean()));
      };
    }

    private static ByteBuffer text(String text) {
      return StandardCharsets.US_ASCII.encode(text);
    }
  }
}
