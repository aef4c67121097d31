package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdCompressCtx;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.testing.Repeats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sources that are cut, doubled and dirtied, in each format and packing: either all rows of them
 * are read, or something is said of the rest.
 */
class DamagedSourcesTest {

  /** Rows of a part; a source has {@link #PARTS} of them. */
  private static final int ROWS = 4;

  private static final int PARTS = 3;

  /** A frame to skip; a source that ends behind one is as whole as one that ends before it. */
  private static final int SKIPPABLE_BYTES = 12;

  private static final int PLACES = Repeats.of(20, 200);

  @TempDir Path folder;

  private enum Format {
    JSONL(i -> "{\"file\":\"x.jpg\",\"caption\":\"caption " + i + "\"}\n"),
    CSV(i -> "x.jpg,\"caption, " + i + "\"\n"),
    TSV(i -> "x.jpg\tcaption " + i + "\n"),
    TAR(null),
    ARRAY(null),
    COCO(null),
    PARQUET(null);

    private final IntFunction<String> row;

    Format(IntFunction<String> row) {
      this.row = row;
    }

    String file() {
      return "s." + (this == ARRAY || this == COCO ? "json" : name().toLowerCase(Locale.ROOT));
    }

    /** The source in parts that make it whole one behind the other, as {@code cat} does. */
    List<byte[]> parts() throws IOException {
      if (row != null) {
        return IntStream.range(0, PARTS)
            .mapToObj(part -> rows(part * ROWS, row, "").getBytes(UTF_8))
            .toList();
      }
      byte[] whole =
          switch (this) {
            case TAR -> tar();
            case PARQUET -> Files.readAllBytes(Fixtures.fixture("checksums.parquet"));
            case ARRAY ->
                ("[" + all(i -> "{\"file\":\"x.jpg\",\"caption\":\"caption " + i + "\"}") + "]")
                    .getBytes(UTF_8);
            default ->
                ("{\"images\":[{\"id\":1,\"file_name\":\"x.jpg\"}],\"licenses\":[],\"annotations\":["
                        + all(i -> "{\"image_id\":1,\"caption\":\"caption " + i + "\"}")
                        + "],\"info\":{}}")
                    .getBytes(UTF_8);
          };
      int third = whole.length / PARTS;
      return List.of(
          Arrays.copyOf(whole, third),
          Arrays.copyOfRange(whole, third, 2 * third),
          Arrays.copyOfRange(whole, 2 * third, whole.length));
    }

    int rows() {
      return this == PARQUET ? 3 : ROWS * PARTS;
    }

    private static String rows(int first, IntFunction<String> row, String between) {
      return IntStream.range(first, first + ROWS)
          .mapToObj(row)
          .collect(Collectors.joining(between));
    }

    private static String all(IntFunction<String> row) {
      return IntStream.range(0, ROWS * PARTS).mapToObj(row).collect(Collectors.joining(","));
    }

    private static byte[] tar() throws IOException {
      Tar tar = new Tar();
      for (int i = 0; i < ROWS * PARTS; i++) {
        tar.file("i" + i + ".jpg", "caption " + i).file("i" + i + ".txt", "caption " + i);
      }
      return tar.bytes();
    }
  }

