package io.pairstream.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.platform.AppLayout;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that do not start, and what they say then. */
class ServiceCommandsTest {

  private static final String INGEST = "ingest --listen 127.0.0.1:0 --anonymous";
  private static final String OPERATE = "operate --listen 127.0.0.1:0 --anonymous";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "--listen 8080 --anonymous, right is HOST:PORT",
    "--listen 127.0.0.1:http --anonymous, right is HOST:PORT",
    "--listen 127.0.0.1:70000 --anonymous, 65535",
    "--listen 0.0.0.0:0 --anonymous, without keys the service listens on this machine only",
    "--listen [::]:0 --anonymous, without keys the service listens on this machine only",
    "--listen 0.0.0.0:0, keys would cross the network unencrypted",
    "--listen 192.0.2.1:0, --behind-tls",
    "--tls-certificate tls.crt, --tls-key=FILE",
    "--tls-certificate gone.crt --tls-key gone.key, gone.crt: no such file",
  })
  void anAddressThatIsNoneOrNotSafeIsWrongUsage(String options, String words) {
    run("ingest " + options).failed(ExitStatus.WRONG_USAGE, words);
  }

  @Test
  void operateTakesKeysUnencryptedFromNoOtherMachine() {
    Ended ended = run("operate --listen 192.0.2.1:0").ended(ExitStatus.WRONG_USAGE);

    assertThat(ended.err()).containsOnlyOnce("keys would cross the network unencrypted");
  }

  @Test
  void anAddressThatCannotBeListenedOnIsSaidInOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String here = "127.0.0.1:" + taken.getLocalPort();
      for (String address : List.of(here, "192.0.2.1:0 --behind-tls")) {
        run("ingest --listen " + address)
            .failedInALine(
                ExitStatus.COULD_NOT, "cannot listen on " + address.replaceFirst(" .*", ""));
      }
    }
  }

  @Test
  void whereASandboxIsAskedForOperateStartsOnlyWithOne() throws IOException {
    String file = Files.createFile(folder.resolve("file")).toString();
    String expected = file;
    try (ImageWorkerPool here = new ImageWorkerPool(AppLayout.workers(1))) {
      here.requireSandbox();
    } catch (ImageWorkerUnavailableException e) {
      expected = e.getMessage();
    }

    run(OPERATE + " --require-sandbox --state-dir", file)
        .failedInALine(ExitStatus.COULD_NOT, expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"preprocess", INGEST, OPERATE})
  void aStateFolderThatCannotBeWrittenIsNamed(String command) throws IOException {
    requireNamed(command, Files.createFile(folder.resolve("file")));
    Path readOnly = Files.createDirectory(folder.resolve("state"));
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(readOnly), "nothing is forbidden to root");
    requireNamed(command, readOnly);
  }

  /** As where a service starts before the containers of all brokers. */
  @ParameterizedTest
  @ValueSource(strings = {INGEST, OPERATE})
  void anAddressOfABrokerIsWaitedFor(String command) throws Exception {
    String words = command + " --bootstrap-servers gone.invalid:1 --schema-registry mock://none";
    Thread service = new Thread(() -> Ended.after(words));
    service.start();

    // Between two looks: an interrupt amid the loading of a class would break it for other tests.
    Await.until(
        () ->
            Arrays.stream(service.getStackTrace())
                .limit(4)
                .anyMatch(call -> call.toString().contains("Prerequisites.await(")));
    service.interrupt();
    service.join();
  }

  private static void requireNamed(String command, Path state) {
    run(command + " --state-dir", state.toString())
        .failedInALine(
            ExitStatus.COULD_NOT, "the state folder " + state + " cannot be used: ", "--state-dir");
  }

  /** {@code fetch} keeps nothing on the disk, and reads addresses alone in a platform's folder. */
  @Test
  void aFileInPlaceOfThePlatformsFolderIsNamedByFetch() throws IOException {
    Path file = Files.createFile(folder.resolve("data"));

    Ended.after("fetch --allow-address 127.0.0.0/8", "--data-dir", file.toString())
        .failed(ExitStatus.COULD_NOT, "--data-dir: no platform runs in " + file);
  }

  private static Ended run(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap-servers", "127.0.0.1:1", "--schema-registry", "mock://none"));
    return Ended.after(command, all.toArray(String[]::new));
  }
}
