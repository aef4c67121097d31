package io.pairstream.service.report;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.ReportedObstacle;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's report on itself.
 *
 * <p>The report exists before the service, in state STARTING, and receives the service's parts as
 * they are made. Reading costs as much as the parts' own counts, and never blocks. Thread-safe.
 */
public final class SelfReport {

  /** State of a process, as the process reports it. */
  public enum State {
    /** The service waits for a prerequisite, or starts. */
    STARTING,
    /** The service works, or would if there were work. */
    RUNNING,
    /** The instances are sharing out partitions anew. */
    REBALANCING,
    /** The world is in its way: see the obstacle. */
    WAITING,
    /** The service was asked to stop. */
    STOPPING
  }

  /** Fact that tells where a process answers for its health: {@code http://HOST:PORT}. */
  public static final String HEALTH = "health";

  /** How often a process reports. */
  public static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Logging context that holds the process's name, for its log lines. */
  private static final String NAME = "pairstream.instance";

  /** Not static: logging must not begin before {@link #nameProcess}. */
  private final Logger log = LoggerFactory.getLogger(SelfReport.class);

  private final String service;
  private final String instance;
  private final String host;
  private final long pid = ProcessHandle.current().pid();
  private final String version;
  private final Clock clock;
  private final Instant startedAt;
  private final List<Consumer<Reading>> sources = new CopyOnWriteArrayList<>();
  private final List<Supplier<Optional<Obstacle>>> obstacles = new CopyOnWriteArrayList<>();
  private volatile Supplier<State> state = () -> State.STARTING;
  private volatile Supplier<List<String>> assigned = List::of;
  private volatile String topology = "";
  private volatile Supplier<Optional<String>> standstill = Optional::empty;

  /**
   * A report of a process that starts now.
   *
   * @param service which service it is: {@code preprocess}
   */
  public SelfReport(String service, Clock clock) {
    this.service = service;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.host = host();
    this.version =
        Objects.requireNonNullElse(
            SelfReport.class.getPackage().getImplementationVersion(), "(not packaged)");
    this.instance = Optional.ofNullable(System.getProperty(NAME)).orElseGet(SelfReport::newName);
    sources.add(Reading::ofThisProcess);
  }

  /** Gives the process a name of its own, which its log lines have too. */
  public static void nameProcess() {
    System.setProperty(NAME, newName());
  }

  /**
   * Makes a name with a few random digits: in a container every start has the same host and process
   * id.
   */
  private static String newName() {
    return "%s-%d-%s"
        .formatted(
            host(), ProcessHandle.current().pid(), UUID.randomUUID().toString().substring(0, 6));
  }

  /** The name of this machine, or of the container. */
  public static String host() {
    String named = System.getenv("HOSTNAME");
    if (named != null && !named.isBlank()) {
      return named;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Adds a part that counts. */
  public void add(Consumer<Reading> source) {
    sources.add(source);
  }

  /** Adds something that may be in the service's way; it is quick. */
  public void obstacleFrom(Supplier<Optional<Obstacle>> obstacle) {
    obstacles.add(obstacle);
  }

  /** Says from where the state is known. */
  public void stateFrom(Supplier<State> source) {
    state = source;
  }

  /** Says from where it is known that only a new start of the process helps. */
  public void standstillFrom(Supplier<Optional<String>> source) {
    standstill = source;
  }

  /** Why the service will never work again unless it is started anew; empty where it may. */
  public Optional<String> standstill() {
    return standstill.get();
  }

  /** Says from where the partitions are known that this process works on. */
  public void assignedFrom(Supplier<List<String>> source) {
    assigned = source;
  }

  /** Names of partitions, in order. */
  public static List<String> names(Stream<TopicPartition> partitions) {
    return partitions
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .map(TopicPartition::toString)
        .toList();
  }

  /** Says what graph the process runs, as Kafka Streams describes it. */
  public void topology(String description) {
    topology = description;
  }

  /** Which service this is. */
  public String service() {
    return service;
  }

  /** Key of this process's records. */
  public String key() {
    return service + "/" + instance;
  }

  /** Obstacle that the service waits out now; empty where there is none. */
  public Optional<String> obstacle() {
    return present().stream().map(Obstacle::text).reduce((one, next) -> one + "; " + next);
  }

  private List<Obstacle> present() {
    return obstacles.stream().map(Supplier::get).flatMap(Optional::stream).distinct().toList();
  }

  /** Why the service is not ready for work; empty where it is. */
  public Optional<String> notReady() {
    return switch (state.get()) {
      case STARTING -> Optional.of(obstacle().orElse("the service is starting"));
      case REBALANCING -> Optional.of("partitions are being shared out");
      case STOPPING -> Optional.of("the service is being stopped");
      case RUNNING, WAITING -> obstacle().or(this::standstill);
    };
  }

  /** All that is to be said now. */
  public InstanceStatus now() {
    Reading reading = new Reading();
    for (Consumer<Reading> source : sources) {
      try {
        source.accept(reading);
      } catch (RuntimeException e) {
        // A part that stops just now is no reason to say nothing of the others.
        log.debug("a part does not say how it is: {}", e.toString());
      }
    }
    List<Obstacle> found = present();
    State present = state.get();
    boolean waits = present == State.RUNNING && !found.isEmpty();
    return InstanceStatus.newBuilder()
        .setService(service)
        .setInstance(instance)
        .setHost(host)
        .setPid(pid)
        .setVersion(version)
        .setState((waits ? State.WAITING : present).name())
        .setObstacles(
            found.stream()
                .map(is -> new ReportedObstacle(is.text(), is.template(), is.arguments()))
                .toList())
        .setAssigned(assigned.get())
        .setTopology(topology)
        .setMetrics(reading.metrics())
        .setFacts(reading.facts())
        .setIntervalMs(INTERVAL.toMillis())
        .setStartedAt(startedAt)
        .setReportedAt(clock.instant())
        .build();
  }
}
