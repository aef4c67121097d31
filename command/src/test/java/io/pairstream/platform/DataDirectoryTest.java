package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {

  @TempDir Path directory;

  /** One of the two platforms holds 8079; then come ports of other services. */
  @Test
  void takesTheNextFreePortAboveThatNoServiceUsuallyHas(@TempDir Path other) throws IOException {
    try (DataDirectory ours = DataDirectory.take(directory);
        DataDirectory theirs = DataDirectory.take(other)) {
      assertThat(ours.port("page", 8079)).isPositive();
      int next = theirs.port("page", 8079);

      assertThat(next).isGreaterThan(8082).isLessThan(8200);
      ours.choose("dashboard", next + 100);
      assertThat(ours.port("dashboard", 8082)).isEqualTo(next + 100);
      assertThatThrownBy(() -> theirs.choose("dashboard", next + 100))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("port " + (next + 100) + " is in use");
    }
  }

  @Test
  void replacesRememberedPortThatStrangerTook() throws IOException {
    int replacement;
    int remembered = chosen("broker", freePort());
    try (ServerSocket stranger =
        new ServerSocket(remembered, 1, InetAddress.getLoopbackAddress())) {
      replacement = chosen("broker", remembered);
      assertThat(replacement).isNotEqualTo(stranger.getLocalPort());
    }

    assertThat(chosen("broker", remembered)).isEqualTo(replacement);
  }

  @Test
  void givesNeitherFolderNorPortOfAnotherProcessUntilThatIsKilled(@TempDir Path other)
      throws Exception {
    int preferred = freePort();
    Process holder =
        TestJava.start(DataDirectoryTest.class, other.toString(), Integer.toString(preferred));
    try {
      holder.getInputStream().read();

      assertThat(chosen("broker", preferred)).isNotEqualTo(preferred);
      assertThatThrownBy(() -> DataDirectory.take(other))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("in use by another process; stop it");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (DataDirectory free = DataDirectory.take(other)) {
      assertThat(free.port("broker", 1)).isEqualTo(preferred);
    }
  }

  /** Kafka would keep half of its logs elsewhere. */
  @Test
  void refusesAFolderThatKafkaWouldTakeForTwo() {
    Path two = directory.resolve("a,b");

    assertThatThrownBy(() -> DataDirectory.take(two))
        .hasMessage(
            two
                + " has a comma in its name, which parts folders for Kafka; name another --data-dir");
    assertThat(two).doesNotExist();
  }

  /** As a checkout that is the current folder: its files would lie among a platform's. */
  @ParameterizedTest
  @ValueSource(strings = {"photo.jpg", "operate-old", "pom.xml"})
  void refusesAFolderOfOtherThingsAndLeavesItAsItIs(String name) throws IOException {
    Files.createFile(directory.resolve(name));
    Files.createDirectory(directory.resolve("operate"));

    assertThatThrownBy(() -> DataDirectory.take(directory))
        .isInstanceOf(PlatformException.class)
        .hasMessage(
            directory
                + " holds other things, such as "
                + name
                + ", and no platform's data; name a new or empty --data-dir");
    assertThat(directory).isDirectoryNotContaining("glob:**.lock");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "imports", "ingest operate score state",
        "platform.lock notes.txt", "broker logs tmp", ".DS_Store lost+found up.log"
      })
  void takesAFolderThatIsEmptyOrOfAPlatform(String names) throws IOException {
    for (String name : names.isEmpty() ? new String[0] : names.split(" ")) {
      Files.createFile(directory.resolve(name));
    }

    assertThat(chosen("broker", freePort())).isPositive();
    assertThat(chosen("broker", freePort())).isPositive();
  }

  /** Takes a folder and a port as another process, says so, and holds them. */
  public static void main(String[] arguments) throws IOException {
    try (DataDirectory held = DataDirectory.take(Path.of(arguments[0]))) {
      held.port("broker", Integer.parseInt(arguments[1]));
      System.out.println("held");
      System.in.read();
    }
  }

  private int chosen(String use, int preferred) throws IOException {
    try (DataDirectory held = DataDirectory.take(directory)) {
      return held.port(use, preferred);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    }
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }
}
