package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.PythonEnvironment;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Figures of the whole line's rounds, which are made in Python, and tested there. */
class LineTest {

  @Test
  void passesItsOwnTests() throws IOException, InterruptedException {
    Process tests =
        new ProcessBuilder(PythonEnvironment.onPath(), "-B", "src/test/python/test_line.py")
            .inheritIO()
            .start();

    assertThat(tests.waitFor()).isZero();
  }
}
