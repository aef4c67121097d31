package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class IngestCommandTest {

  private static final String NOWHERE =
      "--bootstrap-servers 127.0.0.1:1 --schema-registry mock://ingest-command";

  @ParameterizedTest
  @ValueSource(strings = {"8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000"})
  void anAddressThatIsNoneIsWrongUsage(String address) {
    Ended ended = run("--listen", address, "--anonymous");

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("pairstream: ").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"})
  void withoutKeysOtherMachinesAreKeptOut(String address) {
    Ended ended = run("--listen", address, "--anonymous");

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("without keys the service listens on this machine only");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"})
  void keysAreNotTakenUnencryptedFromOtherMachines(String address) {
    Ended ended = run("--listen", address);

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("keys would cross the network unencrypted", "--behind-tls");
  }

  @Test
  void behindTlsItListensForOtherMachines() {
    Ended ended = run("--listen", "192.0.2.1:0", "--behind-tls");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.err()).contains("cannot listen on 192.0.2.1:0");
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended ended = run("--listen", "127.0.0.1:" + taken.getLocalPort(), "--anonymous");

      assertThat(ended.status()).isEqualTo(3);
      assertThat(ended.err())
          .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasLineCount(1);
    }
  }

  private static Ended run(String... arguments) {
    return Ended.after("ingest " + NOWHERE, arguments);
  }
}
