package io.pairstream.platform;

import io.pairstream.registry.RegistryCredential;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.requirements.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Utils;

/**
 * A whole platform on this machine: a Kafka broker with a schema registry on loopback, and whatever
 * services are launched besides, all child processes with their data in one directory.
 *
 * <p>Children are started again when they die, are stopped in the reverse order of their start, and
 * end by themselves when this process is gone. Thread-safe.
 */
public final class LocalPlatform implements AutoCloseable {

  /** How long this process waits for an answer of the broker and the registry that it started. */
  static final Duration ANSWERS_WITHIN = Duration.ofHours(1);

  /** A broker that is cut off sooner has its log to recover at the next start. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** How long children of a platform that was killed may still need to notice and end. */
  private static final Duration ORPHANS_GRACE = Duration.ofSeconds(6);

  private final Path data;
  private final DataDirectory directory;
  private final PlatformEvents events;
  private final int brokerPort;
  private final int registryPort;
  private final Thread shutdownHook = new Thread(this::close, "stop-platform");
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** By name, in the order of their start; guarded by itself, as are the two fields below. */
  private final Map<String, SupervisedChild> children = new LinkedHashMap<>();

  private final Map<String, String> addresses = new HashMap<>();
  private boolean closing;

  /** Guarded by this. */
  private boolean closed;

  /** Uses whose ports the user chose at this start. */
  private final Set<String> asked;

  private LocalPlatform(Path folder, Map<String, Integer> ports, PlatformEvents events)
      throws IOException {
    this.events = events;
    asked = Set.copyOf(ports.keySet());
    data = folder.toAbsolutePath().normalize();
    directory = DataDirectory.take(data);
    long deadline = System.nanoTime() + ORPHANS_GRACE.toNanos();
    PlatformFile.load(data)
        .ifPresent(file -> file.processes().forEach(child -> child.awaitEnd(deadline)));
    PlatformFile.delete(data);
    Utils.delete(data.resolve("tmp").toFile());
    for (Map.Entry<String, Integer> asked : ports.entrySet()) {
      directory.choose(asked.getKey(), asked.getValue());
    }
    brokerPort = port("broker", 9092);
    registryPort = port("registry", 8081);
  }

