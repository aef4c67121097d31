package io.pairstream.ingest.files;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Data sets that lie beside the tests. */
final class Fixtures {

  private Fixtures() {}

  static Path fixture(String name) {
    try {
      return Path.of(Fixtures.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
