package io.pairstream.platform;

import io.pairstream.operations.registry.RegistryCredential;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A whole platform on this machine: a Kafka broker and a schema registry on loopback, and whatever
 * services are launched besides, all child processes with their data in one directory.
 *
 * <p>Children are started again when they die, are stopped in the reverse order of their start, and
 * end by themselves when this process is gone. Thread-safe.
 */
public final class LocalPlatform implements AutoCloseable {

  /** How long children of a platform that was killed may still need to notice and end. */
  private static final Duration ORPHANS_GRACE = Duration.ofSeconds(6);

  /** Where ids were kept before they were kept in Kafka. */
  private static final String EARLIER_REGISTRY = "registry/registry.mv.db";

  private final PlatformSettings settings;
  private final Path data;
  private final AppLayout layout = AppLayout.ofThisProgram();
  private final PlatformListener listener;
  private final DirectoryLock lock;
  private final Ports ports;
  private final Thread shutdownHook = new Thread(this::close, "stop-platform");
  private final CompletableFuture<String> failure = new CompletableFuture<>();

  /** Guarded by itself, as are the two fields below. */
  private final List<SupervisedChild> children = new ArrayList<>();

  private final Map<String, String> addresses = new HashMap<>();
  private boolean announced;
  private boolean closing;

  /** Serialises {@link #close()}: who comes second waits until everything has stopped. */
  private final Object closeMonitor = new Object();

  private boolean closed;

  private volatile int brokerPort;
  private volatile int registryPort;

  private LocalPlatform(PlatformSettings settings, PlatformListener listener) throws IOException {
    this.settings = settings;
    this.listener = listener;
    data = settings.dataDirectory();
    Files.createDirectories(data);
    if (isNewOrOurs(data)
        && Files.getFileStore(data).supportsFileAttributeView(PosixFileAttributeView.class)) {
      // It holds everybody's pictures.
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    }
    lock = DirectoryLock.acquire(data);
    ports = new Ports(data, settings.ports());
  }