  /**
   * Starts broker and registry, and returns once they answer.
   *
   * @param folder holds everything the platform writes; made where missing
   * @param ports that services must have, by their use
   * @throws PlatformException where the folder or such a port is in use, or one of them does not
   *     start; then nothing is left running
   */
  public static LocalPlatform start(
      Path folder, Map<String, Integer> ports, PlatformEvents events) {
    LocalPlatform platform;
    try {
      platform = new LocalPlatform(folder, ports, events);
    } catch (IOException e) {
      throw new PlatformException("cannot use " + folder + ": " + RootCause.message(e), e);
    }
    Runtime.getRuntime().addShutdownHook(platform.shutdownHook);
    try {
      platform.launch(
          BrokerMain.service(
              platform.data,
              platform.brokerPort,
              platform.directory.anyPort("controller"),
              platform.registryPort));
      // Later readers come past them.
      TransactionEnds.write(platform.brokerPort).ifPresent(events::said);
      return platform;
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  /** Where Kafka clients connect: {@code host:port}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + brokerPort;
  }

  /** Base address of the schema registry. */
  public String schemaRegistryUrl() {
    return "http://127.0.0.1:" + registryPort;
  }

  /**
   * Settings of a registry client that may register schemas, and waits: a machine that is slow to
   * start processes is slow to answer, too.
   */
  public Map<String, String> registrySettings() {
    try {
      Map<String, String> settings =
          new HashMap<>(
              RegistryCredential.read(data.resolve(RegistryCredential.FILE_NAME)).clientSettings());
      settings.put("http.connect.timeout.ms", String.valueOf(ANSWERS_WITHIN.toMillis()));
      settings.put("http.read.timeout.ms", String.valueOf(ANSWERS_WITHIN.toMillis()));
      return settings;
    } catch (IOException e) {
      throw new PlatformException(
          "cannot read the registry's credential: " + RootCause.message(e), e);
    }
  }

  /** Absolute. */
  public Path dataDirectory() {
    return data;
  }

  /** Process ids by name, of those that run. */
  public Map<String, Long> pids() {
    return running().stream()
        .collect(Collectors.toMap(PlatformFile.Child::name, PlatformFile.Child::pid));
  }

  private List<PlatformFile.Child> running() {
    synchronized (children) {
      return children.values().stream().flatMap(child -> child.identity().stream()).toList();
    }
  }

  /**
   * A loopback port for a service, free now, and the same at each start while it stays free.
   *
   * @param use what the port is for; a key to remember it by
   * @param preferred taken at the first start if it is free, 1 to 65535
   */
  int port(String use, int preferred) {
    int port = directory.port(use, preferred);
    if (port != preferred && !asked.contains(use) && !use.endsWith("-status")) {
      events.said("%s has port %d, not %d, and keeps it".formatted(use, port, preferred));
    }
    return port;
  }

  /** Obstacles of the processes that do not work yet, or not now; empty where all work. */
  public String waits() {
    synchronized (children) {
      return children.values().stream()
          .flatMap(child -> child.waits().stream())
          .collect(Collectors.joining("; "));
    }
  }

  /**
   * Starts one more process, keeps it running, and returns once it answers.
   *
   * @throws PlatformException where it does not start; then it is stopped, and the rest goes on
   */
  public void launch(ServiceSpec service) {
    begin(service);
    await(service.name());
  }

  /** Starts one more process and keeps it running, without waiting until it answers. */
  void begin(ServiceSpec service) {
    String name = service.name();
    Path log = data.resolve("logs").resolve(name + ".log");
    SupervisedChild child =
        new SupervisedChild(
            name,
            () -> service.start(data, log),
            service.readiness(),
            log,
            Machine.of(data),
            SupervisedChild.Times.USUAL,
            new SupervisedChild.Listener(events::said, this::announce));
    synchronized (children) {
      if (closing) {
        throw new PlatformException("the platform in " + data + " is stopping");
      }
      children.put(name, child);
      try {
        child.start();
      } catch (IOException e) {
        throw new PlatformException("cannot write " + log, e);
      }
    }
  }

  /**
   * Returns once a process that was begun answers.
   *
   * @throws PlatformException where it does not start; then it is stopped, and the rest goes on
   */
  void await(String name) {
    try {
      named(name).orElseThrow().awaitReady(() -> events.waits(waits()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while " + name + " started", e);
    } catch (PlatformException e) {
      stop(name);
      throw e;
    }
    announce();
  }

  /** Stops a process for good; harmless where none has that name. */
  void stop(String name) {
    named(name).ifPresent(LocalPlatform::stop);
    synchronized (children) {
      children.remove(name);
    }
    announce();
  }

  private static void stop(SupervisedChild child) {
    try {
      child.stop(GRACE);
    } catch (InterruptedException e) {
      // Its parent ends next, and so will it.
      Thread.currentThread().interrupt();
    }
  }

  private Optional<SupervisedChild> named(String name) {
    synchronized (children) {
      return Optional.ofNullable(children.get(name));
    }
  }

  /**
   * Makes an address known to other programs through {@code platform.json}.
   *
   * @param key in snake case, such as {@code ingest_url}
   */
  void announce(String key, String address) {
    synchronized (children) {
      addresses.put(key, address);
    }
    announce();
  }

  private void announce() {
    synchronized (children) {
      if (closing) {
        return;
      }
      PlatformFile.Child self = PlatformFile.Child.of("", ProcessHandle.current());
      try {
        new PlatformFile(
                bootstrapServers(),
                schemaRegistryUrl(),
                addresses,
                self.pid(),
                self.startedAt(),
                running())
            .write(data);
      } catch (IOException e) {
        // A process that works is not ended for that; each further start tries again.
        events.said(
            "platform.json cannot be written, so other commands may not find this platform: %s%s"
                .formatted(
                    RootCause.message(e),
                    Machine.of(data).disk().get().map(full -> "; " + full).orElse("")));
      }
    }
  }

  /** Returns when the platform was closed. */
  public void awaitEnd() {
    end.join();
  }

  /**
   * Stops all processes, the last started first. Harmless when done again; who comes second waits
   * until everything has stopped.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    List<SupervisedChild> running;
    synchronized (children) {
      closing = true;
      running = new ArrayList<>(children.values());
    }
    Collections.reverse(running);
    running.forEach(LocalPlatform::stop);
    try {
      PlatformFile.delete(data);
      directory.close();
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook with it.
    } catch (IOException e) {
      throw new PlatformException("cannot tidy up " + data, e);
    } finally {
      closed = true;
      end.complete(null);
    }
  }
}