  private enum Packing {
    NONE {
      @Override
      byte[] pack(byte[] part) {
        return part;
      }
    },
    GZIP {
      @Override
      byte[] pack(byte[] part) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
          gzip.write(part);
        }
        return bytes.toByteArray();
      }
    },
    ZSTD {
      @Override
      byte[] pack(byte[] part) {
        // With a checksum, as by the command zstd.
        try (ZstdCompressCtx zstd = new ZstdCompressCtx().setChecksum(true)) {
          return zstd.compress(part);
        }
      }
    },
    /** A skippable frame before each other, as pzstd writes them. */
    PZSTD {
      @Override
      byte[] pack(byte[] part) throws IOException {
        byte[] frame = ZSTD.pack(part);
        ByteBuffer skippable = ByteBuffer.allocate(SKIPPABLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return join(skippable.putInt(0x184D2A50).putInt(4).putInt(frame.length).array(), frame);
      }
    };

    abstract byte[] pack(byte[] part) throws IOException;
  }

  /**
   * A source.
   *
   * @param parts packed, one behind the other
   */
  private record Source(Format format, Packing packing, List<byte[]> parts) {

    static Source of(Format format, Packing packing) throws IOException {
      List<byte[]> parts = new ArrayList<>();
      for (byte[] part : format.parts()) {
        parts.add(packing.pack(part));
      }
      return new Source(format, packing, parts);
    }

    byte[] bytes() {
      return parts.stream().reduce(new byte[0], DamagedSourcesTest::join);
    }

    /** Where parts begin, and the end. */
    List<Integer> seams() {
      return IntStream.rangeClosed(0, PARTS)
          .mapToObj(i -> parts.subList(0, i).stream().mapToInt(part -> part.length).sum())
          .toList();
    }

    @Override
    public String toString() {
      return format + " " + packing;
    }
  }

  /**
   * Items that a source gave.
   *
   * @param end what ended it before its end; empty where nothing did
   */
  private record Read(long pairs, long problems, String end) {

    boolean isSaid() {
      return problems > 0 || !end.isEmpty();
    }
  }

  static Stream<Source> sources() throws IOException {
    List<Source> sources = new ArrayList<>();
    for (Format format : Format.values()) {
      for (Packing packing : Packing.values()) {
        if (format != Format.PARQUET || packing == Packing.NONE) {
          sources.add(Source.of(format, packing));
        }
      }
    }
    return sources.stream();
  }

  @BeforeEach
  void image() throws IOException {
    Files.writeString(folder.resolve("x.jpg"), "an image");
  }

  @ParameterizedTest
  @MethodSource("sources")
  void aWholeSourceIsReadWholeAndZerosBehindItAreNoDamage(Source source) throws IOException {
    Read whole = new Read(source.format().rows(), 0, "");

    assertThat(read(source, source.bytes())).isEqualTo(whole);
    if (source.packing() == Packing.GZIP
        || (source.format() == Format.TAR && source.packing() == Packing.NONE)) {
      assertThat(read(source, join(source.bytes(), new byte[4096]))).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void whatIsMissingBehindACutIsSaid(Source source) throws IOException {
    Random random = new Random(source.toString().hashCode());
    for (int i = 0; i < PLACES + PARTS; i++) {
      // Within the first bytes of a part, too.
      int at =
          i < PLACES
              ? 1 + random.nextInt(source.bytes().length - 1)
              : source.seams().get(i - PLACES) + 1 + random.nextInt(5);
      byte[] cut = Arrays.copyOf(source.bytes(), at);
      Read read = read(source, cut);

      if (source.packing() == Packing.NONE && source.format().row != null) {
        // A text does not say how long it is: the lines that are there are.
        assertThat(read.pairs() + read.problems() + (read.end().isEmpty() ? 0 : 1))
            .as("%s cut at %s: %s", source, at, read)
            .isEqualTo(new String(cut, UTF_8).lines().count());
      } else if (!source.seams().contains(at) && !source.seams().contains(at - SKIPPABLE_BYTES)) {
        assertThat(read.isSaid() || read.pairs() == source.format().rows())
            .as("%s cut at %s: %s", source, at, read)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void ofASourceTwiceBothAreReadOrTheSecondIsSaid(Source source) throws IOException {
    Read read = read(source, join(source.bytes(), source.bytes()));

    assertThat(read.isSaid() || read.pairs() == 2L * source.format().rows())
        .as("%s: %s", source, read)
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void aDamagedByteOrOneMoreLosesNothingInSilence(Source source) throws IOException {
    Random random = new Random(source.toString().hashCode());
    byte[] whole = source.bytes();
    for (int i = 0; i < PLACES + 2 * PARTS; i++) {
      int at =
          i < PLACES ? random.nextInt(whole.length) : source.seams().get((i - PLACES) / 2) + i % 2;
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      losesNothing(source, at, damaged);
      byte[] junk = {(byte) (i % 2 == 0 ? '\n' : random.nextInt())};
      losesNothing(
          source,
          at,
          join(join(Arrays.copyOf(whole, at), junk), Arrays.copyOfRange(whole, at, whole.length)));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Packing.class,
      names = {"NONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void junkBetweenPartsIsNamedAndWhatComesBeforeItRead(Packing packing) throws IOException {
    Source source = Source.of(Format.JSONL, packing);
    int seam = source.seams().get(1);
    Read read =
        read(
            source,
            join(
                join(Arrays.copyOf(source.bytes(), seam), "\n".getBytes(UTF_8)),
                Arrays.copyOfRange(source.bytes(), seam, source.bytes().length)));

    assertThat(read.pairs()).isEqualTo(ROWS);
    assertThat(read.end()).startsWith("s.jsonl cannot be read on after entry 4: ");
  }

  /** As {@code zstd --long=31} writes it: a window of 2 GiB would have to fit in memory. */
  @Test
  void aWindowThatIsTooLargeIsNamedWithWhatHelps() throws IOException {
    Source source = Source.of(Format.JSONL, Packing.NONE);
    // https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1: a window of 2^(10+21), one raw block.
    int block = source.bytes().length << 3 | 1;
    byte[] header = {
      0x28,
      (byte) 0xB5,
      0x2F,
      (byte) 0xFD,
      0,
      (byte) (21 << 3),
      (byte) block,
      (byte) (block >> 8),
      0
    };

    assertThat(read(source, join(header, source.bytes())).end()).contains("zstd -d --long=31");
  }

  private void losesNothing(Source source, int at, byte[] bytes) throws IOException {
    Read read = read(source, bytes);
    assertThat(read.isSaid() || read.pairs() >= source.format().rows())
        .as("%s dirty at %s: %s", source, at, read)
        .isTrue();
  }

  private Read read(Source source, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve(source.format().file()), bytes);
    long pairs = 0;
    long problems = 0;
    List<String> notices = new ArrayList<>();
    String end = "";
    try (PairSource items = PairSource.open(file, Options.USUAL, new Notices(notices::add))) {
      while (items.hasNext()) {
        SourceItem item = items.next();
        pairs += item instanceof SourceItem.Pair ? 1 : 0;
        problems += item instanceof Problem problem ? problem.rows() : 0;
      }
    } catch (UnusableSourceException | UncheckedIOException e) {
      end = e.getMessage();
      assertThat(end).doesNotEndWith("null").doesNotContain("Exception", "REDACTED");
    }
    return new Read(
        pairs, problems, notices.contains(file.getFileName() + " has no row") ? "no row" : end);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
