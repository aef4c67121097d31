package io.pairstream.demo;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.Readiness;
import io.pairstream.platform.ServiceSpec;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The main job on real input: pairs in, batches out, with a view of it while it goes on. */
public final class Demo {

  public static final int BATCH_SIZE = 32;

  /** Without any progress for so long, something is wrong that waiting does not mend. */
  private static final Duration STUCK = Duration.ofMinutes(2);

  /** How long the audit looks for what it does not find at first. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final WholePlatform platform;
  private final Cluster cluster;
  private final AtomicLong published = new AtomicLong();
  private final Instant startedAt = Instant.now();
  private volatile long batches;
  private volatile String lastCaption = "";

  public Demo(WholePlatform platform) {
    this.platform = platform;
    this.cluster = platform.cluster();
  }

  /**
   * What a demo ended with.
   *
   * @param end the counts behind the outputs
   */
  public record Result(DemoSummary summary, OutputCounts end) {}

  /**
   * Publishes the pairs, and returns once each is accounted for.
   *
   * @param view where to show how it goes
   * @param live whether that is a terminal
   * @throws PlatformException where the work does not get on
   */
  public Result run(PairSupply supply, PrintStream view, boolean live)
      throws IOException, InterruptedException {
    platform
        .processes()
        .launch(
            new ServiceSpec(
                "feed",
                "io.pairstream.cli.Main",
                feedArguments(),
                ServiceSpec.ClassPath.FEED,
                // It reads a few batches: a compiler that pays off later does not here.
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                Readiness.onceRunning()));
    try (OutputCounter outputs =
            OutputCounter.start(cluster.dataset(), cluster.clientSettings(Map.of()));
        TrainerWatch trainer = new TrainerWatch(log("feed"));
        DemoView demoView = new DemoView(view, live, () -> state(outputs))) {
      demoView.start();
      Instant firstSend = Instant.now();
      CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> publish(supply));
      awaitAccounted(publishing, outputs, trainer);
      OutputCounts end = outputs.counts();
      AuditReport audit = new Audit(new ClusterAccess(cluster), LATE).run();
      return new Result(summary(end, firstSend, audit), end);
    }
  }

  private List<String> feedArguments() {
    return List.of(
        "feed",
        "--json",
        "--batch-size",
        String.valueOf(BATCH_SIZE),
        "--position-file",
        platform
            .processes()
            .dataDirectory()
            .resolve("feed-position.json")
            .toAbsolutePath()
            .toString(),
        "--bootstrap-servers",
        cluster.bootstrapServers(),
        "--schema-registry",
        cluster.registryAddresses());
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

  private void awaitAccounted(
      CompletableFuture<Void> publishing, OutputCounter outputs, TrainerWatch trainer)
      throws IOException, InterruptedException {
    long progress = -1;
    long since = System.nanoTime();
    while (!publishing.isDone() || outputs.counts().total() < published.get()) {
      look(trainer);
      long now = published.get() + outputs.counts().total();
      if (now != progress) {
        progress = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > STUCK.toNanos()) {
        throw new PlatformException(
            "nothing has moved for "
                + STUCK.toSeconds()
                + " s: "
                + published.get()
                + " published, "
                + outputs.counts().total()
                + " accounted for; see "
                + log("preprocess"));
      }
    }
    publishing.join();
    long full = outputs.counts().training() / BATCH_SIZE;
    long before = batches;
    since = System.nanoTime();
    while (batches < full && System.nanoTime() - since < STUCK.toNanos()) {
      look(trainer);
      if (batches != before) {
        before = batches;
        since = System.nanoTime();
      }
    }
  }

  private void look(TrainerWatch trainer) throws IOException, InterruptedException {
    batches = trainer.batches();
    lastCaption = trainer.lastCaption();
    TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
  }

  private DemoState state(OutputCounter outputs) {
    OutputCounts now = outputs.counts();
    return new DemoState(
        Duration.between(startedAt, Instant.now()),
        published.get(),
        now,
        batches,
        now.firstOutputAt()
            .flatMap(first -> now.lastOutputAt().map(last -> perSecond(now.total(), first, last)))
            .orElse(0.0),
        lastCaption);
  }

  private DemoSummary summary(OutputCounts end, Instant firstSend, AuditReport audit) {
    return new DemoSummary(
        published.get(),
        end.training(),
        end.validation(),
        end.test(),
        new TreeMap<>(end.quarantine()),
        batches,
        end.lastOutputAt().map(last -> perSecond(end.total(), firstSend, last)).orElse(0.0),
        new DemoSummary.Audit(audit.inputs(), audit.differences()));
  }

  /** Rounded to a tenth; 0 where no time has passed. */
  private static double perSecond(long pairs, Instant first, Instant last) {
    long millis = Duration.between(first, last).toMillis();
    return millis <= 0 ? 0 : Math.round(pairs * 10_000.0 / millis) / 10.0;
  }
}
