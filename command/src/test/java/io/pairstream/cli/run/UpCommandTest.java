package io.pairstream.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.cli.Ended;
import io.pairstream.cli.Main;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.platform.PlatformFile;
import io.pairstream.platform.TestJava;
import io.pairstream.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpCommandTest {

  /**
   * The one warning of a good start: it has one broker, whose disk is all that there is. The second
   * is the broker's own, of a machine that is busy.
   */
  private static final Pattern EXPECTED =
      Pattern.compile(
          "replication: one broker: |heartbeat request but received error REQUEST_TIMED_OUT");

  @TempDir Path directory;

  private Optional<Process> running = Optional.empty();

  @AfterEach
  void endWhatATestLeft() {
    running.ifPresent(Process::destroyForcibly);
  }

  /** How soon they are gone is ChildMain's promise; three minutes are for one that never is. */
  @Test
  void leavesNoProcessBehindWhenItIsKilled() throws Exception {
    Process up = start();
    List<ProcessHandle> children = children();
    assertThat(children).hasSize(4);

    assertThat(warnings()).allMatch(line -> EXPECTED.matcher(line).find());
    up.destroyForcibly().waitFor();

    Await.until("all children gone", () -> children.stream().noneMatch(UpCommandTest::runs));
    assertThat(PlatformFile.read(directory)).isEmpty();
  }

  @Test
  @Tag("full")
  void stopsInOrderWhenTheTerminalInterruptsAllProcesses() throws Exception {
    assumeFalse(
        TestJava.interruptsAreIgnored(), "this build was started where interrupts are ignored");
    Process up = start();
    List<ProcessHandle> children = children();
    List<String> interrupt = new ArrayList<>(List.of("kill", "-INT", "" + up.pid()));
    children.forEach(child -> interrupt.add("" + child.pid()));

    assertThat(new ProcessBuilder(interrupt).start().waitFor()).isZero();

    assertThat(up.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(up.exitValue()).isEqualTo(ExitStatus.DONE);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(directory.resolve("platform.json")).doesNotExist();
    // A broker that was stopped in order says so on disk; one that was killed recovers its log.
    assertThat(directory.resolve("broker/logs/.kafka_cleanshutdown")).exists();
  }

  @Test
  void refusesAPortThatIsInUseBeforeAnythingStartsAndForgetsIt() throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = String.valueOf(stranger.getLocalPort());

      Ended.after("up", "--data-dir", directory.toString(), "--port", taken)
          .failedInALine(ExitStatus.COULD_NOT, "port " + taken + " is in use");
      assertThat(directory.resolve("ports.properties")).doesNotExist();
    }
  }

  /** A broker with a setting that no broker takes. */
  @Test
  void aDemoThatCannotStartKeepsItsLogsAndSaysWhyInLines() throws Exception {
    ProcessBuilder builder = TestJava.command(Main.class, "demo", "--exit");
    builder
        .environment()
        .put(
            "JAVA_TOOL_OPTIONS",
            "-Dpairstream.broker.session.ms=soon -Djava.io.tmpdir=" + directory);
    Process demo = builder.redirectError(directory.resolve("err").toFile()).start();
    running = Optional.of(demo);

    assertThat(demo.waitFor()).isEqualTo(ExitStatus.COULD_NOT);
    List<String> err = Files.readAllLines(directory.resolve("err"));
    assertThat(err)
        .anyMatch(line -> line.startsWith("pairstream: broker ended with status"))
        .anyMatch(line -> line.matches("    .*ConfigException: Invalid value soon .*"));
    assertThat(err).noneMatch(line -> line.contains("\tat ")).doesNotHaveDuplicates();
    String logs = err.stream().filter(line -> line.startsWith("its logs stay: ")).toList().get(0);
    assertThat(Path.of(logs.substring(15), "broker.log")).content().contains("Invalid value soon");
  }

  @Test
  void thatCannotStartEndsWithThreeAndOneLine() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    Ended.after("up", "--data-dir", file.toString())
        .failedInALine(ExitStatus.COULD_NOT, "cannot use " + file);
  }

  /** Starts {@code up --json} and returns once it has printed its addresses. */
  private Process start() throws Exception {
    Process up = TestJava.start(Main.class, "up", "--json", "--data-dir", directory.toString());
    running = Optional.of(up);
    BufferedReader stdout = up.inputReader();
    JsonNode addresses = new JsonMapper().readTree(stdout.readLine());
    assertThat(addresses.path("pid").asLong()).isEqualTo(up.pid());
    assertThat(PlatformFile.read(directory).orElseThrow().addresses())
        .containsEntry("ingest_url", addresses.path("ingest_url").asText());
    return up;
  }

  /** Lines of all logs that say that something is wrong. */
  private List<String> warnings() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : List.of("broker", "preprocess", "ingest", "operate")) {
      all.append(Files.readString(directory.resolve("logs").resolve(name + ".log")));
    }
    return all.toString()
        .lines()
        .filter(line -> line.matches("\\S+ (WARN|ERROR|FATAL) .*|.*Exception.*|\tat .*"))
        .toList();
  }

  /** Not so of a dead process that its new parent has not asked after yet: it runs nothing. */
  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  private List<ProcessHandle> children() throws IOException {
    PlatformFile file = PlatformFile.read(directory).orElseThrow();
    return file.processes().stream()
        .map(PlatformFile.Child::pid)
        .map(ProcessHandle::of)
        .flatMap(Optional::stream)
        .toList();
  }
}
