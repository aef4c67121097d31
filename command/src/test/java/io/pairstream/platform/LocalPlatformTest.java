package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One platform, started once; the last test starts it again on what the others left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalPlatformTest {

  private final RecordedEvents events = new RecordedEvents();

  private Path directory;
  private LocalPlatform platform;
  private StoredPair pair;

  @BeforeAll
  void startWhereItsPortsAreTaken(@TempDir Path fresh) throws Exception {
    // As a folder that was made by hand, which everybody may read.
    directory = fresh.resolve("张伟 ä");
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    int chosen;
    try (ServerSocket free = listen()) {
      chosen = free.getLocalPort();
    }
    try (ServerSocket first = listen();
        ServerSocket second = listen()) {
      Files.writeString(
          directory.resolve("ports.properties"),
          "broker=%d%nregistry=%d%n".formatted(first.getLocalPort(), second.getLocalPort()));
      platform = LocalPlatform.start(directory, Map.of("ingest", chosen), events::said);
      assertThat(platform.port("ingest", 8080)).isEqualTo(chosen);
      assertThat(events.count("broker has port ")).isEqualTo(1);
      assertThat(events.count("ingest has port ")).as("what was chosen is not news").isZero();
      assertThat(platform.bootstrapServers()).doesNotEndWith(":" + first.getLocalPort());
      assertThat(platform.schemaRegistryUrl()).doesNotContain(":" + second.getLocalPort() + "/");
    }
    pair = new StoredPair(platform);
    pair.put();
  }

  @AfterAll
  void stop() {
    platform.close();
  }

  @Test
  @Order(1)
  void tellsOtherProgramsHowToReachIt() throws IOException {
    PlatformFile file = PlatformFile.read(directory).orElseThrow();

    assertThat(file.bootstrapServers()).isEqualTo(platform.bootstrapServers());
    assertThat(file.schemaRegistry()).isEqualTo(platform.schemaRegistryUrl());
    assertThat(file.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(file.processes()).extracting(PlatformFile.Child::name).containsExactly("broker");
    assertThat(file.processes()).allMatch(child -> child.find().isPresent());
  }

  @Test
  @Order(1)
  void keepsItsFolderForItsOwner() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  @Order(2)
  void refusesSecondPlatformOnTheSameDirectory() {
    assertThatThrownBy(() -> LocalPlatform.start(directory, Map.of(), event -> {}))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    assertThat(pair.images()).containsExactly(StoredPair.BYTES);
  }

  @Test
  @Order(3)
  @EnabledOnOs(OS.LINUX)
  void listensOnLoopbackOnly() throws IOException {
    Set<String> inodes = new HashSet<>();
    for (PlatformFile.Child child : PlatformFile.read(directory).orElseThrow().processes()) {
      inodes.addAll(socketsOf(child.pid()));
    }

    Set<String> addresses = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.trim().split("\\s+");
        boolean listening = fields[3].equals("0A");
        if (listening && inodes.contains(fields[9])) {
          addresses.add(fields[1].substring(0, fields[1].indexOf(':')));
        }
      }
    }

    // 127.0.0.1, alone or as an IPv6 address, the way Linux prints it on the machines we serve.
    assertThat(addresses).isNotEmpty().isSubsetOf("0100007F", "0000000000000000FFFF00000100007F");
  }

  @Test
  @Order(4)
  void startsKilledBrokerAndRegistryAgainOnTheSamePortsWithTheirData() throws Exception {
    List<PlatformFile.Child> before = PlatformFile.read(directory).orElseThrow().processes();

    for (PlatformFile.Child child : before) {
      assertThat(child.find().orElseThrow().destroyForcibly()).isTrue();
    }

    Await.until("both answer again", () -> events.count("broker ready") == 2);
    assertThat(events.events())
        .anyMatch(
            event -> event.startsWith("broker ended with status 137, starts again in 500 ms"));
    assertThat(pair.images()).containsExactly(StoredPair.BYTES);
    PlatformFile after = PlatformFile.read(directory).orElseThrow();
    assertThat(after.bootstrapServers()).isEqualTo(platform.bootstrapServers());
    assertThat(after.processes()).hasSize(1).doesNotContainAnyElementsOf(before);
  }

  private static ServiceSpec service(
      String name, Class<?> main, List<String> arguments, boolean isReady) {
    return new ServiceSpec(
        name,
        main.getName(),
        arguments,
        List.of(),
        () -> isReady ? Optional.empty() : Optional.of("not yet"));
  }

  @Test
  @Order(5)
  void launchesServicesAndSaysWhyOneDoesNotStart() throws IOException {
    platform.launch(service("waiter", Waiter.class, List.of(), true));
    platform.announce("ingest_url", "http://127.0.0.1:8080");

    assertThatThrownBy(
            () -> platform.launch(service("failing", Failing.class, List.of("nonsense"), false)))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("no recipe named nonsense");

    PlatformFile file = PlatformFile.read(directory).orElseThrow();
    assertThat(file.processes())
        .extracting(PlatformFile.Child::name)
        .containsExactly("broker", "waiter");
    assertThat(file.addresses()).containsEntry("ingest_url", "http://127.0.0.1:8080");
  }

  @Test
  @Order(6)
  void stopsOneServiceForGoodAndTakesItsNameAgain() throws IOException {
    long waiter = platform.pids().get("waiter");

    platform.stop("waiter");
    platform.stop("waiter");

    assertThat(ProcessHandle.of(waiter)).isEmpty();
    assertThat(PlatformFile.read(directory).orElseThrow().processes())
        .extracting(PlatformFile.Child::name)
        .containsExactly("broker");

    platform.launch(service("waiter", Waiter.class, List.of(), true));
    assertThat(platform.pids()).containsKey("waiter");
  }

  @Test
  @Order(7)
  void stopsInReverseOrderAndComesBackWithTheSamePortsAndData() throws Exception {
    String bootstrapServers = platform.bootstrapServers();
    String schemaRegistry = platform.schemaRegistryUrl();
    List<PlatformFile.Child> before = PlatformFile.read(directory).orElseThrow().processes();

    platform.close();
    platform.close();

    assertThat(events.events()).endsWith("waiter stopped", "broker stopped");
    assertThat(before).allMatch(child -> child.find().isEmpty());
    assertThat(directory.resolve("platform.json")).doesNotExist();
    platform.awaitEnd();

    platform = LocalPlatform.start(directory, Map.of(), event -> {});
    assertThat(platform.bootstrapServers()).isEqualTo(bootstrapServers);
    assertThat(platform.schemaRegistryUrl()).isEqualTo(schemaRegistry);
    assertThat(pair.images()).containsExactly(StoredPair.BYTES);
  }

  private static Set<String> socketsOf(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc", "" + pid, "fd"))) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // Closed meanwhile: nothing listens there.
        }
      }
    }
    return inodes;
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** A service that runs until it is stopped. */
  static final class Waiter {

    private Waiter() {}

    public static void main(String[] arguments) throws InterruptedException {
      new CountDownLatch(1).await();
    }
  }

  /** A service that refuses its settings. */
  static final class Failing {

    private Failing() {}

    public static void main(String[] arguments) {
      if (arguments.length > 0) {
        throw new IllegalArgumentException("no recipe named " + arguments[0]);
      }
    }
  }
}
