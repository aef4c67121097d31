package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.load.PlayedWeb;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.AuditReport;
import io.pairstream.tools.audit.AuditReport.LinkReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
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

  /** Links to pictures on each host; as many again lead nowhere. */
  private static final int PICTURES = 4;

  /** Exit status of a virtual machine whose shutdown hooks have all run after SIGTERM. */
  private static final int TERMINATED = 128 + 15;

  @TempDir private Path folder;

  private final List<PairstreamProcess> fetchers = new ArrayList<>();

  @AfterEach
  void stop() {
    fetchers.forEach(PairstreamProcess::close);
  }

  @Test
  void ofEveryLinkExactlyOneThingBecomesWhenProcessesAreKilled() throws Exception {
    try (PlayedWeb site = new PlayedWeb();
        RunningPlatform platform = RunningPlatform.start(folder)) {
      publishLinks(platform, site);
      int links = HOSTS * PICTURES * 2;

      PairstreamProcess first = fetcher(platform);
      PairstreamProcess second = fetcher(platform);
      awaitAsked(site, links / 8);
      first.kill();
      awaitAsked(site, links / 4);
      PairstreamProcess third = fetcher(platform);
      awaitAsked(site, links / 2);
      platform.killAndAwaitRestart("broker");
      second.kill();
      PairstreamProcess fourth = fetcher(platform);
      Await.until(
          "every link has ended",
          CATCH_UP,
          () -> {
            platform.endWhatHangs();
            LinkReport ended = platform.accountsSoFar().links();
            return ended.fetched() + ended.quarantined() == links;
          },
          () -> platform.accountsSoFar() + third.said() + fourth.said());
      platform.awaitAllDecided();
      AuditReport report = platform.audit();

      assertThat(report.details()).isEmpty();
      assertThat(report.links().fetched()).isEqualTo(links / 2);
      assertThat(platform.quarantine()).containsEntry("FETCH_NOT_FOUND", links / 2L);
      // What it has to say at its start it has said by then.
      fourth.awaitReady();
      String before = fourth.said();
      assertThat(fourth.stop()).isEqualTo(TERMINATED);
      assertThat(fourth.said()).as("what it complains of at its end").isEqualTo(before);
    }
  }

  private static void publishLinks(RunningPlatform platform, PlayedWeb site) {
    try (LinkPublisher publisher =
        LinkPublisher.open(
            platform.topics().links(), platform.access().clientSettings(), Clock.systemUTC())) {
      for (int number = 0; number < HOSTS * PICTURES * 2; number++) {
        int host = number % HOSTS;
        String name = "127.1." + host / 100 + "." + (host % 100 + 1);
        String url = site.url(name, number) + (number < HOSTS * PICTURES ? "" : "/nothing");
        var unused =
            publisher.publish(
                PairLink.newBuilder()
                    .setMetadata(PairMetadata.newBuilder().setUrl(url).build())
                    .setCaption("picture " + number)
                    .setLanguage("en")
                    .build());
      }
    }
  }

  private static void awaitAsked(PlayedWeb site, int requests) {
    Await.until(
        "hosts are asked " + requests + " times",
        CATCH_UP,
        () -> site.requests() >= requests,
        site::requests);
  }

  private PairstreamProcess fetcher(RunningPlatform platform) throws IOException {
    Path log = folder.resolve("fetch-" + fetchers.size() + ".log");
    PairstreamProcess fetcher =
        PairstreamProcess.start(
            log,
            "fetch --allow-address 127.0.0.0/8 --per-host-interval PT0.5S --first-pause PT1S"
                + " --attempts 2 --connect-timeout PT1M --timeout PT2M --status-listen 127.0.0.1:0"
                + " --data-dir",
            platform.data());
    fetchers.add(fetcher);
    return fetcher;
  }
}
