package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurboJpegTest {

  @TempDir Path folder;

  @AfterEach
  void lookAgain() {
    System.clearProperty(TurboJpeg.PROPERTY);
  }

  @Test
  void tellsTheVersionAndFileOfTheSystemsLibrary() {
    assertThat(ofTheSystem()).matches("libjpeg-turbo \\d+\\.\\d+.* \\(/.*libturbojpeg.*\\)");
  }

  @Test
  void leavesAnOlderLibraryAloneAndSaysWhatHelps() throws IOException {
    String loaded = ofTheSystem();
    String file = loaded.substring(loaded.indexOf('/'), loaded.length() - 1);
    String bytes = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    Path older = folder.resolve("older.so");
    Files.writeString(
        older, bytes.replaceAll("(libjpeg-turbo version )\\d", "$11"), StandardCharsets.ISO_8859_1);

    System.setProperty(TurboJpeg.PROPERTY, older.toString());
    assertThatThrownBy(TurboJpeg::load)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageMatching(
            "libjpeg-turbo 1\\..* \\("
                + older
                + "\\) is older than .*apt-get install libturbojpeg0.*");
  }

  @Test
  void saysWhatHelpsWhereThereIsNone() {
    System.setProperty(TurboJpeg.PROPERTY, "none");
    assertThatThrownBy(TurboJpeg::load)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageMatching("no libturbojpeg is found.*apt-get install libturbojpeg0.*");
  }

  private static String ofTheSystem() {
    try {
      return TurboJpeg.load();
    } catch (UnsatisfiedLinkError e) {
      return abort(e.getMessage());
    }
  }
}
