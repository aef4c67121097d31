package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.preprocess.run.HangingTransactions;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.requirements.Finding;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.TestDataset;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** {@code pairstream up} in processes of its own, in a directory of its own. */
final class RunningPlatform implements AutoCloseable {

  private static final Duration CATCH_UP = Duration.ofMinutes(8);
  private static final Pattern ABORT =
      Pattern.compile("abort --topic (\\S+) --partition (\\d+) --start-offset (\\d+)");

  private final Path data;
  private final PairstreamProcess up;
  private final Cluster cluster;
  private final ClusterAccess access;

  private RunningPlatform(Path data, PairstreamProcess up) {
    this.data = data;
    this.up = up;
    this.cluster =
        new Cluster(
            address("bootstrap_servers"),
            address("schema_registry"),
            new Dataset(Dataset.DEFAULT_NAME),
            // A process that stands still is waited for, and one that ended is found again.
            LongTimeouts.TIMEOUT,
            Map.of("http.connect.timeout.ms", "60000", "http.read.timeout.ms", "60000"));
    this.access = new ClusterAccess(cluster);
  }

  /** Starts it with the recipe of the demo, and waits until all its services are there. */
  static RunningPlatform start(Path data) throws IOException {
    return start(data, "demo");
  }

  /** Starts a platform with another recipe, by name or file. */
  static RunningPlatform start(Path data, String recipe) throws IOException {
    Files.createDirectories(data);
    PairstreamProcess up =
        PairstreamProcess.start(
            data.resolve("up.log"),
            // Of a machine that is busy; preprocessing's transactions have no room for more.
            "up --decode-deadline PT25S --recipe",
            recipe,
            "--data-dir",
            data);
    try {
      Await.until(
          "the platform is up",
          () ->
              process(data, "preprocess").isPresent()
                  && file(data).has("ingest_url")
                  && file(data).has("dashboard_url"),
          up::said);
      return new RunningPlatform(data, up);
    } catch (AssertionError e) {
      up.close();
      throw e;
    }
  }

  Cluster cluster() {
    return cluster;
  }

  ClusterAccess access() {
    return access;
  }

  PairTopics topics() {
    return access.topics();
  }

  /** For its records as they are. */
  TestDataset dataset() {
    return TestDataset.of(cluster.dataset(), access.registry(), access.clientSettings());
  }

  Path data() {
    return data;
  }

  /** One of the addresses in {@code platform.json}: {@code ingest_url}, {@code dashboard_url}. */
  String address(String key) {
    return file(data).get(key).asText();
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
        up::said);
  }

  /** Kills a process, which stays away while this is done: it is not started again meanwhile. */
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

  /** The text of a new key. */
  String key(String producer, Scope... scopes) {
    try (KeyIssuer issuer =
        KeyIssuer.open(topics().apiKeys(), access.clientSettings(), Clock.systemUTC())) {
      return issuer
          .create(new NewKey(producer, Set.of(scopes), Rates.UNSAID, Instant.MAX))
          .text()
          .reveal();
    }
  }

  /** A publisher of crowdsourced pairs; the caller closes it. */
  static PairPublisher publisher(ClusterAccess access) {
    return PairPublisher.open(
        access.topics().crowdsourced(), access.clientSettings(), Clock.systemUTC());
  }

  /** The caller closes it. */
  PairPublisher publisher(Topic<RawPair> topic) {
    return PairPublisher.open(topic, access.clientSettings(), Clock.systemUTC());
  }

  /** Publishes drawn pairs as a producer does; returns once they are acknowledged. */
  void publish(DrawnPairs pairs, long from, long until) {
    try (PairPublisher publisher = publisher(topics().crowdsourced())) {
      for (long index = from; index < until; index++) {
        publisher.publish(submitted(pairs, index)).join();
      }
    }
  }

  static RawPair submitted(DrawnPairs pairs, long index) {
    return pairs.at(index).pair();
  }

  static byte[] image(RawPair pair) {
    return Utils.toArray(pair.getImage().duplicate());
  }

  /** A value of {@code crowdsourced}. */
  byte[] raw(RawPair pair) {
    return topics()
        .crowdsourced()
        .value()
        .serializer()
        .serialize(topics().crowdsourced().name(), pair);
  }

  /** Sends what a producer with rules of its own may write to {@code crowdsourced}. */
  void sendForeign(int partition, String key, byte[] value) {
    dataset()
        .send(
            new ProducerRecord<>(
                topics().crowdsourced().name(),
                partition,
                key == null ? null : key.getBytes(UTF_8),
                value));
  }

  /** Waits until preprocessing has nothing left to do. */
  void awaitAllDecided() {
    Await.until("nothing waits", CATCH_UP, () -> waiting() == 0, this::waiting);
  }

  /** Records that wait for preprocessing. */
  long waiting() {
    return waiting(access);
  }

  /** Number of raw pairs of a data set that wait. */
  static long waiting(ClusterAccess access) {
    try (LagWatcher watcher =
        new LagWatcher(
            access, LagWatcher.INTERVAL, List.of(), Clock.systemUTC(), report -> {}, id -> id)) {
      LagReport report = watcher.look();
      return Stream.of(access.dataset().preprocessGroup(), access.dataset().lookUpGroup())
          .flatMap(group -> report.group(group).stream())
          .flatMap(group -> group.partitions().stream())
          // Where it never committed, all that is there waits.
          .mapToLong(each -> each.now().records().orElse(each.end() - each.logStart()))
          .sum();
    }
  }

  /** The accounts in the end: what is only late is waited for. */
  AuditReport audit() {
    return new Audit(access, Duration.ofMinutes(1)).run();
  }

  /** The accounts as they are while the work goes on. */
  AuditReport accountsSoFar() {
    return new Audit(access).run();
  }

  /** Ends, as a person would, what {@code doctor} says that a broker left open as it went away. */
  void endWhatHangs() {
    try (Admin admin = access.admin()) {
      for (Finding finding : HangingTransactions.look(cluster)) {
        Matcher command = ABORT.matcher(finding.remedy());
        if (command.find()) {
          TopicPartition at =
              new TopicPartition(command.group(1), Integer.parseInt(command.group(2)));
          OptionalLong from = OptionalLong.of(Long.parseLong(command.group(3)));
          KafkaAnswers.await(admin.describeProducers(List.of(at)).partitionResult(at))
              .activeProducers()
              .stream()
              .filter(open -> open.currentTransactionStartOffset().equals(from))
              .map(
                  open ->
                      new AbortTransactionSpec(
                          at,
                          open.producerId(),
                          (short) open.producerEpoch(),
                          open.coordinatorEpoch().orElse(0)))
              .forEach(spec -> KafkaAnswers.await(admin.abortTransaction(spec).all()));
        }
      }
    }
  }

  /** How many records are in quarantine, by reason. */
  Map<String, Long> quarantine() {
    return quarantine(access);
  }

  static Map<String, Long> quarantine(ClusterAccess access) {
    Map<String, Long> reasons = new TreeMap<>();
    new Quarantine(access)
        .newest(null, Integer.MAX_VALUE)
        .forEach(entry -> reasons.merge(entry.pair().getReason(), 1L, Long::sum));
    return reasons;
  }

  @Override
  public void close() {
    up.close();
  }

  private static Optional<Long> process(Path data, String name) {
    return file(data).path("processes").findParents("name").stream()
        .filter(process -> process.get("name").asText().equals(name))
        .map(process -> process.get("pid").asLong())
        .findFirst();
  }

  private static JsonNode file(Path data) {
    try {
      return Http.JSON.readTree(data.resolve("platform.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
