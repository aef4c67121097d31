package io.pairstream.ingest.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.pairstream.ingest.unpack.UnpackLimitException;
import io.pairstream.ingest.unpack.UnpackMeter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages that cost a reader far more than they cost whoever sends them. */
@Timeout(300)
class PageStreamTest {

  private static final int MIB = 1024 * 1024;

  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final UnpackMeter meter = new UnpackMeter();
  private FileChannel file;

  @BeforeEach
  void open() throws IOException {
    file = FileChannel.open(Files.createFile(folder.resolve("pages")));
  }

  @AfterEach
  void close() throws IOException {
    file.close();
  }

  @Test
  void dictionaryOfTooManyValuesIsRefused() throws IOException {
    dictionary(1_000_001);

    assertThatThrownBy(() -> pages(1, 0, new PageRoom(1L << 30)).readDictionaryPage())
        .hasRootCauseInstanceOf(ParquetException.class)
        .hasRootCauseMessage(
            "a dictionary of 4000004 bytes states 1000001 values; at most 1000000 are read");
  }

  @Test
  void objectsThatADictionaryBecomesAreCounted() throws IOException {
    dictionary(1_000_000);
    PageRoom room = new PageRoom(1L << 30);

    assertThat(pages(1, 0, room).readDictionaryPage().getDictionarySize()).isEqualTo(1_000_000);
    assertThatThrownBy(() -> pages(1, 0, room).readDictionaryPage())
        .hasRootCauseInstanceOf(UnpackLimitException.class);
  }

  @Test
  void dictionaryNeedsRoomForItsObjects() throws IOException {
    dictionary(1_000_000);

    assertThatThrownBy(() -> pages(1, 0, new PageRoom(32 * MIB)).readDictionaryPage())
        .hasRootCauseInstanceOf(ParquetException.class)
        .hasMessageContaining("its pages need more than 33554432 bytes at once");
  }

  @Test
  void columnsShareTheRoomForPages() throws IOException {
    page(3 * MIB);
    PageRoom room = new PageRoom(7 * MIB);

    assertThat(pages(1, 0, room).readPage()).isNotNull();
    assertThat(pages(1, 0, room).readPage()).isNotNull();
    assertThatThrownBy(() -> pages(1, 0, room).readPage())
        .hasRootCauseInstanceOf(ParquetException.class)
        .hasMessageContaining("write it with smaller groups of rows");
  }

  @Test
  void pageGivesItsRoomToTheNextButOne() throws IOException {
    for (int i = 0; i < 10; i++) {
      page(3 * MIB);
    }
    PageStream pages = pages(10, 0, new PageRoom(7 * MIB));

    for (int i = 0; i < 10; i++) {
      assertThat(pages.readPage().getValueCount()).isEqualTo(1);
    }
  }

  @Test
  void rowOfNothingsEndsSomewhere() throws IOException {
    nothings(ColumnCursor.MAX_ROW_VALUES);
    assertThat(cursor(ColumnCursor.MAX_ROW_VALUES).next(10, 10)).isEmpty();

    bytes.reset();
    nothings(ColumnCursor.MAX_ROW_VALUES + 1);
    ColumnCursor cursor = cursor(ColumnCursor.MAX_ROW_VALUES + 1);
    assertThatThrownBy(() -> cursor.next(10, 10))
        .isInstanceOf(ParquetException.class)
        .hasMessage("a row has more than 1000000 values");
  }

  @Test
  void valuesThatComeOutOfNoBytesAreCounted() throws IOException {
    for (int i = 0; i < 5; i++) {
      nothings(PageChecks.MAX_VALUES);
    }
    PageStream pages = pages(5L * PageChecks.MAX_VALUES, 1, new PageRoom(MIB));

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 5; i++) {
                var unused = pages.readPage();
              }
            })
        .hasRootCauseInstanceOf(UnpackLimitException.class);
  }

  /** Empty texts, which pack to next to nothing. */
  private void dictionary(int values) throws IOException {
    PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, 0, 0);
    header.setDictionary_page_header(new DictionaryPageHeader(values, Encoding.PLAIN));
    write(header, new byte[Integer.BYTES * values]);
  }

  /** One text of so many bytes. */
  private void page(int size) throws IOException {
    byte[] content = new byte[size];
    ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(size - Integer.BYTES);
    write(dataPage(1), content);
  }

  /** One row with a list of so many values that are none. */
  private void nothings(int values) throws IOException {
    ByteArrayOutputStream repetitions = new ByteArrayOutputStream();
    run(1, 0, repetitions);
    run(values - 1, 1, repetitions);
    ByteArrayOutputStream definitions = new ByteArrayOutputStream();
    run(values, 0, definitions);
    ByteBuffer content =
        ByteBuffer.allocate(2 * Integer.BYTES + repetitions.size() + definitions.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(repetitions.size())
            .put(repetitions.toByteArray())
            .putInt(definitions.size())
            .put(definitions.toByteArray());
    write(dataPage(values), content.array());
  }

  private static PageHeader dataPage(int values) {
    PageHeader header = new PageHeader(PageType.DATA_PAGE, 0, 0);
    header.setData_page_header(
        new DataPageHeader(values, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
    return header;
  }

  private static void run(int length, int value, ByteArrayOutputStream out) {
    long left = length * 2L;
    while (left > 0x7F) {
      out.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
    out.write(value);
  }

  private void write(PageHeader header, byte[] content) throws IOException {
    byte[] packed = Zstd.compress(content);
    header.setCompressed_page_size(packed.length);
    header.setUncompressed_page_size(content.length);
    Util.writePageHeader(header, bytes);
    bytes.write(packed);
    Files.write(folder.resolve("pages"), bytes.toByteArray());
  }

  private PageStream pages(long values, int level, PageRoom room) {
    PrimitiveType type = new PrimitiveType(Repetition.OPTIONAL, PrimitiveTypeName.BINARY, "text");
    return new PageStream(
        new ColumnDescriptor(new String[] {"text"}, type, level, level),
        CompressionCodec.ZSTD,
        values,
        new FilePart(file, 0, bytes.size()),
        new ParquetLimits(64 * MIB, 1L << 30),
        meter,
        room);
  }

  private ColumnCursor cursor(int values) {
    PageStream pages = pages(values, 1, new PageRoom(MIB));
    PrimitiveType type = new PrimitiveType(Repetition.OPTIONAL, PrimitiveTypeName.BINARY, "text");
    return new ColumnCursor(
        new ColumnDescriptor(new String[] {"text"}, type, 1, 1),
        pages,
        new UnpackMeter(),
        new ParsedVersion("unknown", "", ""));
  }
}
