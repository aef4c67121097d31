package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.line;
import static io.pairstream.ingest.files.ItemsRead.lines;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.files.SourceItem.Pair;
import io.pairstream.testing.Repeats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Shards of strangers, as an import reads them: the heap of this test has 1 GiB, and nothing may
 * fill it.
 */
@Timeout(600)
class HostileShardsTest extends SourceFolder {

  @Test
  void namesInATarLeadNowhere() throws IOException {
    Tar tar = new Tar();
    for (String key : List.of("../../up", "/etc/absolute", "a/../../b", "C:\\windows")) {
      tar.file(key + ".png", "image of " + key).file(key + ".txt", "caption of " + key);
    }

    List<SourceItem> items = read(tar.bytes());

    assertThat(items).hasSize(4).allMatch(item -> item instanceof Pair);
    assertThat(lines(items)).contains("s.tar:../../up: caption of ../../up");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("s.tar"));
    }
  }

  @Test
  void whatIsNoPlainFileIsPassedOver() throws IOException {
    Tar tar = new Tar();
    tar.link("0.png", TarConstants.LF_SYMLINK, "/etc/passwd");
    tar.file("0.txt", "of a symbolic link");
    tar.link("1.png", TarConstants.LF_LINK, "0.txt");
    tar.file("1.txt", "of a hard link");
    tar.link("dev", TarConstants.LF_CHR, "");
    tar.link("pipe", TarConstants.LF_FIFO, "");
    tar.file("2.png", "an image").file("2.txt", "good");

    assertThat(lines(read(tar.bytes())))
        .containsExactly(
            "s.tar:0! no image has this name (jpg, jpeg, png, webp, gif)",
            "s.tar:1! no image has this name (jpg, jpeg, png, webp, gif)",
            "s.tar:2: good");
  }

  @Test
  void imageOverTheLimitCostsItsOwnEntry() throws IOException {
    Tar tar = new Tar();
    tar.file("0.png", new byte[8 * 1024 * 1024 + 1]).file("0.txt", "too large");
    tar.file("1.png", new byte[8 * 1024 * 1024]).file("1.txt", "on the limit");
    tar.file("2.png", "x").file("2.txt", "x".repeat(1024 * 1024 + 1));

    assertThat(lines(read(tar.bytes())))
        .containsExactly(
            "s.tar:0! .png is too large: 8388609 bytes; at most 8388608 bytes (8 MiB) are taken for"
                + " an image",
            "s.tar:1: on the limit",
            "s.tar:2! .txt is too large: 1048577 bytes; at most 1048576 bytes (1 MiB) are taken for"
                + " captions");
  }

  @Test
  void damagedHeaderEndsTheShardAfterWhatIsWhole() throws IOException {
    byte[] tar =
        new Tar()
            .file("0.png", "x")
            .file("0.txt", "first")
            .file("1.png", "x")
            .file("1.txt", "lost")
            .bytes();
    Arrays.fill(tar, 4 * 512, 5 * 512, (byte) 7);

    assertThat(linesUpToDamage(tar))
        .startsWith("s.tar:0: first")
        .last()
        .asString()
        .startsWith("s.tar cannot be read on after entry 1: ");
  }

  @Test
  void archiveThatIsCutShortGivesWhatIsWhole() throws IOException {
    byte[] tar =
        new Tar()
            .file("0.png", "x")
            .file("0.txt", "first")
            .file("1.txt", "second")
            .file("1.png", new byte[100_000])
            .bytes();

    assertThat(linesUpToDamage(Arrays.copyOf(tar, 40_000)))
        .containsExactly(
            "s.tar:0: first",
            "s.tar:1! .png cannot be read: Truncated TAR archive",
            "s.tar cannot be read on after entry 2: Truncated TAR archive");
  }

  @Test
  void archiveWithoutItsEndWasCutThere() throws IOException {
    byte[] one = new Tar().file("0.png", "x").file("0.txt", "first").bytes();
    String cut = ": it has no mark of a tar archive's end: it was cut there, or is none";

    assertThat(linesUpToDamage(Arrays.copyOf(one, 4 * 512)))
        .containsExactly("s.tar:0: first", "s.tar cannot be read on after entry 1" + cut);
    assertThat(linesUpToDamage("<html></html>".getBytes(UTF_8)))
        .containsExactly("s.tar cannot be read on after entry 0" + cut);
    assertThat(linesUpToDamage(new Tar().bytes())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(chars = {'L', 'K', 'x', 'g'})
  void longNamesAreNotRead(char type) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", (byte) type);
    entry.setSize(32 * 1024 * 1024);
    byte[] header = new byte[512];
    entry.writeEntryHeader(header);
    out.write(header);
    out.write(new byte[32 * 1024 * 1024]);
    out.write(new Tar().file("0.png", "x").file("0.txt", "good").bytes());

    assertThat(linesUpToDamage(out.toByteArray()))
        .containsExactly(
            "s.tar cannot be read on after entry 0: a header of 33554432 bytes; names of at most"
                + " 65536 are read");
  }

  @Test
  void bombEndsTheShardAndSaysWhy() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new Tar().file("0.png", new byte[7_000_000]).file("0.txt", "zeros").bytes();
      for (int i = 0; i < 40; i++) {
        gzip.write(zeros, 0, zeros.length - 1024);
      }
    }

    assertThat(linesUpToDamage(packed.toByteArray()))
        .hasSizeLessThan(13)
        .last()
        .asString()
        .startsWith("s.tar cannot be read on after entry ")
        .contains("more than 200 times its size");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "packed-none",
        "packed-snappy",
        "packed-gzip",
        "packed-zstd",
        "hf-captions",
        "sentences",
        "links",
        "checksums"
      })
  void randomDamageToParquetIsNeverMoreThanProblems(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.fixture(name + ".parquet"));
    Random random = new Random(20261120);
    int rounds = Integer.getInteger("hostile.rounds", Repeats.of(100, 400));
    for (int i = 0; i < rounds; i++) {
      try {
        parquet(damaged(whole, random));
      } catch (IOException | UnusableSourceException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
  }

  @Test
  void parquetBombEndsAndSaysWhy() throws IOException {
    List<String> lines = lines(parquet(Files.readAllBytes(Fixtures.fixture("bomb.parquet"))));

    assertThat(lines.stream().filter(line -> line.contains("!")).findFirst().orElseThrow())
        .contains("nothing was read: ")
        .contains("more than 200 times its size");
    assertThat(lines).filteredOn(line -> !line.contains("!")).hasSizeLessThan(20);
  }

  @Test
  void imageHasNoMoreCaptionsThanAnybodyWrites() throws IOException {
    Tar tar = new Tar();
    tar.file("0.png", "x").file("0.captions", "a caption\n".repeat(100));
    tar.file("1.png", "x").file("1.captions", "a caption\n".repeat(101));

    List<SourceItem> items = read(tar.bytes());

    assertThat(items).hasSize(101);
    assertThat(line(items.get(100)))
        .isEqualTo("s.tar:1! 1.png has more captions than an image may have: 100");
  }

  @Test
  void damageInOneGroupOfRowsLeavesTheOthers() throws IOException {
    byte[] file = Files.readAllBytes(Fixtures.fixture("checksums.parquet"));
    byte[] second = Files.readAllBytes(Fixtures.fixture("image-1.png"));
    int at = new String(file, ISO_8859_1).indexOf(new String(second, ISO_8859_1));
    file[at + 20] ^= 1;

    assertThat(lines(parquet(file)))
        .containsExactly(
            "s.parquet:1: one",
            "s.parquet:2! from here to row 2 nothing was read: column image_bytes: a page's bytes"
                + " are not those that were written: its checksum is another",
            "s.parquet:3: three");
  }

  @Test
  void whatIsNoParquetIsRefusedInWords() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.fixture("packed-none.parquet"));

    assertThatThrownBy(() -> parquet("<html>not found</html>".getBytes(UTF_8)))
        .hasMessageContaining("it does not end as a Parquet file does");
    assertThatThrownBy(() -> parquet(new byte[3])).hasMessageContaining("it has 3 bytes");
    assertThatThrownBy(() -> parquet(Arrays.copyOf(whole, whole.length - 20)))
        .hasMessageContaining("was cut short");
    byte[] footer = whole.clone();
    ByteBuffer.wrap(footer)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(footer.length - 8, Integer.MAX_VALUE);
    assertThatThrownBy(() -> parquet(footer))
        .hasMessageContaining("states a footer of 2147483647 bytes");
    byte[] encrypted = whole.clone();
    encrypted[encrypted.length - 1] = 'E';
    assertThatThrownBy(() -> parquet(encrypted)).hasMessageContaining("encrypted");
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private List<SourceItem> parquet(byte[] bytes) throws IOException {
    return read(write("s.parquet", bytes));
  }

  private List<String> linesUpToDamage(byte[] tar) throws IOException {
    return linesToTheEnd(write("s.tar", tar), Options.USUAL);
  }

  private List<SourceItem> read(byte[] tar) throws IOException {
    return read(write("s.tar", tar));
  }
}
