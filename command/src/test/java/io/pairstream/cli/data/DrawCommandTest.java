package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawCommandTest {

  @TempDir Path parent;

  @Test
  void writesAPictureAndACaptionForEachPair() throws IOException {
    Path folder = parent.resolve("new/drawn");

    Ended ended = Ended.after("draw", folder.toString(), "--pairs", "12", "--json").done();

    assertThat(ended.json().get("pairs").asLong()).isEqualTo(12);
    assertThat(captions(folder).values())
        .hasSize(12)
        .allMatch(
            caption -> caption.matches("A [a-z ]+ in the middle, on a [a-z]+ background\\.\\s"));
    List<Path> pictures =
        files(folder).stream().filter(file -> !file.toString().endsWith(".txt")).toList();
    assertThat(pictures).hasSize(12);
    for (Path picture : pictures) {
      assertThat(ImageIO.read(picture.toFile())).as(picture.toString()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1000001"})
  void refusesWhatItCannotDraw(String pairs) {
    Ended.after("draw", parent.resolve("none").toString(), "--pairs", pairs)
        .failed(ExitStatus.WRONG_USAGE, "--pairs must be from 1 to 1000000, was " + pairs);
    assertThat(parent.resolve("none")).doesNotExist();
  }

  @Test
  void addsNothingToAFolderInUse() throws IOException {
    Files.writeString(parent.resolve("mine.txt"), "mine");

    Ended.after("draw", parent.toString())
        .failed(ExitStatus.WRONG_USAGE, parent + " is there already; name a folder that is not");
    assertThat(files(parent)).hasSize(1);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(files.sorted().toList());
    }
  }

  private static Map<String, String> captions(Path folder) throws IOException {
    Map<String, String> captions = new TreeMap<>();
    for (Path file : files(folder)) {
      if (file.toString().endsWith(".txt")) {
        captions.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return captions;
  }
}
