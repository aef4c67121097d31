package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.Await;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildMainTest {

  /** For a virtual machine to start, or to end; only one that hangs needs as long. */
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path directory;

  @Test
  void exitsInOrderWhenItsParentIsGone() throws Exception {
    Process child = startReady("orderly", "-D" + ChildMain.GRACE_PROPERTY + "=" + LONG.toMillis());

    child.getOutputStream().close();

    assertThat(exitValue(child)).isZero();
    assertThat(output()).contains("stopping");
  }

  @Test
  void isCutOffWhenItsExitHangs() throws Exception {
    Process child = startReady("hanging");

    child.getOutputStream().close();

    assertThat(exitValue(child)).isEqualTo(1);
    assertThat(output()).contains("stopping");
  }

  @Test
  void leavesInterruptsOfTheTerminalToItsParent() throws Exception {
    Process child = startReady("orderly");

    signal("INT", child);
    signal("HUP", child);
    signal("TERM", child);

    assertThat(exitValue(child)).isEqualTo(128 + 15);
  }

  @Test
  void keepsEndingItselfWithTheStatusOfItsProgram() throws Exception {
    Process child = start("failing");

    assertThat(exitValue(child)).isEqualTo(1);
    assertThat(output()).contains("IllegalStateException: cannot go on");
  }

  @Test
  void mapsTheClassesPreparedForItsParentAndIsSilentWhereTheyAreForeign() throws Exception {
    Path foreign =
        Files.writeString(directory.resolve("classes.jsa"), "of another Java".repeat(99));
    System.setProperty("pairstream.classes", foreign.toString());
    try {
      assertThat(exitValue(start("telling"))).isZero();
    } finally {
      System.clearProperty("pairstream.classes");
    }

    assertThat(output()).isEqualTo("[-XX:SharedArchiveFile=" + foreign + "]\n");
  }

  private Process startReady(String mode, String... jvmOptions) throws Exception {
    Process child = start(mode, jvmOptions);
    Await.until("running", () -> output().contains("running"));
    return child;
  }

  private Process start(String mode, String... jvmOptions) throws IOException {
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    options.addAll(List.of(jvmOptions));
    String main = Program.class.getName();
    return new ServiceSpec("program", main, List.of(mode), options, Optional::empty)
        .start(directory, directory.resolve("log"));
  }

  private static int exitValue(Process child) throws InterruptedException {
    assertThat(child.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return child.exitValue();
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  private static void signal(String signal, Process process) throws Exception {
    int status = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
    assertThat(status).isZero();
  }

  /** Runs until it is asked to end. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      if (arguments[0].equals("failing")) {
        throw new IllegalStateException("cannot go on");
      }
      if (arguments[0].equals("telling")) {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
        System.out.println(options.stream().filter(option -> option.contains("jsa")).toList());
        return;
      }
      CountDownLatch never = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    System.out.println("stopping");
                    if (arguments[0].equals("hanging")) {
                      awaitQuietly(never);
                    }
                  }));
      System.out.println("running");
      never.await();
    }

    private static void awaitQuietly(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
