package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

  @TempDir Path directory;

  @Test
  void namesAnotherProcessThatHoldsTheDirectory() throws Exception {
    Process holder = startHolder();
    try {
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("in use by process " + holder.pid());
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void isFreeAgainAfterItsHolderWasKilled() throws Exception {
    startHolder().destroyForcibly().waitFor();
    assertThat(directory.resolve("platform.pid")).exists();

    try (DirectoryLock held = DirectoryLock.acquire(directory)) {
      assertThat(Files.readString(directory.resolve("platform.pid")))
          .isEqualTo(ProcessIdentity.current().toString());
      assertThat(held).isNotNull();
    }
  }

  private Process startHolder() throws IOException {
    Process holder = TestJava.start(HoldDirectory.class, directory.toString());
    BufferedReader reader = holder.inputReader();
    assertThat(reader.readLine()).isEqualTo("held");
    return holder;
  }

  /** Holds a directory until it is killed. */
  static final class HoldDirectory {

    private HoldDirectory() {}

    public static void main(String[] arguments) throws IOException {
      try (DirectoryLock held = DirectoryLock.acquire(Path.of(arguments[0]))) {
        System.out.println(held == null ? "free" : "held");
        while (System.in.read() >= 0) {
          // Nothing is ever said.
        }
      }
    }
  }
}
