package io.pairstream.image.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.Pictures;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerSettingsTest {

  /** After going back to the release before, its workers would find libraries of the later one. */
  @Test
  void keepsNativeLibrariesOfTwoReleasesApart(@TempDir Path jars) throws Exception {
    Path codecs = jars.resolve("codecs-linux-x86_64.jar");
    WorkerSettings settings = Pictures.settings(jars + "/*", 1);
    Files.writeString(codecs, "one");
    Path first = settings.natives();

    Files.writeString(codecs, "other");
    Path second = settings.natives();
    Files.writeString(codecs, "one");

    assertThat(second).isNotEqualTo(first);
    assertThat(settings.natives()).isEqualTo(first);
  }
}
