package io.pairstream.image.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.worker.process.Hostile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hostile program in the place of a worker. */
@EnabledOnOs(OS.LINUX)
class SandboxTest {

  private static final String UNPRIVILEGED = "65534";
  private static final String ATTEMPTS = "tried";

  @TempDir private static Path folder;

  /** Shared settings: the native libraries are unpacked once for all tests. */
  private static WorkerSettings settings;

  private static Path open;

  /** A service in small, as whatever user it is started: starts the program inside. */
  static final class Service {
    private Service() {}

    public static void main(String[] args) throws Exception {
      WorkerSettings settings = settings(Path.of(args[1]));
      Path directory = Files.createTempDirectory("pairstream-sandbox-test");
      Path secret =
          Files.writeString(directory.resolveSibling(directory.getFileName() + ".secret"), "s");
      secret.toFile().setReadable(false, false);
      secret.toFile().setReadable(true, true);
      Launcher launcher = Launcher.valueOf(args[0]);
      Process victim = new ProcessBuilder("sleep", "600").start();
      try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        Sandbox sandbox;
        try {
          sandbox = Sandbox.probe(settings, directory, Sandbox.PICTURE_MEMORY_BYTES, launcher);
        } catch (IOException e) {
          System.out.println("refused " + e.getMessage());
          return;
        }
        String name = "pairstream-hostile-" + ProcessHandle.current().pid();
        Hostile.listen(name);
        String self = String.valueOf(ProcessHandle.current().pid());
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
        List<String> command = JavaProgram.command(settings, directory, Hostile.class.getName());
        command.addAll(
            List.of(args[2], self, started, String.valueOf(listening.getLocalPort()), name));
        command.addAll(List.of(secret.toString(), args[3], String.valueOf(victim.pid())));
        Process inside =
            sandbox
                .process(Wall.ofJava(settings, Sandbox.PICTURE_MEMORY_BYTES), command, List.of())
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader said = inside.inputReader(StandardCharsets.UTF_8)) {
          said.lines().forEach(System.out::println);
        }
        inside.waitFor();
        System.out.println((victim.isAlive() ? "failed" : "done") + " end the victim");
      } finally {
        victim.destroyForcibly();
        Files.delete(secret);
      }
    }
  }

  @BeforeAll
  static void unpack() throws IOException {
    folder.toFile().setReadable(true, false);
    folder.toFile().setExecutable(true, false);
    settings = settings(Files.createDirectory(folder.resolve("张伟 ä")));
    Sandbox.probe(
        settings,
        Files.createDirectory(folder.resolve("own")),
        Sandbox.PICTURE_MEMORY_BYTES,
        Launcher.NONE);
    try (Stream<Path> unpacked = Files.list(settings.natives())) {
      assertThat(unpacked).anyMatch(Files::isDirectory); // also in a folder beyond ASCII
    }
    open = Files.writeString(folder.resolve("segment"), "s");
    open.toFile().setWritable(true, false);
  }

  @ParameterizedTest(name = "by {0}, started as {1}")
  @CsvSource({
    "BUBBLEWRAP, the user of this test", "UTIL_LINUX, the user of this test",
    "BUBBLEWRAP, unprivileged", "UTIL_LINUX, unprivileged"
  })
  void namespacesHoldAHostileProgram(Launcher launcher, String user) throws Exception {
    assertThat(attempts(launcher, user, "")).allMatch(line -> line.startsWith("failed "));
  }

  /** As in a container, which gives no namespaces. */
  @ParameterizedTest(name = "started as {0}")
  @CsvSource({"the user of this test", "unprivileged"})
  void theFilterAloneHoldsAHostileProgram(String user) throws Exception {
    assertThat(attempts(Launcher.PRLIMIT, user, WorkerProtocol.FILTER))
        .allMatch(line -> line.startsWith("failed "));
  }

  @Test
  void noWorkerStartsWhereItsSandboxIsAskedForAndLacking() throws IOException {
    Sandbox none =
        Sandbox.probe(
            settings,
            Files.createDirectories(folder.resolve("own")),
            Sandbox.PICTURE_MEMORY_BYTES,
            Launcher.NONE);
    assertThat(none.missing(true)).contains("a limit on memory");

    // Without a class path it is unknown what a worker could be given.
    try (ImageWorkerPool pool =
        new ImageWorkerPool(WorkerSettings.of("/nowhere", 1).withSandbox(true, false))) {
      assertThatThrownBy(pool::requireSandbox)
          .isInstanceOf(ImageWorkerUnavailableException.class)
          .hasMessageStartingWith("a sandbox for image workers is required, and here it lacks ");
    }
  }

  @Test
  void whyTheImageLibrariesDoNotLoadIsSaidInOneSentence() {
    WorkerSettings elsewhere =
        settings(folder.resolve("elsewhere"))
            .withJvmOptions("-Dorg.bytedeco.javacpp.platform=linux-unknown");

    assertThatThrownBy(
            () -> Sandbox.probe(elsewhere, folder, Sandbox.PICTURE_MEMORY_BYTES, Launcher.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the image libraries do not load: Could not find jni");
  }

  @Test
  void withoutASandboxItDoesHarm() throws Exception {
    assertThat(attempts(Launcher.NONE, "unprivileged", ""))
        .contains(
            "done reach a port of this machine",
            "done reach an abstract socket",
            "done see the parent",
            "done read the parent's environment",
            "done read a file of its user",
            "done write a file of the data directory",
            "done fill memory with files",
            "done allocate without end",
            "done start processes without end",
            "done end the victim");
  }

  private static List<String> attempts(Launcher launcher, String user, String filter)
      throws Exception {
    List<String> command = new ArrayList<>();
    if (user.equals("unprivileged")) {
      assumeTrue(
          Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
          "only root can be another user");
      command.addAll(
          List.of(
              "setpriv", "--reuid=" + UNPRIVILEGED, "--regid=" + UNPRIVILEGED, "--clear-groups"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dpairstream.worker.classpath=" + settings.classPath(),
            "-cp",
            settings.classPath(),
            Service.class.getName(),
            launcher.name(),
            settings.nativesCache().toString(),
            filter,
            open.toString()));
    Process service = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    List<String> said;
    try (BufferedReader lines = service.inputReader(StandardCharsets.UTF_8)) {
      said = new ArrayList<>(lines.lines().toList());
    }
    said.stream()
        .filter(line -> line.startsWith("refused"))
        .findFirst()
        .ifPresent(refusal -> abort("not to be had on this system: " + refusal));
    assertThat(said).as("all is tried").contains(ATTEMPTS).hasSizeGreaterThan(17);
    said.remove(ATTEMPTS);
    return said;
  }

  private static WorkerSettings settings(Path nativesCache) {
    String classes =
        Path.of(SandboxTest.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            .toString();
    WorkerSettings usual =
        WorkerSettings.of(
            System.getProperty("pairstream.worker.classpath")
                + File.pathSeparator
                + (System.getProperty("pairstream.worker.classpath").contains(classes)
                    ? ""
                    : classes),
            1);
    return new WorkerSettings(
        usual.classPath(),
        1,
        usual.deadline(),
        Duration.ofMinutes(5),
        usual.imagesPerWorker(),
        nativesCache,
        List.of(),
        false,
        false);
  }
}
