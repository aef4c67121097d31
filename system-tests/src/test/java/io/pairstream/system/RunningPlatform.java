package io.pairstream.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** {@code pairstream up} in processes of its own, in a directory of its own. */
final class RunningPlatform implements AutoCloseable {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Duration CATCH_UP = Duration.ofMinutes(8);

  /** Of a machine that is busy; more than preprocessing's transactions have room for is refused. */
  private static final String DECODE_DEADLINE = "PT25S";

  private final Path data;
  private final Process up;
  private final Cluster cluster;

  private RunningPlatform(Path data, Process up, Cluster cluster) {
    this.data = data;
    this.up = up;
    this.cluster = cluster;
  }

  /** The command line of {@code pairstream}, as the launcher script makes it. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    String path = PROJECT.resolve("command/target/app/lib") + "/*";
    if (arguments[0].equals("feed")) {
      // The feed alone decodes, and only what our own workers wrote.
      path += ":" + PROJECT.resolve("command/target/app/decoder") + "/*";
    }
    command.add(path);
    command.add("io.pairstream.cli.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  static RunningPlatform start(Path data, String recipe) throws IOException {
    Files.createDirectories(data);
    ProcessBuilder builder =
        new ProcessBuilder(
                command(
                    "up",
                    "--data-dir",
                    data.toString(),
                    "--recipe",
                    recipe,
                    "--decode-deadline",
                    DECODE_DEADLINE))
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("up.log").toFile());
    tune(builder);
    Process up = builder.start();
    try {
      awaitUp(data);
    } catch (AssertionError e) {
      up.destroy();
      throw e;
    }
    JsonNode file = json(data.resolve("platform.json"));
    return new RunningPlatform(
        data,
        up,
        new Cluster(
            file.get("bootstrap_servers").asText(),
            file.get("schema_registry").asText(),
            new Dataset(Dataset.DEFAULT_NAME),
            // A process that stands still is waited for, and one that ended is found again.
            LongTimeouts.TIMEOUT,
            Map.of("http.connect.timeout.ms", "60000", "http.read.timeout.ms", "60000")));
  }

  /**
   * For all of a platform's processes: none lives long enough to gain from the second compiler, and
   * a machine that stands still for a while has not lost its only broker.
   */
  static void tune(ProcessBuilder builder) {
    builder
        .environment()
        .merge(
            "JAVA_TOOL_OPTIONS",
            "-XX:TieredStopAtLevel=1 -Dpairstream.broker.session.ms=20000",
            (own, ours) -> own + " " + ours);
  }

  private static void awaitUp(Path data) {
    Await.until(
        "the platform is up",
        () ->
            Files.exists(data.resolve("platform.json"))
                && process(data, "preprocess").isPresent()
                && json(data.resolve("platform.json")).has("ingest_url")
                && json(data.resolve("platform.json")).has("dashboard_url"),
        () -> read(data.resolve("up.log")));
  }

  Cluster cluster() {
    return cluster;
  }

  Path data() {
    return data;
  }

  /** One of the addresses in {@code platform.json}: {@code ingest_url}, {@code dashboard_url}. */
  String address(String key) {
    return json(data.resolve("platform.json")).get(key).asText();
  }

  /** The pid of one of the platform's processes. */
  long pid(String name) {
    return process(data, name).orElseThrow();
  }

  /** Ends a process by SIGKILL and returns once another one has taken its place. */
  void killAndAwaitRestart(String name) {
    long before = pid(name);
    ProcessHandle.of(before).ifPresent(ProcessHandle::destroyForcibly);
    Await.until(
        name + " is started again",
        () ->
            process(data, name)
                .filter(pid -> pid != before)
                .flatMap(ProcessHandle::of)
                .filter(ProcessHandle::isAlive)
                .isPresent(),
        () -> read(data.resolve("up.log")));
  }

  /** Kills a process, which stays away while this is done: nobody starts it again meanwhile. */
  void whileAway(String name, Runnable action) {
    Signals.send("STOP", up.pid());
    try {
      ProcessHandle.of(pid(name)).ifPresent(ProcessHandle::destroyForcibly);
      action.run();
    } finally {
      Signals.send("CONT", up.pid());
    }
  }

  /** The image workers of the preprocessing service that are running. */
  List<ProcessHandle> imageWorkers() {
    return ProcessHandle.of(pid("preprocess")).stream().flatMap(ProcessHandle::children).toList();
  }

  /** Publishes drawn pairs as a producer does; returns once they are acknowledged. */
  void publish(DrawnPairs pairs, long from, long until) {
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    int schemaId = registry.idOf(topics.crowdsourced().name() + "-value", RawPair.SCHEMA$);
    try (PairPublisher publisher =
        PairPublisher.open(
            topics.crowdsourced(), registry, cluster.clientSettings(Map.of()), Clock.systemUTC())) {
      for (long index = from; index < until; index++) {
        publish(publisher, pairs.at(index), schemaId);
      }
    }
  }

  private static void publish(PairPublisher publisher, DrawnPair pair, int schemaId) {
    if (pair.content() instanceof DrawnPair.Content.Submitted submitted) {
      publisher.publish(submitted.pair()).join();
    } else {
      DrawnPair.Content.Forged forged = (DrawnPair.Content.Forged) pair.content();
      publisher
          .publishRecord(forged.key().getBytes(StandardCharsets.UTF_8), forged.value(schemaId))
          .join();
    }
  }

  /** Waits until preprocessing has nothing left to do. */
  void awaitAllDecided() {
    Await.until("nothing waits", CATCH_UP, () -> waiting() == 0, this::waiting);
  }

  /** Records that wait for preprocessing. */
  long waiting() {
    LagSettings settings = LagSettings.every(LagSettings.DEFAULT_INTERVAL);
    try (LagWatcher watcher =
        new LagWatcher(new ClusterAccess(cluster), settings, Clock.systemUTC(), report -> {})) {
      return watcher
          .look()
          .group(cluster.dataset().preprocessGroup())
          .orElseThrow()
          .partitions()
          .stream()
          // Where it never committed, all that is there waits.
          .mapToLong(each -> each.lag().orElse(each.end() - each.logStart()))
          .sum();
    }
  }

  /** The accounts in the end: what is only late is waited for. */
  AuditReport audit() {
    return new Audit(new ClusterAccess(cluster), Duration.ofMinutes(1)).run();
  }

  /** The accounts as they are while the work goes on. */
  AuditReport accountsSoFar() {
    return new Audit(new ClusterAccess(cluster)).run();
  }

  /** How many records are in quarantine, by reason. */
  Map<String, Long> quarantine() {
    Map<String, Long> reasons = new TreeMap<>();
    new Quarantine(new ClusterAccess(cluster))
        .newest(Optional.empty(), Integer.MAX_VALUE)
        .forEach(entry -> reasons.merge(entry.pair().getReason(), 1L, Long::sum));
    return reasons;
  }

  @Override
  public void close() {
    up.destroy();
    try {
      if (!up.waitFor(5, TimeUnit.MINUTES)) {
        up.destroyForcibly();
      }
    } catch (InterruptedException e) {
      up.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<Long> process(Path data, String name) {
    for (JsonNode process : json(data.resolve("platform.json")).get("processes")) {
      if (process.get("name").asText().equals(name)) {
        return Optional.of(process.get("pid").asLong());
      }
    }
    return Optional.empty();
  }

  private static JsonNode json(Path file) {
    try {
      return new JsonMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
