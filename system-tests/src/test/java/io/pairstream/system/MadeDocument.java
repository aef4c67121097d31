package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the documentation that are made of the code. */
final class MadeDocument {

  private MadeDocument() {}

  /** Requires that a file is what the code says; {@code -Dwrite.docs=true} writes it anew. */
  static void require(Path file, String made) throws IOException {
    if (Boolean.getBoolean("write.docs")) {
      Files.writeString(file, made);
    }
    assertThat(file).hasContent(made);
  }
}
