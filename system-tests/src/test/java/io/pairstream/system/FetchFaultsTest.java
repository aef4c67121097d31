package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fetchers killed in the middle of the work, with the broker and the registry: of every link
 * exactly one thing becomes.
 */
@Tag("full")
@Timeout(1800)
class FetchFaultsTest {

  private static final Duration CATCH_UP = Duration.ofMinutes(8);
  private static final int HOSTS = 150;

  /** Of a virtual machine whose shutdown hooks have all run after SIGTERM. */
  private static final int TERMINATED = 128 + 15;

  /** What each host has, one link each. */
  private static final List<String> PATHS =
      List.of(
          "/a1",
          "/a2",
          "/a3",
          "/slow1",
          "/slow2",
          "/flaky1",
          "/missing1",
          "/page1",
          "/refused1",
          "/cut1");

  @TempDir private Path folder;

  @Test
  void ofEveryLinkExactlyOneThingBecomesWhenProcessesAreKilled() throws Exception {
    try (FaultySite site = new FaultySite();
        RunningPlatform platform = RunningPlatform.start(folder, "demo");
        Fetchers fetchers = new Fetchers(platform)) {
      publishLinks(platform, site);
      int links = HOSTS * PATHS.size();

      fetchers.start("one");
      fetchers.start("two");
      awaitAsked(site, links / 8);
      fetchers.kill("one");
      awaitAsked(site, links / 4);
      fetchers.start("three");
      platform.killAndAwaitRestart("registry");
      awaitAsked(site, links / 2);
      platform.killAndAwaitRestart("broker");
      fetchers.kill("two");
      fetchers.start("four");
      AtomicReference<AuditReport> last = new AtomicReference<>();
      Await.until(
          "every link has ended",
          CATCH_UP,
          () -> {
            last.set(platform.accountsSoFar());
            return last.get().links().fetched() + last.get().links().quarantined() == links;
          },
          () -> last.get() + fetchers.said());
      platform.awaitAllDecided();
      AuditReport report = platform.audit();

      assertThat(report.details()).isEmpty();
      assertThat(report.links().fetched()).isEqualTo(HOSTS * 6L);
      assertThat(platform.quarantine())
          .containsEntry("FETCH_NOT_FOUND", (long) HOSTS)
          .containsEntry("FETCH_NOT_AN_IMAGE", (long) HOSTS)
          .containsEntry("FETCH_OPTED_OUT", (long) HOSTS)
          .containsEntry("FETCH_CONNECTION", (long) HOSTS);
      // Two of the instance that was killed, whose requests nobody calls back, and two of the next.
      assertThat(site.mostAtOnce()).isLessThanOrEqualTo(4);
      // What it has to say at its start it has said by then.
      ServiceAddress.awaitReady(() -> fetchers.said("four"));
      String before = fetchers.said("four");
      assertThat(fetchers.stop("four")).isEqualTo(TERMINATED);
      assertThat(fetchers.said("four")).as("what it complains of at its end").isEqualTo(before);
    }
  }

  private static void publishLinks(RunningPlatform platform, FaultySite site) {
    Registry registry = platform.cluster().registry();
    PairTopics topics = PairTopics.of(platform.cluster().dataset(), new AvroSerdes(registry));
    try (LinkPublisher publisher =
        LinkPublisher.open(
            topics.links(),
            registry,
            platform.cluster().clientSettings(Map.of()),
            Clock.systemUTC())) {
      for (String path : PATHS) {
        for (int host = 0; host < HOSTS; host++) {
          String address = "127.1." + host / 100 + "." + (host % 100 + 1);
          var unused =
              publisher.publish(NewLink.of(site.url(address, path), "what is at " + path, "en"));
        }
      }
    }
  }

  private static void awaitAsked(FaultySite site, int requests) {
    Await.until(
        "hosts are asked for " + requests + " images",
        CATCH_UP,
        () -> site.asked().size() >= requests,
        site.asked()::size);
  }

  /** Processes of {@code pairstream fetch}. */
  private static final class Fetchers implements AutoCloseable {

    private final RunningPlatform platform;
    private final Map<String, Process> running = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    Fetchers(RunningPlatform platform) {
      this.platform = platform;
    }

    void start(String name) throws IOException {
      names.add(name);
      running.put(
          name,
          new ProcessBuilder(
                  RunningPlatform.command(
                      "fetch",
                      "--data-dir",
                      platform.data().toString(),
                      "--allow-address",
                      "127.0.0.0/8",
                      "--per-host-interval",
                      "PT0.2S",
                      "--first-pause",
                      "PT1S",
                      "--attempts",
                      "2",
                      "--connect-timeout",
                      "PT1M",
                      "--timeout",
                      "PT2M",
                      "--status-listen",
                      "127.0.0.1:0"))
              .redirectErrorStream(true)
              .redirectOutput(log(name).toFile())
              .start());
    }

    void kill(String name) throws InterruptedException {
      running.get(name).destroyForcibly().waitFor();
    }

    /** Ends one as an operator does; its exit status. */
    int stop(String name) throws InterruptedException {
      Process process = running.get(name);
      process.destroy();
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
      return process.exitValue();
    }

    String said() {
      return names.stream()
          .map(name -> log(name) + ":\n" + said(name))
          .collect(Collectors.joining());
    }

    String said(String name) {
      try {
        return Files.readString(log(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Path log(String name) {
      return platform.data().resolve("fetch-" + name + ".log");
    }

    @Override
    public void close() {
      running.values().forEach(Process::destroyForcibly);
    }
  }
}