  /** A folder with other things in it may be shared on purpose. */
  private static boolean isNewOrOurs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return Files.exists(directory.resolve("ports.properties")) || files.findAny().isEmpty();
    }
  }

  /** Starts broker and registry, and returns once both answer. */
  public static LocalPlatform start(PlatformSettings settings) {
    return start(settings, PlatformListener.SILENT);
  }

  /**
   * Starts broker and registry, and returns once both answer.
   *
   * @throws PlatformException where the directory is in use, or one of them does not start; then
   *     nothing is left running
   */
  public static LocalPlatform start(PlatformSettings settings, PlatformListener listener) {
    LocalPlatform platform;
    try {
      platform = new LocalPlatform(settings, listener);
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
  Path credentialFile() {
    return data.resolve(RegistryCredential.FILE_NAME);
  }

  public Path dataDirectory() {
    return data;
  }

  public AppLayout layout() {
    return layout;
  }

  /** Process ids by name, of those that run. */
  public Map<String, Long> pids() {
    Map<String, Long> pids = new HashMap<>();
    synchronized (children) {
      for (SupervisedChild child : children) {
        child.identity().ifPresent(process -> pids.put(child.name(), process.pid()));
      }
    }
    return pids;
  }

  /**
   * A loopback port for a service, free now, and the same at each start while it stays free.
   *
   * @param use what the port is for; a key to remember it by
   * @param preferred taken at the first start if it is free, 1 to 65535
   */
  public int port(String use, int preferred) {
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
    begin(service).await();
  }

  /** Starts one more process and keeps it running, without waiting until it answers. */
  public Launch begin(ServiceSpec service) {
    String classPath =
        service.classPath() == ServiceSpec.ClassPath.FEED
            ? layout.feedClassPath()
            : layout.serviceClassPath();
    List<String> program = new ArrayList<>();
    program.add(service.mainClass());
    program.addAll(service.arguments());
    ChildCommand command =
        new ChildCommand(
            withLogging(service.jvmOptions()),
            classPath,
            program,
            service.environment(),
            data,
            service.readiness());
    return new Launch(add(service.name(), known -> command));
  }

  /** A process that was told to start. */
  public final class Launch {

    private final SupervisedChild child;

    private Launch(SupervisedChild child) {
      this.child = child;
    }

    /**
     * Returns once the process answers.
     *
     * @throws PlatformException where it does not start; then it is stopped, and the rest goes on
     */
    public void await() {
      try {
        awaitReady(child);
      } catch (PlatformException e) {
        remove(child);
        throw e;
      }
      announce();
    }
  }

  /** Stops a process for good; harmless where none has that name. */
  public void stop(String name) {
    Optional<SupervisedChild> named;
    synchronized (children) {
      named = children.stream().filter(child -> child.name().equals(name)).findFirst();
    }
    named.ifPresent(this::remove);
    announce();
  }

  private void remove(SupervisedChild child) {
    stop(child);
    synchronized (children) {
      children.remove(child);
    }
  }

  /**
   * Makes an address known to other programs through {@code platform.json}.
   *
   * @param key in snake case, such as {@code ingest_url}
   */
  public void announce(String key, String address) {
    synchronized (children) {
      addresses.put(key, address);
    }
    announce();
  }

  /** An address that was made known; nothing where none was under that key. */
  public Optional<String> address(String key) {
    synchronized (children) {
      return Optional.ofNullable(addresses.get(key));
    }
  }

  /**
   * Returns when a process of the platform was given up, with the reason, or when the platform was
   * closed, with nothing.
   */
  public Optional<String> awaitEnd() throws InterruptedException {
    try {
      return Optional.ofNullable(failure.get());
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
      List<SupervisedChild> running;
      synchronized (children) {
        closing = true;
        running = new ArrayList<>(children);
      }
      for (int i = running.size() - 1; i >= 0; i--) {
        stop(running.get(i));
      }
      try {
        PlatformFile.delete(data);
        ports.close();
        lock.close();
      } catch (IOException e) {
        throw new PlatformException("cannot tidy up " + data, e);
      } finally {
        closed = true;
        failure.complete(null);
      }
    }
    forgetShutdownHook();
  }

  private void startBrokerAndRegistry() throws IOException {
    if (Files.exists(data.resolve(EARLIER_REGISTRY))) {
      throw new PlatformException(
          data
              + " is of an earlier build, which kept the ids of its schemas in "
              + EARLIER_REGISTRY
              + ": this one cannot read what was written with them; name another --data-dir");
    }
    awaitOrphans();
    deleteTree(data.resolve("tmp"));
    SupervisedChild broker = add("broker", this::brokerCommand);
    awaitReady(broker);
    // It reads what the broker keeps, under the address that the broker has taken.
    awaitReady(add("registry", this::registryCommand));
    synchronized (children) {
      announced = true;
    }
    announce();
  }

  private ChildCommand brokerCommand(boolean known) throws IOException {
    if (!known) {
      brokerPort = ports.choose("broker", settings.brokerPort());
    }
    int controllerPort = ports.chooseAny("controller");
    Path directory = data.resolve("broker");
    return new ChildCommand(
        withLogging(
            List.of(
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                // Otherwise each thread keeps direct memory as large as the largest record it saw.
                "-Djdk.nio.maxCachedBufferSize=262144")),
        layout.serviceClassPath(),
        List.of(
            BrokerMain.class.getName(),
            directory.toString(),
            Integer.toString(brokerPort),
            Integer.toString(controllerPort)),
        Map.of(),
        directory,
        Readiness.brokerAnswers(brokerPort));
  }

  private ChildCommand registryCommand(boolean known) throws IOException {
    if (!known) {
      registryPort = ports.choose("registry", settings.registryPort());
    }
    return new ChildCommand(
        withLogging(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1")),
        layout.serviceClassPath(),
        List.of(
            "io.pairstream.cli.Main",
            "registry",
            "--bootstrap-servers",
            bootstrapServers(),
            "--listen",
            "127.0.0.1:" + registryPort,
            "--credential-file",
            credentialFile().toString()),
        Map.of(),
        data,
        Readiness.httpOk(URI.create(schemaRegistryUrl() + "/subjects")));
  }

  private static List<String> withLogging(List<String> jvmOptions) {
    List<String> options = new ArrayList<>();
    options.add("-Dpairstream.log.target=SYSTEM_OUT");
    options.add("-Dpairstream.log.level=info");
    options.add("-Dpairstream.log.others=warn");
    options.addAll(jvmOptions);
    return options;
  }

  /** Makes the command of a child's next start. */
  @FunctionalInterface
  private interface NextCommand {

    /**
     * The command.
     *
     * @param known whether the address of the child was given out, so that it must not change
     */
    ChildCommand get(boolean known) throws IOException;
  }

  private SupervisedChild add(String name, NextCommand next) {
    ChildLog log = new ChildLog(data.resolve("logs").resolve(name + ".log"));
    SupervisedChild.Launch launch =
        known -> {
          log.putAsideIfLarge();
          ChildCommand command = next.get(known);
          return new SupervisedChild.Attempt(
              command.start(name, log.file(), data.resolve("tmp").resolve(name)),
              command.readiness());
        };
    SupervisedChild child =
        new SupervisedChild(name, launch, log, SupervisedChild.Backoff.USUAL, new Listener());
    synchronized (children) {
      if (closing) {
        throw new PlatformException("the platform in " + data + " is stopping");
      }
      if (children.stream().anyMatch(other -> other.name().equals(name))) {
        throw new IllegalArgumentException("there is a process named " + name + " already");
      }
      try {
        log.begin();
      } catch (IOException e) {
        throw new PlatformException("cannot write " + log.file(), e);
      }
      children.add(child);
      child.start();
    }
    return child;
  }

  private void awaitReady(SupervisedChild child) {
    try {
      child.awaitReady(settings.startTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while " + child.name() + " started", e);
    }
  }

  private void stop(SupervisedChild child) {
    try {
      child.stop(settings.grace());
    } catch (InterruptedException e) {
      // Its parent ends next, and so will it.
      Thread.currentThread().interrupt();
    }
  }

  private void announce() {
    synchronized (children) {
      if (!announced || closing) {
        return;
      }
      List<PlatformFile.Child> processes = new ArrayList<>();
      for (SupervisedChild child : children) {
        child
            .identity()
            .ifPresent(
                process ->
                    processes.add(
                        new PlatformFile.Child(child.name(), process.pid(), process.startedAt())));
      }
      ProcessIdentity self = ProcessIdentity.current();
      try {
        new PlatformFile(
                bootstrapServers(),
                schemaRegistryUrl(),
                addresses,
                self.pid(),
                self.startedAt(),
                processes)
            .write(data);
      } catch (IOException e) {
        throw new PlatformException("cannot write platform.json in " + data, e);
      }
    }
  }

  /** Waits until the children of a platform that was killed here have freed files and ports. */
  private void awaitOrphans() throws IOException {
    long deadline = System.nanoTime() + ORPHANS_GRACE.toNanos();
    List<PlatformFile.Child> recorded =
        PlatformFile.load(data).map(PlatformFile::processes).orElse(List.of());
    for (PlatformFile.Child child : recorded) {
      Optional<ProcessHandle> orphan = child.identity().find();
      if (orphan.isPresent()) {
        awaitOrphan(orphan.get(), deadline);
      }
    }
    PlatformFile.delete(data);
  }

  private static void awaitOrphan(ProcessHandle orphan, long deadline) {
    try {
      orphan.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      orphan.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a process's end is no exception", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while an earlier platform ended", e);
    }
  }

  private boolean hasAnswered(String name) {
    synchronized (children) {
      return children.stream().anyMatch(child -> child.name().equals(name) && child.hasAnswered());
    }
  }

  private void forgetShutdownHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook with it.
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Keeps {@code platform.json} up to date and passes everything on. */
  private final class Listener implements PlatformListener {

    @Override
    public void ready(String name, Duration after) {
      announce();
      listener.ready(name, after);
    }

    @Override
    public void died(String name, int exitStatus, Duration restartIn) {
      listener.died(name, exitStatus, restartIn);
    }

    @Override
    public void gaveUp(String name, String reason) {
      listener.gaveUp(name, reason);
      // Who starts a process hears of its failure there; later nobody but this would notice.
      if (hasAnswered(name)) {
        failure.complete(reason);
      }
    }

    @Override
    public void stopped(String name) {
      listener.stopped(name);
    }
  }
}
