package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages become a site, none of whose links is dead. */
@Tag("full")
class SiteTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  @Test
  void isMadeOfThePages() throws Exception {
    PythonEnvironment python = PythonEnvironment.of(PROJECT.resolve("docs/site-requirements.txt"));

    python.run(Map.of(), PROJECT.resolve("docs/site.py").toString());

    assertThat(PROJECT.resolve("target/site/docs/troubleshooting.html")).exists();
    assertThat(PROJECT.resolve("target/site/search/search_index.json"))
        .content()
        .contains("IMAGE_TOO_SMALL");
  }
}
