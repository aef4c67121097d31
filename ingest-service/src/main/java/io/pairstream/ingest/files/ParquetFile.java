package io.pairstream.ingest.files;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.InterningProtocol;
import org.apache.parquet.format.RowGroup;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/**
 * A Parquet file: its columns, and its rows in groups
 * (https://parquet.apache.org/docs/file-format/). For one thread.
 */
final class ParquetFile implements Closeable {

  /** A footer has some hundred bytes a column and group; this is room for 100,000 of them. */
  private static final int MAX_FOOTER_BYTES = 32 * 1024 * 1024;

  private static final String MAGIC = "PAR1";
  private static final String ENCRYPTED_MAGIC = "PARE";
  private static final int TAIL_BYTES = 8;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final FileChannel file;
  private final long sizeBytes;
  private final SourceInput.Meter meter = new SourceInput.Meter();
  private final FileMetaData footer;
  private final List<ParquetColumn> columns;
  private final ParsedVersion writer;

  /**
   * The file is damaged, asks for too much, or is of a kind that is not read. The message says
   * which, for its owner.
   */
  static final class UnreadableException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }

    UnreadableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private ParquetFile(FileChannel file) throws IOException {
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
  static ParquetFile open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path);
    try {
      return new ParquetFile(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** All columns of values, in the schema's order. */
  List<ParquetColumn> columns() {
    return columns;
  }

  /** How many groups of rows there are. */
  int groups() {
    return footer.getRow_groups().size();
  }

  /** How many rows a group states to have; at least 0. */
  long rows(int group) {
    return Math.max(0, footer.getRow_groups().get(group).getNum_rows());
  }

  /**
   * The rows of a group.
   *
   * @param chosen columns of this file
   * @throws UnreadableException where the group is damaged as far as can be seen
   */
  ParquetRows read(int group, List<ParquetColumn> chosen) throws UnreadableException {
    List<ColumnChunk> chunks = footer.getRow_groups().get(group).getColumns();
    if (chunks.size() != columns.size()) {
      throw new UnreadableException(
          "it has %s columns where the schema has %s".formatted(chunks.size(), columns.size()));
    }
    ParquetRows rows = new ParquetRows();
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
    long first =
        data.isSetDictionary_page_offset() && data.getDictionary_page_offset() > 0
            ? Math.min(data.getDictionary_page_offset(), data.getData_page_offset())
            : data.getData_page_offset();
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
    return read;
  }

  /** Which bugs of old writers to expect. */
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
      // Fields that nobody knows may nest without end.
      throw new UnreadableException(what + " is nested without end", e);
    }
  }

  /** A part of the file, with a position of its own. */
  private InputStream part(long offset, long length) {
    InputStream part =
        new InputStream() {
          private final long end = offset + length;
          private long next = offset;

          @Override
          public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
          }

          @Override
          public int read(byte[] into, int from, int most) throws IOException {
            if (most > 0 && next >= end) {
              return -1;
            }
            int wanted = (int) Math.min(most, end - next);
            int count = file.read(ByteBuffer.wrap(into, from, wanted), next);
            next += Math.max(0, count);
            return count;
          }
        };
    return new BufferedInputStream(part, BUFFER_BYTES);
  }
}
