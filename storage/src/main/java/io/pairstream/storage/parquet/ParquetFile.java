package io.pairstream.storage.parquet;

import io.pairstream.storage.UnpackingMeter;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.commons.compress.utils.BoundedSeekableByteChannelInputStream;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.InterningProtocol;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.io.api.PrimitiveConverter;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/**
 * A Parquet file: its columns, and its rows in groups
 * (https://parquet.apache.org/docs/file-format/). For one thread.
 */
public final class ParquetFile implements Closeable {

  /** Most bytes of a footer: some hundred per column and group, so room for 100,000 of them. */
  private static final int MAX_FOOTER_BYTES = 32 * 1024 * 1024;

  private static final String MAGIC = "PAR1";

  /** End of a file and beginning of the next. */
  private static final long TWO_MAGICS = 0x5041523150415231L;

  private static final String ENCRYPTED_MAGIC = "PARE";
  private static final int TAIL_BYTES = 8;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final SeekableByteChannel file;
  private final long sizeBytes;
  private final UnpackingMeter meter = new UnpackingMeter();
  private final FileMetaData footer;
  private final List<ParquetColumn> columns;
  private final ParsedVersion writer;

  /**
   * The file is damaged, asks for too much, or is of a kind that is not read. The message says
   * which, for its owner.
   */
  public static final class UnreadableException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }

    UnreadableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private ParquetFile(SeekableByteChannel file) throws IOException {
    this.file = file;
    this.sizeBytes = file.size();
    this.footer = footer();
    this.writer = writer(footer.getCreated_by());
    this.columns = ParquetColumn.of(footer.getSchema());
  }

  /**
   * Reads a file's footer.
   *
   * @throws UnreadableException where it is no Parquet file, or one that is not read here
   * @throws IOException where the file cannot be read
   */
  public static ParquetFile open(Path path) throws IOException {
    return open(FileChannel.open(path));
  }

  /**
   * Reads the footer of a file that is open.
   *
   * @param file closed with this, or at once where it cannot be used
   * @throws UnreadableException where it is no Parquet file, or one that is not read here
   * @throws IOException where the file cannot be read
   */
  public static ParquetFile open(SeekableByteChannel file) throws IOException {
    try {
      return new ParquetFile(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** All columns of values, in the schema's order. */
  public List<ParquetColumn> columns() {
    return columns;
  }

  /** How many groups of rows there are. */
  public int groups() {
    return footer.getRow_groups().size();
  }

  /** How many rows a group states to have; at least 0. */
  public long rows(int group) {
    return Math.max(0, footer.getRow_groups().get(group).getNum_rows());
  }

  /**
   * The rows of a group.
   *
   * @param chosen columns of this file
   * @throws UnreadableException where the group is damaged as far as can be seen
   */
  public Rows read(int group, List<ParquetColumn> chosen) throws UnreadableException {
    List<ColumnChunk> chunks = footer.getRow_groups().get(group).getColumns();
    if (chunks.size() != columns.size()) {
      throw new UnreadableException(
          "it has %s columns where the schema has %s".formatted(chunks.size(), columns.size()));
    }
    Rows rows = new Rows();
    for (ParquetColumn column : chosen) {
      rows.add(column, pages(column, chunks.get(column.index())), writer);
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private PageStream pages(ParquetColumn column, ColumnChunk chunk) throws UnreadableException {
    ColumnMetaData data = chunk.getMeta_data();
    String name = "its column " + column.path();
    if (data == null || chunk.isSetCrypto_metadata()) {
      throw new UnreadableException(name + " is encrypted, which is not read");
    }
    if (chunk.getFile_path() != null && !chunk.getFile_path().isEmpty()) {
      throw new UnreadableException(name + " lies in another file, which is not read");
    }
    long first = first(data);
    long length = data.getTotal_compressed_size();
    if (first < MAGIC.length() || length < 0 || length > sizeBytes - TAIL_BYTES - first) {
      throw new UnreadableException(name + " states " + length + " bytes from " + first + " on");
    }
    if (ParquetColumn.primitive(data.getType())
        != column.descriptor().getPrimitiveType().getPrimitiveTypeName()) {
      throw new UnreadableException(name + " is of another type than the schema says");
    }
    return new PageStream(
        column.descriptor(), data.getCodec(), data.getNum_values(), part(first, length), meter);
  }

  /** Offset of a column's first page. */
  private static long first(ColumnMetaData data) {
    return data.isSetDictionary_page_offset() && data.getDictionary_page_offset() > 0
        ? Math.min(data.getDictionary_page_offset(), data.getData_page_offset())
        : data.getData_page_offset();
  }

  private FileMetaData footer() throws IOException {
    if (sizeBytes < MAGIC.length() + TAIL_BYTES) {
      throw new UnreadableException("it is no Parquet file: it has " + sizeBytes + " bytes");
    }
    byte[] tail = part(sizeBytes - TAIL_BYTES, TAIL_BYTES).readNBytes(TAIL_BYTES);
    int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
    String magic = new String(tail, Integer.BYTES, MAGIC.length(), StandardCharsets.ISO_8859_1);
    if (magic.equals(ENCRYPTED_MAGIC)) {
      throw new UnreadableException("it is encrypted, which is not read");
    }
    if (!magic.equals(MAGIC)) {
      throw new UnreadableException(
          "it does not end as a Parquet file does; it is none, or was cut short");
    }
    if (length < 1 || length > sizeBytes - TAIL_BYTES - MAGIC.length()) {
      throw new UnreadableException("it states a footer of " + length + " bytes");
    }
    if (length > MAX_FOOTER_BYTES) {
      throw new UnreadableException(
          "its footer has %s bytes; at most %s are read; write it as several files"
              .formatted(length, MAX_FOOTER_BYTES));
    }
    FileMetaData read = new FileMetaData();
    readThrift(read, part(sizeBytes - TAIL_BYTES - length, length), length, "its footer");
    if (read.getSchema() == null
        || read.getRow_groups() == null
        || read.getRow_groups().stream().map(RowGroup::getColumns).anyMatch(Objects::isNull)) {
      throw new UnreadableException("its footer has no schema, groups of rows or columns");
    }
    if (read.getRow_groups().stream().mapToLong(RowGroup::getNum_rows).sum()
        != read.getNum_rows()) {
      throw new UnreadableException("its groups have not the rows that its footer states");
    }
    requireOne(read, sizeBytes - TAIL_BYTES - length);
    return read;
  }

  /** Makes sure that no end of another file comes before the footer, whose groups it hides. */
  private void requireOne(FileMetaData footer, long begin) throws IOException {
    long end =
        footer.getRow_groups().stream()
            .flatMap(group -> group.getColumns().stream())
            .map(ColumnChunk::getMeta_data)
            .filter(Objects::nonNull)
            .mapToLong(data -> first(data) + data.getTotal_compressed_size())
            .filter(last -> last >= 0 && last < begin)
            .max()
            .orElse(begin);
    InputStream between = part(end, begin - end);
    long last = 0;
    for (int next = between.read(); next >= 0; next = between.read()) {
      last = last << Byte.SIZE | next;
      if (last == TWO_MAGICS) {
        throw new UnreadableException("it is several files in one; name each of them");
      }
    }
  }

  /** Version of the writer, whose known bugs the reader then expects. */
  private static ParsedVersion writer(String createdBy) {
    try {
      return VersionParser.parse(createdBy == null ? "" : createdBy);
    } catch (VersionParseException | RuntimeException e) {
      return new ParsedVersion("unknown", "", "");
    }
  }

  /**
   * Reads a header, which is a Thrift structure.
   *
   * @param maxBytes largest header, statistics with values of the page included
   */
  static void readThrift(TBase<?, ?> structure, InputStream input, int maxBytes, String what)
      throws UnreadableException {
    try {
      // A list or text that states more than the message can hold is refused before it is made.
      TConfiguration limits =
          new TConfiguration(maxBytes, maxBytes, TConfiguration.DEFAULT_RECURSION_DEPTH);
      structure.read(
          new InterningProtocol(new TCompactProtocol(new TIOStreamTransport(limits, input))));
    } catch (TException | RuntimeException e) {
      throw new UnreadableException(what + " is damaged: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      // Unknown fields may nest without end.
      throw new UnreadableException(what + " is nested without end", e);
    }
  }

  private InputStream part(long offset, long length) {
    return new BufferedInputStream(
        new BoundedSeekableByteChannelInputStream(offset, length, file), BUFFER_BYTES);
  }

  /** The rows of one group, in their order. For one thread. */
  public static final class Rows {

    private final List<Cursor> cursors = new ArrayList<>();
    private long read;

    /** Adds a column, and begins with its first page. */
    void add(ParquetColumn column, PageStream pages, ParsedVersion writer)
        throws UnreadableException {
      cursors.add(guarded(column, () -> new Cursor(column, pages, writer)));
    }

    /** How many rows were read. */
    public long read() {
      return read;
    }

    /**
     * Hands over the values of the next row, column by column. Their bytes lie within a page, which
     * they keep in memory.
     *
     * @param maxValues how many values of a list are wanted
     * @throws UnreadableException where the group cannot be read on; no later row can be read
     *     either
     */
    public void next(int maxValues, BiConsumer<ParquetColumn, ByteBuffer> taker)
        throws UnreadableException {
      for (Cursor cursor : cursors) {
        guarded(cursor.column, () -> cursor.next(maxValues, taker));
      }
      read++;
    }

    /**
     * Runs parquet-java's readers, which throw anything at all at a damaged page, and make arrays
     * of whatever size it states.
     */
    private static <T> T guarded(ParquetColumn column, Callable<T> work)
        throws UnreadableException {
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
}
