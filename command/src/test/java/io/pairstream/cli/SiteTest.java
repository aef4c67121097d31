package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages become a site of this version beside others, none of whose links is dead. */
@Tag("full")
class SiteTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  @TempDir private Path folder;

  @Test
  void isMadeOfThePages() throws Exception {
    PythonEnvironment python = PythonEnvironment.of(PROJECT.resolve("docs/site-requirements.txt"));

    Files.createFile(Files.createDirectory(folder.resolve("0.0.9")).resolve("index.html"));

    python.run(Map.of(), PROJECT.resolve("docs/site.py").toString(), folder.toString());

    String versions = Files.readString(folder.resolve("versions.json"));
    Path own = folder.resolve(versions.split("\"")[3]);
    assertThat(versions).contains("\"0.0.9\"");
    assertThat(own.resolve("docs/troubleshooting.html")).exists();
    assertThat(own.resolve("search/search_index.json")).content().contains("IMAGE_TOO_SMALL");
  }
}
