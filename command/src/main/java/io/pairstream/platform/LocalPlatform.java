package io.pairstream.platform;

import io.pairstream.operations.registry.RegistryCredential;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Utils;

/**
 * A whole platform on this machine: a Kafka broker and a schema registry on loopback, and whatever
 * services are launched besides, all child processes with their data in one directory.
 *
 * <p>Children are started again when they die, are stopped in the reverse order of their start, and
 * end by themselves when this process is gone. Thread-safe.
 */
public final class LocalPlatform implements AutoCloseable {

  private final PlatformSettings settings;
  private final Path data;
  private final DirectoryLock lock;
  private final Ports ports;
  private final Thread shutdownHook = new Thread(this::close, "stop-platform");
  private final CompletableFuture<Optional<String>> failure = new CompletableFuture<>();
  private final ChildProcesses children;

  /** Guarded by itself, as is the field below. */
  private final Map<String, String> addresses = new HashMap<>();

  private boolean announced;

  /** Serialises {@link #close()}: who comes second waits until everything has stopped. */
  private final Object closeMonitor = new Object();

  private boolean closed;
  private volatile int brokerPort;
  private volatile int registryPort;

  private LocalPlatform(PlatformSettings settings, Consumer<String> events) throws IOException {
    this.settings = settings;
    children = new ChildProcesses(settings, name -> listener(name, events));
    data = settings.dataDirectory();
    Files.createDirectories(data);
    if (PlatformFile.isNewOrOurs(data)
        && Files.getFileStore(data).supportsFileAttributeView(PosixFileAttributeView.class)) {
      // It holds everybody's pictures.
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    }
    lock = DirectoryLock.acquire(data);
    ports = new Ports(data, settings.ports());
  }

