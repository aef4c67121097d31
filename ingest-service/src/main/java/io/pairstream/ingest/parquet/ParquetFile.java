package io.pairstream.ingest.parquet;

import io.pairstream.ingest.unpack.UnpackMeter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;

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

  private final FileChannel file;
  private final long sizeBytes;
  private final UnpackMeter meter;
  private final FileMetaData footer;
  private final List<ParquetColumn> columns;
  private final ParsedVersion writer;

  private ParquetFile(FileChannel file) throws IOException {
    this.file = file;
    this.meter = new UnpackMeter();
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
  public ParquetRows read(int group, List<ParquetColumn> chosen) throws IOException {
    RowGroup stated = footer.getRow_groups().get(group);
    if (stated.getColumns().size() != columns.size()) {
      throw new ParquetException(
          "it has %s columns where the schema has %s"
              .formatted(stated.getColumns().size(), columns.size()));
    }
    List<ColumnCursor> cursors = new ArrayList<>();
    for (ParquetColumn column : chosen) {
      cursors.add(cursor(column, stated.getColumns().get(column.index())));
    }
    return new ParquetRows(cursors, rows(group));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private ColumnCursor cursor(ParquetColumn column, ColumnChunk chunk) throws ParquetException {
    ColumnMetaData data = chunk.getMeta_data();
    String name = String.join(".", column.path());
    if (data == null || chunk.isSetCrypto_metadata()) {
      throw new ParquetException("its column " + name + " is encrypted, which is not read");
    }
    if (chunk.getFile_path() != null && !chunk.getFile_path().isEmpty()) {
      throw new ParquetException("its column " + name + " lies in another file, which is not read");
    }
    long first =
        data.isSetDictionary_page_offset() && data.getDictionary_page_offset() > 0
            ? Math.min(data.getDictionary_page_offset(), data.getData_page_offset())
            : data.getData_page_offset();
    long length = data.getTotal_compressed_size();
    if (first < MAGIC.length() || length < 0 || length > sizeBytes - TAIL_BYTES - first) {
      throw new ParquetException(
          "its column " + name + " states " + length + " bytes from " + first + " on");
    }
    if (!data.getType().name().equals(thriftName(column))) {
      throw new ParquetException("its column " + name + " is of another type than the schema says");
    }
    return Decoding.guarded(
        name,
        () ->
            new ColumnCursor(
                column.descriptor(),
                new PageStream(
                    column.descriptor(),
                    data.getCodec(),
                    data.getNum_values(),
                    new FilePart(file, first, length),
                    meter),
                writer));
  }

  private static String thriftName(ParquetColumn column) {
    String name = column.descriptor().getPrimitiveType().getPrimitiveTypeName().name();
    return name.equals("BINARY") ? "BYTE_ARRAY" : name;
  }

  private FileMetaData footer() throws IOException {
    if (sizeBytes < MAGIC.length() + TAIL_BYTES) {
      throw new ParquetException("it is no Parquet file: it has " + sizeBytes + " bytes");
    }
    byte[] tail = read(sizeBytes - TAIL_BYTES, TAIL_BYTES);
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
    FileMetaData read =
        ThriftReader.footer(new FilePart(file, sizeBytes - TAIL_BYTES - length, length), length);
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

  private byte[] read(long offset, int length) throws IOException {
    byte[] bytes = new FilePart(file, offset, length).readNBytes(length);
    if (bytes.length < length) {
      throw new ParquetException("it became shorter while it was read");
    }
    return bytes;
  }

  /** Which bugs of old writers to expect. */
  private static ParsedVersion writer(String createdBy) {
    try {
      return VersionParser.parse(createdBy == null ? "" : createdBy);
    } catch (VersionParseException | RuntimeException e) {
      return new ParsedVersion("unknown", "", "");
    }
  }
}
