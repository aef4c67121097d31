package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.Main;
import io.pairstream.platform.TestJava;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Import that a signal ends while it waits for the cluster, in a process of its own. */
class EarlyInterruptTest {

  @TempDir Path folder;

  @Test
  void anImportThatHasSentNothingSaysSo() throws Exception {
    Files.writeString(folder.resolve("x.png"), "an image");
    Path list = Files.writeString(folder.resolve("list.csv"), "x.png,one\n");
    Path log = folder.resolve("import.log");
    try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      Process process =
          TestJava.command(
                  Main.class,
                  "import",
                  list.toString(),
                  "--data-dir=" + folder.resolve("data"),
                  "--bootstrap-servers=" + address,
                  "--schema-registry=http://" + address)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Socket asked = mute.accept();
      process.destroy();
      assertThat(process.waitFor()).as(Files.readString(log)).isEqualTo(143);
      asked.close();
    }

    assertThat(Files.readString(log))
        .contains("interrupted before anything was sent; run the same command again");
  }
}
