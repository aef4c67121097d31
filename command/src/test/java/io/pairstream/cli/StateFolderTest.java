package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder of a service's own in which it cannot write. */
@Timeout(900)
class StateFolderTest {

  private static final String PREPROCESS = "preprocess --state-dir";
  private static final String INGEST = "ingest --listen 127.0.0.1:0 --anonymous --state-dir";
  private static final String OPERATE = "operate --listen 127.0.0.1:0 --anonymous --state-dir";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {PREPROCESS, INGEST, OPERATE})
  void aFileInItsPlaceIsNamed(String command) throws IOException {
    requireNamed(command, Files.createFile(folder.resolve("state")));
  }

  @ParameterizedTest
  @ValueSource(strings = {PREPROCESS, INGEST, OPERATE})
  void aFolderThatMayOnlyBeReadIsNamed(String command) throws IOException {
    Path state = Files.createDirectory(folder.resolve("state"));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(state), "nothing is forbidden to root");

    requireNamed(command, state);
  }

  /** It keeps nothing on the disk, and asks a platform's folder for addresses alone. */
  @Test
  void aFileInPlaceOfThePlatformsFolderIsNamedByFetch() throws IOException {
    Path file = Files.createFile(folder.resolve("data"));

    Ended ended = Ended.after("fetch --allow-address 127.0.0.0/8", "--data-dir", file.toString());

    assertThat(ended.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(ended.err())
        .contains("--data-dir: " + file + " is no folder that can be read")
        .doesNotContain("\tat ");
  }

  private static void requireNamed(String command, Path state) {
    Ended ended =
        Ended.after(
            command,
            state.toString(),
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--schema-registry",
            "mock://state-folder");

    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(ended.onlyErrorLine())
        .contains(
            "the state folder " + state + " cannot be used: ",
            "one of its own that it may write",
            "--state-dir");
  }
}
