package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class OperateCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"})
  void keysAreNotTakenUnencryptedFromOtherMachines(String address) {
    Ended ended =
        Ended.after(
            "operate --bootstrap-servers 127.0.0.1:1 --schema-registry mock://operate-command",
            "--listen",
            address);

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("keys would cross the network unencrypted", "--behind-tls");
    assertThat(ended.err().lines().filter(line -> line.contains("unencrypted"))).hasSize(1);
  }

  @Test
  void whereASandboxIsAskedForItStartsOnlyWithOne(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    String expected = file.toString();
    try (ImageWorkerPool here =
        new ImageWorkerPool(WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1))) {
      here.requireSandbox();
    } catch (ImageWorkerUnavailableException e) {
      expected = e.getMessage();
    }

    Ended ended =
        Ended.after(
            "operate --bootstrap-servers 127.0.0.1:1 --schema-registry mock://operate-command",
            "--listen",
            "127.0.0.1:0",
            "--require-sandbox",
            "--state-dir",
            file.toString());

    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(ended.onlyErrorLine()).contains(expected);
  }
}
