package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class SupervisedChildTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path directory;

  private final RecordedEvents events = new RecordedEvents();
  private final AtomicReference<Process> latest = new AtomicReference<>();

  @Test
  void givesUpWhatEndsBeforeItAnswersAndQuotesTheLog() throws Exception {
    SupervisedChild child = supervise("echo no room for $$; exit 7", () -> false);

    child.start();

    assertThatThrownBy(() -> child.awaitReady(LONG))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("child ended with status 7 before it answered, at start 5")
        .hasMessageContaining("no room for");
    Await.until("given up", () -> events.events().contains("given up"));
    assertThat(events.events()).hasSize(6).last().isEqualTo("given up");
  }

  @Test
  void showsTheLastLinesAndKeepsTheLogBeforeTheNewOne() throws Exception {
    Files.writeString(directory.resolve("child.log"), "earlier");
    SupervisedChild child =
        supervise("for i in $(seq 1000); do echo line $i; done; exit 2", () -> false);

    child.start();

    assertThatThrownBy(() -> child.awaitReady(LONG))
        .message()
        .contains("\n  line 986\n")
        .endsWith("  line 1000")
        .doesNotContain("line 985");
    assertThat(directory.resolve("child.log.1")).hasContent("earlier");
  }

  @Test
  void restartsForEverWhatHasAnsweredInBetween() throws Exception {
    // Each ends once it is asked whether it answers, and no sooner.
    SupervisedChild child =
        supervise(
            "read line; exit 0",
            () -> {
              latest.get().getOutputStream().close();
              return true;
            });
    try {
      child.start();

      Await.until("ten starts", () -> events.count("child ready") >= 10);
      assertThat(events.events())
          .contains(
              "child ended with status 0, starts again in 1 ms",
              "child ended with status 0, starts again in 2 ms",
              "child ended with status 0, starts again in 20 ms");

      assertThat(events.events()).doesNotContain("given up");
    } finally {
      child.stop(LONG);
    }
  }

  @Test
  void tellsHowLongItWaitedInVain() throws Exception {
    SupervisedChild child = supervise("echo still thinking; exec cat", () -> false);
    Path log = directory.resolve("child.log");
    try {
      child.start();
      Await.until(
          "first words",
          () -> Files.exists(log) && Files.readString(log).contains("still thinking"));

      assertThatThrownBy(() -> child.awaitReady(Duration.ofSeconds(1)))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("did not answer within 1 s")
          .hasMessageContaining("still thinking");
    } finally {
      child.stop(LONG);
    }
  }

  @Test
  void startsNothingMoreOnceStopped() throws Exception {
    SupervisedChild child = supervise("exec cat", () -> true);
    child.start();
    child.awaitReady(LONG);

    child.stop(LONG);

    assertThat(child.identity()).isEmpty();
    assertThat(events.count("child ready")).isEqualTo(1);
    assertThat(events.events()).hasSize(2).last().isEqualTo("child stopped");
  }

  @Test
  void cutsOffWhatDoesNotStopInTime() throws Exception {
    AtomicInteger probes = new AtomicInteger();
    Path trapped = directory.resolve("trapped");
    SupervisedChild child =
        supervise(
            "trap '' TERM; touch " + trapped + "; while :; do read line; done",
            () -> probes.incrementAndGet() > 0 && Files.exists(trapped));
    child.start();
    child.awaitReady(LONG);

    child.stop(Duration.ofMillis(100));

    assertThat(child.identity()).isEmpty();
  }

  private SupervisedChild supervise(String script, Readiness readiness) {
    Path log = directory.resolve("child.log");
    SupervisedChild.Launch launch =
        () -> {
          latest.set(
              new ProcessBuilder(List.of("/bin/sh", "-c", script))
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                  .start());
          return latest.get();
        };
    return new SupervisedChild("child", launch, readiness, log, 1, events.listener());
  }
}