  /**
   * Starts broker and registry, and returns once both answer.
   *
   * @param events hears in sentences what becomes of the processes, from several threads
   * @throws PlatformException where the directory is in use, or one of them does not start; then
   *     nothing is left running
   */
  public static LocalPlatform start(PlatformSettings settings, Consumer<String> events) {
    LocalPlatform platform;
    try {
      platform = new LocalPlatform(settings, events);
    } catch (IOException e) {
      throw new PlatformException("cannot use " + settings.dataDirectory() + ": " + e, e);
    }
    Runtime.getRuntime().addShutdownHook(platform.shutdownHook);
    try {
      platform.startBrokerAndRegistry();
      return platform;
    } catch (IOException e) {
      platform.close();
      throw new PlatformException("cannot start in " + settings.dataDirectory() + ": " + e, e);
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

  /** Settings of a registry client that may register schemas. */
  public Map<String, String> registrySettings() {
    try {
      return RegistryCredential.read(credentialFile()).clientSettings();
    } catch (IOException e) {
      throw new PlatformException("cannot read the registry's credential: " + e, e);
    }
  }

  /** Whoever can read this file may register schemas. */
  private Path credentialFile() {
    return data.resolve(RegistryCredential.FILE_NAME);
  }

  /** Absolute. */
  public Path dataDirectory() {
    return data;
  }

  /** Process ids by name, of those that run. */
  public Map<String, Long> pids() {
    return children.running().stream()
        .collect(Collectors.toMap(PlatformFile.Child::name, PlatformFile.Child::pid));
  }

  /**
   * A loopback port for a service, free now, and the same at each start while it stays free.
   *
   * @param use what the port is for; a key to remember it by
   * @param preferred taken at the first start if it is free, 1 to 65535
   */
  int port(String use, int preferred) {
    try {
      return ports.choose(use, preferred);
    } catch (IOException e) {
      throw new PlatformException("cannot remember a port in " + data, e);
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
    children.start(service.name(), known -> service);
  }

  /**
   * Returns once a process that was begun answers.
   *
   * @throws PlatformException where it does not start; then it is stopped, and the rest goes on
   */
  void await(String name) {
    children.await(name);
    announce();
  }

  /** Stops a process for good; harmless where none has that name. */
  void stop(String name) {
    children.stop(name);
    announce();
  }

  /**
   * Makes an address known to other programs through {@code platform.json}.
   *
   * @param key in snake case, such as {@code ingest_url}
   */
  void announce(String key, String address) {
    synchronized (addresses) {
      addresses.put(key, address);
    }
    announce();
  }

  /**
   * Returns when a process of the platform was given up, with the reason, or when the platform was
   * closed, with nothing.
   */
  public Optional<String> awaitEnd() throws InterruptedException {
    try {
      return failure.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes this with an exception", e);
    }
  }

  /** Stops all processes, the last started first. Harmless when done again. */
  @Override
  public void close() {
    synchronized (closeMonitor) {
      if (closed) {
        return;
      }
      children.stopAll();
      try {
        PlatformFile.delete(data);
        ports.close();
        lock.close();
      } catch (IOException e) {
        throw new PlatformException("cannot tidy up " + data, e);
      } finally {
        closed = true;
        failure.complete(Optional.empty());
      }
    }
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook with it.
    }
  }

  private void startBrokerAndRegistry() throws IOException {
    ChildProcesses.awaitOrphans(
        PlatformFile.load(data).map(PlatformFile::processes).orElse(List.of()));
    PlatformFile.delete(data);
    Utils.delete(data.resolve("tmp").toFile());
    children.start("broker", this::broker);
    children.await("broker");
    // It reads what the broker keeps, under the address that the broker has taken.
    children.start("registry", this::registry);
    children.await("registry");
    synchronized (addresses) {
      announced = true;
    }
    announce();
  }

  private ServiceSpec broker(boolean known) throws IOException {
    if (!known) {
      brokerPort = ports.choose("broker", settings.brokerPort());
    }
    String controllerPort = Integer.toString(ports.chooseAny("controller"));
    return ServiceSpec.of(
            "broker",
            BrokerMain.class.getName(),
            List.of(
                data.resolve("broker").toString(), Integer.toString(brokerPort), controllerPort))
        .withJvmOptions(
            List.of(
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                // Otherwise each thread keeps direct memory as large as the largest record it saw.
                "-Djdk.nio.maxCachedBufferSize=262144"))
        .readyWhen(Readiness.brokerAnswers(brokerPort));
  }

  private ServiceSpec registry(boolean known) throws IOException {
    if (!known) {
      registryPort = ports.choose("registry", settings.registryPort());
    }
    return ServiceSpec.ofCommand(
            "registry",
            List.of(
                "registry",
                "--bootstrap-servers",
                bootstrapServers(),
                "--listen",
                "127.0.0.1:" + registryPort,
                "--credential-file",
                credentialFile().toString()))
        .withJvmOptions(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"))
        .readyWhen(Readiness.httpOk(URI.create(schemaRegistryUrl() + "/subjects")));
  }

  private void announce() {
    synchronized (addresses) {
      if (!announced || children.isClosing()) {
        return;
      }
      ProcessIdentity self = ProcessIdentity.current();
      try {
        new PlatformFile(
                bootstrapServers(),
                schemaRegistryUrl(),
                addresses,
                self.pid(),
                self.startedAt(),
                children.running())
            .write(data);
      } catch (IOException e) {
        throw new PlatformException("cannot write platform.json in " + data, e);
      }
    }
  }

  /** Keeps {@code platform.json} up to date. */
  private SupervisedChild.Listener listener(String name, Consumer<String> events) {
    return new SupervisedChild.Listener() {
      @Override
      public void told(String event) {
        events.accept(event);
      }

      @Override
      public void ready() {
        announce();
      }

      @Override
      public void gaveUp(String reason) {
        // Who starts a process hears of its failure there; later nobody but this would notice.
        if (children.hasAnswered(name)) {
          failure.complete(Optional.of(reason));
        }
      }
    };
  }
}
