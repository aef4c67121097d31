package io.pairstream.demo;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.ServiceSpec;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The main job on real input: pairs in, batches out, and how far it is while it goes on. */
public final class Demo {

  private static final int BATCH_SIZE = 32;

  /** Without any progress for so long, something is wrong that waiting does not mend. */
  private static final Duration STUCK = Duration.ofMinutes(2);

  /** How long the audit looks for what it does not find at first. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final WholePlatform platform;
  private final Cluster cluster;
  private final AtomicLong published = new AtomicLong();
  private final long startedAt = System.nanoTime();

  /** What the latest look has seen. */
  private OutputCounts outputs;

  private long batches;
  private long moved;
  private long movedAt;

  public Demo(WholePlatform platform) {
    this.platform = platform;
    this.cluster = platform.cluster();
  }

  /**
   * Publishes the pairs, and returns once each is accounted for.
   *
   * @throws PlatformException where the work does not get on
   */
  public DemoSummary run(PairSupply supply, Progress progress)
      throws IOException, InterruptedException {
    startFeed();
    ClusterAccess access = new ClusterAccess(cluster);
    try (DecidedPairs decided = new DecidedPairs(access);
        BufferedReader trainer = Files.newBufferedReader(log("feed"))) {
      CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> publish(supply));
      movedAt = System.nanoTime();
      do {
        look(decided, trainer, progress);
        if (isStuck()) {
          throw new PlatformException(
              "nothing has moved for %d s: %d published, %d accounted for; see %s"
                  .formatted(
                      STUCK.toSeconds(), published.get(), outputs.total(), log("preprocess")));
        }
      } while (!publishing.isDone() || outputs.total() < published.get());
      publishing.join();
      double perSecond = perSecond();
      while (batches < outputs.training() / BATCH_SIZE && !isStuck()) {
        look(decided, trainer, progress);
      }
      AuditReport audit = new Audit(access, LATE).run();
      return new DemoSummary(
          published.get(),
          outputs,
          batches,
          perSecond,
          new DemoSummary.Audit(audit.inputs(), audit.differences()));
    }
  }

  private void startFeed() {
    Path data = platform.processes().dataDirectory();
    platform
        .processes()
        .launch(
            ServiceSpec.ofCommand(
                    "feed",
                    List.of(
                        "feed",
                        "--json",
                        "--batch-size",
                        String.valueOf(BATCH_SIZE),
                        "--position-file",
                        data.resolve("feed-position.json").toString(),
                        "--data-dir",
                        data.toString()))
                .decoding()
                // It reads a few batches: a compiler that pays off later does not here.
                .withJvmOptions(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")));
  }

  private Path log(String process) {
    return platform.processes().dataDirectory().resolve("logs").resolve(process + ".log");
  }

  private void publish(PairSupply supply) {
    Registry registry = cluster.registry();
    try (PairPublisher publisher =
        PairPublisher.open(
            PairTopics.of(cluster.dataset(), new AvroSerdes(registry)).crowdsourced(),
            registry,
            cluster.clientSettings(Map.of()),
            Clock.systemUTC())) {
      supply.publish(publisher, cluster, published::incrementAndGet);
    }
  }

  private void look(DecidedPairs decided, BufferedReader trainer, Progress progress)
      throws IOException, InterruptedException {
    TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
    outputs = decided.count();
    while (trainer.ready()) {
      batches += trainer.readLine().startsWith("{\"batch\"") ? 1 : 0;
    }
    long now = published.get() + outputs.total() + batches;
    if (now != moved) {
      moved = now;
      movedAt = System.nanoTime();
    }
    progress.show(
        "in %,d  training %,d  validation %,d  test %,d  quarantine %,d  batches %,d  %.0f/s",
        published.get(),
        outputs.training(),
        outputs.validation(),
        outputs.test(),
        outputs.quarantined(),
        batches,
        perSecond());
  }

  private boolean isStuck() {
    return System.nanoTime() - movedAt > STUCK.toNanos();
  }

  /** Rounded to a tenth. */
  private double perSecond() {
    return Math.round(outputs.total() * 1e10 / (System.nanoTime() - startedAt)) / 10.0;
  }
}
