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
public final class ParquetFile implements Closeable {

  /** A footer has some hundred bytes a column and group; this is room for 100,000 of them. */
  private static final int MAX_FOOTER_BYTES = 32 * 1024 * 1024;

  private static final String MAGIC = "PAR1";
  private static final String ENCRYPTED_MAGIC = "PARE";
  private static final int TAIL_BYTES = 8;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final FileChannel file;
  private final long sizeBytes;
  private final UnpackMeter meter = new UnpackMeter();
  private final FileMetaData footer;
  private final List<ParquetColumn> columns;
  private final ParsedVersion writer;

  private ParquetFile(FileChannel file) throws IOException {
    this.file = file;
    this.sizeBytes = file.size();
    this.footer = footer();
    this.columns = SchemaLeaves.of(footer.getSchema());
    this.writer = writer(footer.getCreated_by());
  }

  /**
   * Reads a file's footer.
   *
   * @throws ParquetException where it is no Parquet file, or one that is not read here
   * @throws IOException where the file cannot be read
   */
  public static ParquetFile open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path);
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
   * @throws ParquetException where the group is damaged as far as can be seen
   */
  public ParquetRows read(int group, List<ParquetColumn> chosen) throws ParquetException {
    List<ColumnChunk> chunks = footer.getRow_groups().get(group).getColumns();
    if (chunks.size() != columns.size()) {
      throw new ParquetException(
          "it has %s columns where the schema has %s".formatted(chunks.size(), columns.size()));
    }
    ParquetRows rows = new ParquetRows(rows(group));
    for (ParquetColumn column : chosen) {
      rows.add(column, pages(column, chunks.get(column.index())), writer);
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private PageStream pages(ParquetColumn column, ColumnChunk chunk) throws ParquetException {
    ColumnMetaData data = chunk.getMeta_data();
    String name = "its column " + column.path();
    if (data == null || chunk.isSetCrypto_metadata()) {
      throw new ParquetException(name + " is encrypted, which is not read");
    }
    if (chunk.getFile_path() != null && !chunk.getFile_path().isEmpty()) {
      throw new ParquetException(name + " lies in another file, which is not read");
    }
    long first =
        data.isSetDictionary_page_offset() && data.getDictionary_page_offset() > 0
            ? Math.min(data.getDictionary_page_offset(), data.getData_page_offset())
            : data.getData_page_offset();
    long length = data.getTotal_compressed_size();
    if (first < MAGIC.length() || length < 0 || length > sizeBytes - TAIL_BYTES - first) {
      throw new ParquetException(name + " states " + length + " bytes from " + first + " on");
    }
    String type = column.descriptor().getPrimitiveType().getPrimitiveTypeName().name();
    if (!data.getType().name().equals(type.equals("BINARY") ? "BYTE_ARRAY" : type)) {
      throw new ParquetException(name + " is of another type than the schema says");
    }
    return new PageStream(
        column.descriptor(), data.getCodec(), data.getNum_values(), part(first, length), meter);
  }

  private FileMetaData footer() throws IOException {
    if (sizeBytes < MAGIC.length() + TAIL_BYTES) {
      throw new ParquetException("it is no Parquet file: it has " + sizeBytes + " bytes");
    }
    byte[] tail = part(sizeBytes - TAIL_BYTES, TAIL_BYTES).readNBytes(TAIL_BYTES);
    int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
    String magic = new String(tail, Integer.BYTES, MAGIC.length(), StandardCharsets.ISO_8859_1);
    if (magic.equals(ENCRYPTED_MAGIC)) {
      throw new ParquetException("it is encrypted, which is not read");
    }
    if (!magic.equals(MAGIC)) {
      throw new ParquetException(
          "it does not end as a Parquet file does; it is none, or was cut short");
    }
    if (length < 1 || length > sizeBytes - TAIL_BYTES - MAGIC.length()) {
      throw new ParquetException("it states a footer of " + length + " bytes");
    }
    if (length > MAX_FOOTER_BYTES) {
      throw new ParquetException(
          "its footer has %s bytes; at most %s are read; write it as several files"
              .formatted(length, MAX_FOOTER_BYTES));
    }
    FileMetaData read = new FileMetaData();
    readThrift(read, part(sizeBytes - TAIL_BYTES - length, length), length, "its footer");
    if (read.getSchema() == null || read.getRow_groups() == null) {
      throw new ParquetException("its footer has no schema or no groups of rows");
    }
    for (RowGroup group : read.getRow_groups()) {
      if (group.getColumns() == null) {
        throw new ParquetException("its footer has a group of rows without columns");
      }
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
      throws ParquetException {
    try {
      // A list or text that states more than the message can hold is refused before it is made.
      TConfiguration limits =
          new TConfiguration(maxBytes, maxBytes, TConfiguration.DEFAULT_RECURSION_DEPTH);
      structure.read(
          new InterningProtocol(new TCompactProtocol(new TIOStreamTransport(limits, input))));
    } catch (TException | RuntimeException e) {
      throw new ParquetException(what + " is damaged: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      // Fields that nobody knows may nest without end.
      throw new ParquetException(what + " is nested without end", e);
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
