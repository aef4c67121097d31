package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.service.requirements.Machine;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupervisedChildTest {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final Optional<String> NOTHING = Optional.empty();
  private static final Optional<String> NOT_YET = Optional.of("not yet");

  @TempDir Path directory;

  private final RecordedEvents events = new RecordedEvents();
  private final AtomicReference<Process> latest = new AtomicReference<>();
  private Machine machine = new Machine(Optional::empty, Optional::empty);
  private SupervisedChild supervised;
  private SupervisedChild.Times times = new SupervisedChild.Times(PAUSE, PAUSE, LONG, LONG);

  @AfterEach
  void stop() throws InterruptedException {
    supervised.stop(LONG);
  }

  @Test
  void givesUpWhatEndsBeforeItAnswersAndQuotesTheLog() throws Exception {
    SupervisedChild child = supervise("echo no room for $$; exit 7", () -> NOT_YET);

    child.start();

    assertThatThrownBy(() -> child.awaitReady(() -> {}))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("child ended with status 7 before it answered, at start 5")
        .hasMessageContaining("no room for");
    Await.until("given up", () -> events.count("child ended with status 7 before") > 0);
    assertThat(events.events())
        .hasSize(5)
        .first()
        .asString()
        .matches("child ended with status 7, starts again in 1 ms; it said last: no room for \\d+");
  }

  @Test
  void showsWarningsThenTheLastLinesAndKeepsTheLogBeforeTheNewOne() throws Exception {
    Files.writeString(directory.resolve("child.log"), "earlier");
    SupervisedChild child =
        supervise(
            "echo '12:00 WARN  [main] disk'; for i in $(seq 1000); do echo line $i; done; exit 2",
            () -> NOT_YET);

    child.start();

    assertThatThrownBy(() -> child.awaitReady(() -> {}))
        .message()
        .contains("errors first:\n    12:00 WARN  [main] disk\n    line 994\n")
        .endsWith("\n    line 1000");
    assertThat(events.events()).noneMatch(event -> event.contains("\n"));
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
              return Optional.empty();
            });
    child.start();

    Await.until("ten starts", () -> events.count("child ready") >= 10);
    assertThat(events.events())
        .contains(
            "child ended with status 0, starts again in 1 ms",
            "child ended with status 0, starts again in 2 ms",
            "child ended with status 0, starts again in 8 ms");
  }

  @Test
  void startsAnewWhatNeitherAnswersNorComputes() throws Exception {
    times = new SupervisedChild.Times(PAUSE, PAUSE, Duration.ofMillis(100), LONG);
    AtomicInteger starts = new AtomicInteger();
    SupervisedChild child =
        supervise(
            "exec cat",
            () -> {
              if (starts.get() < 2) {
                throw new IOException("nothing listens there");
              }
              return Optional.empty();
            },
            starts::incrementAndGet);
    child.start();
    child.awaitReady(() -> {});

    assertThat(events.events())
        .anyMatch(
            event ->
                event.startsWith(
                    "child stands still and is started anew: it answers nothing and computes"
                        + " nothing"));
  }

  @Test
  void startsAnewWhatSaysThatOnlyThatHelpsAndNothingElse() throws Exception {
    times = new SupervisedChild.Times(PAUSE, PAUSE, Duration.ofMillis(100), LONG);
    AtomicInteger starts = new AtomicInteger();
    AtomicInteger looks = new AtomicInteger();
    Optional<String> broker = Optional.of("no broker answers");
    Readiness readiness =
        new Health(
            () -> {
              looks.incrementAndGet();
              return broker;
            },
            () -> starts.get() == 1 && looks.get() > 100 ? Optional.of("a thread hangs") : NOTHING);
    SupervisedChild child = supervise("exec cat", readiness, starts::incrementAndGet);
    child.start();
    Await.until("started anew", () -> starts.get() == 2);

    assertThat(looks.get()).isGreaterThan(100);
    assertThat(events.events())
        .contains("child waits: no broker answers")
        .anyMatch(
            event -> event.startsWith("child stands still and is started anew: a thread hangs"));
    int then = looks.get();
    Await.until("many more looks", () -> looks.get() > then + 100);
    assertThat(starts).hasValue(2);
  }

  /** A process that is busy answers nothing either, and must not lose what it has begun. */
  @ParameterizedTest
  @CsvSource({"exec cat, true", "while :; do :; done, false"})
  void startsAnewWhatFreezesButNotWhatIsBusy(String script, boolean isFrozen) throws Exception {
    times = new SupervisedChild.Times(PAUSE, PAUSE, LONG, Duration.ofMillis(500));
    AtomicInteger starts = new AtomicInteger();
    AtomicInteger looks = new AtomicInteger();
    Readiness silent =
        new Readiness() {
          @Override
          public Optional<String> waitsFor() {
            return NOTHING;
          }

          @Override
          public Optional<String> waitsAgainFor() throws IOException {
            looks.incrementAndGet();
            if (starts.get() == 1) {
              throw new IOException("no answer");
            }
            return NOTHING;
          }
        };
    SupervisedChild child = supervise(script, silent, starts::incrementAndGet);
    child.start();
    Await.until("many looks", () -> looks.get() > 1_000 || starts.get() == 2);

    assertThat(starts).hasValue(isFrozen ? 2 : 1);
    assertThat(events.events())
        .anyMatch(event -> event.matches("child waits: .* if it hangs: kill -9 \\d+"));
  }

  @Test
  void saysOnceThatAProcessWaitsAndThatItGoesOn() throws Exception {
    AtomicReference<Optional<String>> waits = new AtomicReference<>(NOTHING);
    AtomicInteger looks = new AtomicInteger();
    SupervisedChild child =
        supervise(
            "exec cat",
            new Health(
                () -> {
                  looks.incrementAndGet();
                  return waits.get();
                },
                () -> NOTHING));
    child.start();
    child.awaitReady(() -> {});
    waits.set(Optional.of("the disk is full"));
    Await.until("some looks", () -> looks.get() > 10);
    waits.set(NOTHING);
    Await.until("goes on", () -> events.count("child goes on") == 1);

    assertThat(events.events())
        .containsSubsequence("child waits: the disk is full", "child goes on");
    assertThat(events.count("child waits")).isEqualTo(1);
  }

  @Test
  void isPatientWhileTheDiskIsFullAndNamesItOnce() throws Exception {
    AtomicReference<Optional<String>> disk = new AtomicReference<>(Optional.of("no room"));
    machine = new Machine(disk::get, Optional::empty);
    AtomicInteger starts = new AtomicInteger();
    SupervisedChild child = supervise("exit 1", () -> NOT_YET, starts::incrementAndGet);
    child.start();

    Await.until("more starts than are given", () -> starts.get() > 10);
    assertThat(events.count("child ended with status 1, starts again in 8 ms; no room"))
        .isEqualTo(1);
    disk.set(Optional.empty());

    assertThatThrownBy(() -> child.awaitReady(() -> {})).hasMessageContaining("at start 5");
  }

  @Test
  void startsAgainWhatCannotBeStartedForAWhile() throws Exception {
    AtomicInteger starts = new AtomicInteger();
    SupervisedChild child =
        supervise(
            "exec cat",
            Optional::empty,
            () -> {
              if (starts.incrementAndGet() < 4) {
                throw new IOException("no process left");
              }
            });
    child.start();
    child.awaitReady(() -> {});

    assertThat(events.events())
        .contains("child cannot be started: no process left, starts again in 1 ms");
  }

  @Test
  void startsNothingMoreOnceStopped() throws Exception {
    SupervisedChild child = supervise("exec cat", Optional::empty);
    child.start();
    child.awaitReady(() -> {});

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
            () -> probes.incrementAndGet() > 0 && Files.exists(trapped) ? NOTHING : NOT_YET);
    child.start();
    child.awaitReady(() -> {});

    child.stop(Duration.ofMillis(100));

    assertThat(child.identity()).isEmpty();
  }

  /** Something that happens before each start. */
  private interface BeforeStart {
    void happens() throws IOException;
  }

  /** Answers of a process that has been ready. */
  private record Health(Supplier<Optional<String>> waits, Supplier<Optional<String>> stands)
      implements Readiness {

    @Override
    public Optional<String> waitsFor() {
      return NOTHING;
    }

    @Override
    public Optional<String> waitsAgainFor() {
      return waits.get();
    }

    @Override
    public Optional<String> standsStill() {
      return stands.get();
    }
  }

  private SupervisedChild supervise(String script, Readiness readiness) {
    return supervise(script, readiness, () -> {});
  }

  private SupervisedChild supervise(String script, Readiness readiness, BeforeStart before) {
    Path log = directory.resolve("child.log");
    SupervisedChild.Launch launch =
        () -> {
          before.happens();
          latest.set(
              new ProcessBuilder(List.of("/bin/sh", "-c", script))
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                  .start());
          return latest.get();
        };
    supervised =
        new SupervisedChild("child", launch, readiness, log, machine, times, events.listener());
    return supervised;
  }
}
