package io.pairstream.image.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PythonFolderTest {

  private static final String OTHER = Other.class.getName();

  /** Another process with a folder of its own, until stdin ends. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws IOException {
      System.out.println(PythonFolder.of(List.of()).code());
      while (System.in.read() >= 0) {
        // No process writes.
      }
    }
  }

  @Test
  void aFolderIsRemovedOnceItsProcessIsGoneAndNotBefore() throws Exception {
    try (PythonFolder first = PythonFolder.of(List.of())) {
      PythonFolder.of(List.of()).close();
      Path others;
      Process other =
          new ProcessBuilder("java", "-cp", System.getProperty("java.class.path"), OTHER).start();
      try (BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
        others = Path.of(said.readLine());
        assertThat(first.code()).exists();
        PythonFolder.of(List.of()).close();
        assertThat(others).exists();
      } finally {
        other.destroyForcibly().waitFor();
      }
      PythonFolder.of(List.of()).close();
      assertThat(others).doesNotExist();
    }
  }
}
