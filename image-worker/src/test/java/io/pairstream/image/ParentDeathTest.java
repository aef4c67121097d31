package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.Walls;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParentDeathTest {

  /** A service in small: starts a worker, says its process id, gives it an image, stays. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) {
      endWithTheTest();
      WorkerSettings settings =
          Pictures.settings(1).withJvmOptions("-Dpairstream.worker.test-hooks=true");
      ImageWorkerPool pool =
          new ImageWorkerPool(settings, settings::deadline, Launcher.valueOf(args[1]));
      byte[] file = Pictures.jpeg(Pictures.drawRgb(90, 70), false);
      Pictures.kept(Pictures.prepare(pool, file, Pictures.raw(64)));
      System.out.println(pool.pids().get(0));
      System.out.println("ready");
      byte[] next = args[0].isEmpty() ? file : Pictures.withTrailer(file, args[0]);
      while (true) {
        Pictures.prepare(pool, next, Pictures.raw(64));
      }
    }

    /** A test that is killed closes what this process reads from. */
    private static void endWithTheTest() {
      Thread ends =
          new Thread(
              () -> {
                try {
                  while (System.in.read() >= 0) {
                    // No process writes.
                  }
                } catch (IOException e) {
                  // The same end.
                }
                Runtime.getRuntime().halt(1);
              });
      ends.setDaemon(true);
      ends.start();
    }
  }

  @ParameterizedTest(name = "by {0}, at work on \"{1}\"")
  @CsvSource({
    "BUBBLEWRAP, PAIRSTREAM-TEST:spin", "UTIL_LINUX, PAIRSTREAM-TEST:spin",
    "PRLIMIT, ''", "NONE, PAIRSTREAM-TEST:spin"
  })
  void leavesNoWorkerBehindAKilledParent(Launcher wall, String trailer) throws Exception {
    Walls.assumeToBeHad(wall);
    Process parent = start(wall, trailer);
    ProcessHandle worker;
    try (BufferedReader said = parent.inputReader(StandardCharsets.UTF_8)) {
      worker = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
      assertThat(said.readLine()).isEqualTo("ready");

      parent.destroyForcibly();

      assertThat(worker.onExit().get().isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Tag("full")
  @ParameterizedTest(name = "by {0}, at work on \"{1}\"")
  @CsvSource({
    "BUBBLEWRAP, ''",
    "UTIL_LINUX, ''",
    "PRLIMIT, PAIRSTREAM-TEST:spin",
    "NONE, ''",
  })
  void leavesNoWorkerAtWorkOrIdle(Launcher wall, String trailer) throws Exception {
    leavesNoWorkerBehindAKilledParent(wall, trailer);
  }

  private static Process start(Launcher wall, String trailer) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            "-Dpairstream.worker.classpath=" + System.getProperty("pairstream.worker.classpath"),
            "-cp",
            System.getProperty("java.class.path"),
            Parent.class.getName(),
            trailer,
            wall.name())
        .redirectError(Redirect.INHERIT)
        .start();
  }
}
