package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** The values of one column, row by row. For one thread. */
final class ColumnCursor {

  private final ColumnDescriptor column;
  private final long values;
  private final ColumnReader reader;
  private long read;

  /** Begins with the first page. */
  ColumnCursor(ColumnDescriptor column, PageStream pages, ParsedVersion writer) {
    this.column = column;
    this.values = pages.getTotalValueCount();
    this.reader = new ColumnReaderImpl(column, pages, new PrimitiveConverter() {}, writer);
  }

  /** What the column is called. */
  String name() {
    return String.join(".", column.getPath());
  }

  /**
   * The values of the next row; none where it has none.
   *
   * @param maxBytes largest value whose bytes are copied
   * @param maxValues how many values are kept
   * @throws IOException where there is no such row
   */
  List<ParquetValue> next(int maxBytes, int maxValues) throws IOException {
    List<ParquetValue> row = new ArrayList<>(1);
    do {
      if (read >= values) {
        throw new ParquetException("its values end before its rows do");
      }
      if (reader.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
        if (row.size() < maxValues) {
          row.add(value(maxBytes));
        } else {
          reader.skip();
        }
      }
      read++;
      reader.consume();
    } while (read < values && reader.getCurrentRepetitionLevel() > 0);
    return row;
  }

  /**
   * Passes over the next row.
   *
   * @throws IOException where there is no such row
   */
  void skip() throws IOException {
    var unused = next(0, 0);
  }

  private ParquetValue value(int maxBytes) {
    PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
    return switch (type) {
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> {
        Binary value = reader.getBinary();
        yield new ParquetValue(
            ByteBuffer.wrap(value.length() > maxBytes ? new byte[0] : value.getBytes()),
            value.length());
      }
      case INT32 -> text(Integer.toString(reader.getInteger()));
      case INT64 -> text(Long.toString(reader.getLong()));
      case FLOAT -> text(Float.toString(reader.getFloat()));
      case DOUBLE -> text(Double.toString(reader.getDouble()));
      case BOOLEAN -> text(Boolean.toString(reader.getBoolean()));
    };
  }

  private static ParquetValue text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new ParquetValue(ByteBuffer.wrap(bytes), bytes.length);
  }
}
