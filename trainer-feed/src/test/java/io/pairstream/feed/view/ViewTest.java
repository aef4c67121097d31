package io.pairstream.feed.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTest {

  private static final View VIEW =
      new View(
          "pairs.training",
          "id",
          Instant.parse("2026-01-02T03:04:05Z"),
          List.of(),
          List.of(new Block(0, 10, 500, List.of(3, 1, 2, 5, 1)), new Block(1, 0, 7, List.of(1))));

  @TempDir private Path folder;

  @Test
  void countsRecordsAcrossTheGapsBetweenThem() {
    Block block = VIEW.blocks().get(0);

    assertThat(block.size()).isEqualTo(6);
    assertThat(block.end()).isEqualTo(22);
    assertThat(IntStream.range(0, 6).mapToLong(block::offset).boxed())
        .containsExactly(10L, 11L, 12L, 14L, 15L, 21L);
    assertThatThrownBy(() -> block.offset(6)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Fingerprint computed as the documentation describes it. */
  @Test
  void hasTheFingerprintOfItsLines() {
    assertThat(VIEW.fingerprint()).isEqualTo("79591607dce5bfddad53bdae84ad027e");
  }

  /** Bytes equal to the Python package's. */
  @Test
  void isAFile() throws Exception {
    View view =
        new View(
            VIEW.topic(),
            VIEW.topicId(),
            VIEW.cutAt(),
            List.of("language=de,zh", "source!=中文"),
            VIEW.blocks());
    Path shared = Path.of(ViewTest.class.getResource("two-blocks.view").toURI());
    ViewFile.write(view, folder.resolve("a.view"));

    assertThat(ViewFile.read(folder.resolve("a.view"))).isEqualTo(view);
    assertThat(folder.resolve("a.view")).hasSameBinaryContentAs(shared);
    byte[] knownOfSamples = new byte[6 * (int) view.samples()];
    Files.write(folder.resolve("a.view"), knownOfSamples, StandardOpenOption.APPEND);
    assertThat(ViewFile.read(folder.resolve("a.view"))).isEqualTo(view);
  }

  @Test
  void refusesABinaryFileThatWasCutOffOrChanged() throws Exception {
    Path file = folder.resolve("a.view");
    ViewFile.write(VIEW, file);
    String whole = Files.readString(file, StandardCharsets.ISO_8859_1);
    int length = whole.length();
    Map.of(
            whole.substring(0, 11),
            "cut off",
            whole.substring(0, 40),
            "no view: ",
            whole.substring(0, length - 1),
            "take " + length + ": it was cut off",
            whole + "\0",
            "has " + (length + 1) + " bytes",
            whole.replace("\"blocks\":2", "\"blocks\":0"),
            "and 0 blocks",
            whole.replace("\"samples\":7", "\"samples\":8"),
            "the file was changed",
            whole.replace("\5\0\0\0\1", "\6\0\0\0\1"),
            "not those of its fingerprint",
            whole.replace("\6\0\0\0\0\0\0\0\7", "\5\0\0\0\0\0\0\0\7"),
            "the file was changed",
            whole.replace("\5\0\0\0\0\0\0\0\6", "\377\0\0\0\0\0\0\0\6"),
            "cut off or changed",
            whole.replace("2026-01-02T", "yesterday.."),
            "no time in UTC")
        .forEach(
            (content, message) ->
                assertThatThrownBy(
                        () ->
                            ViewFile.read(
                                Files.writeString(file, content, StandardCharsets.ISO_8859_1)))
                    .isInstanceOf(InvalidViewException.class)
                    .hasMessageContaining(message));
  }

  @Test
  void refusesWhatIsNoView() throws Exception {
    Path file = Files.writeString(folder.resolve("a.view"), "{}");
    Block block = VIEW.blocks().get(0);

    assertRefused(() -> ViewFile.read(file), "no view: right is a file that pairstream view cut");
    assertRefused(() -> new Block(0, 0, 1, List.of()), "odd number of runs");
    assertRefused(() -> new Block(0, 0, 1, List.of(1_000_000_000)), "at most 4096 records, not");
    assertRefused(
        () -> new View("t", "id", VIEW.cutAt(), List.of(), List.of(block, block)),
        "lies before the one in front");
  }

  private static void assertRefused(ThrowingCallable making, String message) {
    assertThatThrownBy(making)
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining(message);
  }
}
