package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.platform.TestJava;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script that people start, in a small project, with a Maven and a Java that only say how they
 * were called.
 */
@Timeout(1800)
class LauncherTest {

  /** A build: counted, and leaving what one makes last. */
  private static final String MAVEN =
      """
      mkdir -p command/target/app/decoder
      touch command/target/app/decoder/last.jar
      echo build >> "$FAKES/builds"
      """;

  /** Process id of no process: beyond what any system gives out. */
  private static final long NO_PROCESS = 2_147_483_646;

  private final List<Process> started = new ArrayList<>();

  @TempDir Path folder;

  private Path project;
  private Path fakes;
  private Path log;

  @BeforeEach
  void makeAProject() throws IOException {
    project = Files.createDirectories(folder.resolve("project"));
    fakes = Files.createDirectories(folder.resolve("fakes"));
    log = project.resolve("command/target/app-build.log");
    Files.copy(
        Path.of("../pairstream"),
        project.resolve("pairstream"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(project.resolve("pom.xml"), "");
    Files.createDirectories(project.resolve("command/src/main"));
    Files.writeString(project.resolve("command/pom.xml"), "");
    Files.writeString(source(), "");
    tool("java", javaOf("17"));
    tool("javac", "");
    maven(MAVEN);
  }

  @Test
  void buildsBeforeItsFirstStartAndOnlyThen() throws Exception {
    Ended first = launch("status", "a pair");
    Ended second = launch("lag");

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).contains("[io.pairstream.cli.Main] [status] [a pair]").hasLineCount(1);
    assertThat(first.err()).contains("pairstream: builds before its first start");
    assertThat(second.out()).contains("[io.pairstream.cli.Main] [lag]");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhereASourceIsNewer() throws Exception {
    launch("lag");
    Files.setLastModifiedTime(source(), FileTime.from(Instant.now().plusSeconds(60)));

    Ended ended = launch("lag");

    assertThat(ended.err()).contains("pairstream: builds again, because a source is newer");
    assertThat(ended.status()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainWhereABuildWasBrokenOff() throws Exception {
    launch("lag");
    Files.delete(log.resolveSibling("app").resolve("decoder/last.jar"));

    Ended ended = launch("lag");

    assertThat(ended.err()).contains("or the last build was broken off");
    assertThat(ended.status()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void saysWhyItCannotBuildAndBuildsTheNextTime() throws Exception {
    maven("echo the disk is full\nexit 1\n");

    Ended ended = launch("lag");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .contains("the disk is full", "pairstream: cannot build; all of it is in ")
        .contains("command/target/app-build.log");
    maven(MAVEN);
    assertThat(launch("lag").status()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsOnceForTwoThatStartTogether() throws Exception {
    // The first build ends only when the second command has been seen to wait for it.
    maven(until("grep -q 'waits for the build' $FAKES/err-*") + MAVEN);

    Launched first = start("lag");
    Launched second = start("status");

    assertThat(first.end().out()).contains("[lag]");
    assertThat(second.end().out()).contains("[status]");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void takesOverTheTurnOfACommandThatWasKilled() throws Exception {
    Files.createDirectories(log.getParent());
    Path turn = log.resolveSibling("app-turn");
    Files.createSymbolicLink(turn, Path.of(Long.toString(NO_PROCESS)));

    Ended ended = launch("lag");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(builds()).isEqualTo(1);
    assertThat(turn).doesNotExist();
  }

  @Test
  void waitsForTheBuildOfACommandThatWasKilled() throws Exception {
    maven(until("grep -q 'waits for the build' $FAKES/err-*") + MAVEN);
    Launched killed = start("lag");
    long orphan = knownBuild();
    killed.process().destroyForcibly().waitFor();

    Ended ended = launch("lag");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).contains("waits for the build of process " + orphan);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void endsItsBuildOnASignal() throws Exception {
    // Takes a second to end, as what writes does.
    maven("trap 'sleep 1; exit 143' TERM\ntouch $FAKES/begun\n" + until("false"));
    Launched ended = start("lag");
    long build = knownBuild();
    Await.until("Maven runs", () -> Files.exists(fakes.resolve("begun")));

    ended.process().destroy();

    assertThat(ended.end().status()).isEqualTo(143);
    assertThat(ProcessHandle.of(build).filter(ProcessHandle::isAlive)).isEmpty();
    maven(MAVEN);
    assertThat(launch("lag").err()).doesNotContain("waits for the build");
  }

  static Stream<Arguments> toolsThatDoNotDo() {
    return Stream.of(
        Arguments.of("java", javaOf("11"), "needs Java 17 or newer; 'java' is Java 11"),
        Arguments.of("java", "exit 1\n", "'java -version' does not tell it"),
        Arguments.of("mvn", "echo 'Apache Maven 4.0.0'\n", "to build; 'mvn' is Maven 4.0.0"),
        Arguments.of("mvn", "exit 1\n", "to build, and 'mvn -v' does not tell its version"));
  }

  @ParameterizedTest
  @MethodSource("toolsThatDoNotDo")
  void refusesToolsThatDoNotDo(String name, String script, String words) throws Exception {
    tool(name, script);

    Ended ended = launch("lag");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.onlyErrorLine()).startsWith("pairstream: needs ").contains(words);
    assertThat(builds()).isZero();
  }

  @Test
  void preparesClassesOnceForEachJavaAndItsJars() throws Exception {
    listClasses();
    tool("java", javaThatPrepares("A", "echo parsed > \"$file\""));
    Ended first = launch("lag");
    Ended second = launch("lag");

    assertThat(first.err()).contains("pairstream: prepares its classes for Java A");
    assertThat(first.out()).contains("app-classes-A.jsa] ").contains("[lag]").hasLineCount(1);
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).isEqualTo(first.out());

    Files.createFile(log.resolveSibling("app/lib/another.jar"));
    assertThat(launch("lag").err()).contains("prepares its classes for Java A");
    assertThat(launch("lag").err()).isEmpty();

    tool("java", javaThatPrepares("B", "echo parsed > \"$file\""));
    assertThat(launch("lag").out()).contains("app-classes-B.jsa] ");
    assertThat(log.resolveSibling("app-classes-A.jsa")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 1", "echo half > \"$file\"; exit 1", "kill -9 $$"})
  void startsWithoutClassesThatCannotBePrepared(String failing) throws Exception {
    listClasses();
    tool("java", javaThatPrepares("A", failing));

    Ended first = launch("lag");
    Ended second = launch("lag");

    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err()).contains("prepares its classes");
    assertThat(first.out()).contains("[lag]").doesNotContain("SharedArchiveFile");
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(second.err()).as("not tried again").isEmpty();
  }

  @Test
  void runsAnUnpackedReleaseWithoutMavenOrCompiler() throws Exception {
    Path release = Files.createDirectories(folder.resolve("my tools/pairstream-0.1.0"));
    Files.createDirectories(release.resolve("lib"));
    Files.writeString(release.resolve("lib/classes.lst"), "java/lang/Object\n");
    Path launcher = release.resolve("bin/pairstream");
    Files.createDirectories(launcher.getParent());
    Files.copy(Path.of("../pairstream"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
    Path link = Files.createSymbolicLink(folder.resolve("ps"), launcher);
    tool("java", javaThatPrepares("A", "echo parsed > \"$file\""));
    tool("mvn", "exit 1");
    tool("javac", "exit 1");

    for (Path called : List.of(launcher, link)) {
      Ended ended = start(called, "lag").end();

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out())
          .contains("[" + release.toRealPath() + "/lib/*] [io.pairstream.cli.Main] [lag]")
          .contains(release.toRealPath() + "/app-classes-A.jsa] ");
    }
    assertThat(builds()).isZero();
  }

  /** Java takes names of files by the locale, and so does whatever it starts. */
  @ParameterizedTest
  @CsvSource({
    "'', '', C.UTF-8", "LANG, C, C.UTF-8", "LC_ALL, POSIX, C.UTF-8",
    "LANG, nowhere.UTF-8, C.UTF-8", "LANG, C.UTF-8, none", "LC_CTYPE, C.UTF-8, none"
  })
  @EnabledOnOs(OS.LINUX)
  void startsJavaWithALocaleOfUtf8(String name, String value, String locale) throws Exception {
    tool("java", javaOf("17") + "echo \"locale: ${LC_ALL-none}\"");
    ProcessBuilder builder = builder(project.resolve("pairstream"), "lag");
    builder.environment().keySet().removeIf(each -> each.matches("LANG|LC_.*"));
    if (!name.isEmpty()) {
      builder.environment().put(name, value);
    }

    Ended ended = start(builder).end();

    assertThat(ended.out()).contains("locale: " + locale);
    assertThat(ended.err()).doesNotContain("warning");
  }

  @Test
  void refusesAFolderThatJavaTakesForTwo() throws Exception {
    Path moved = Files.move(project, folder.resolve("a:b"));

    Ended ended = start(builder(moved.resolve("pairstream"), "lag")).end();

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.onlyErrorLine())
        .contains(moved + " has a colon in its path, which Java takes for two folders; move it");
  }

  @AfterEach
  void endWhatIsLeft() throws IOException {
    List<ProcessHandle> left = new ArrayList<>();
    started.forEach(process -> left.add(process.toHandle()));
    Path build = log.resolveSibling("app-maven");
    if (Files.isSymbolicLink(build)) {
      // The command that began it may be gone.
      ProcessHandle.of(Long.parseLong(Files.readSymbolicLink(build).toString()))
          .ifPresent(left::add);
    }
    for (ProcessHandle process : left) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Waits for something, but not for ever: it must end after a test that failed. */
  private static String until(String condition) {
    return "for i in {1..6000}; do if " + condition + "; then break; fi; sleep 0.1; done\n";
  }

  /** Waits until a command knows the process of its build. */
  private long knownBuild() throws Exception {
    Path link = log.resolveSibling("app-maven");
    Await.until("a build is known", () -> Files.isSymbolicLink(link));
    return Long.parseLong(Files.readSymbolicLink(link).toString());
  }

  private Ended launch(String... arguments) throws Exception {
    return start(arguments).end();
  }

  private Launched start(String... arguments) throws IOException {
    return start(project.resolve("pairstream"), arguments);
  }

  private Launched start(Path launcher, String... arguments) throws IOException {
    return start(builder(launcher, arguments));
  }

  private ProcessBuilder builder(Path launcher, String... arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PATH", fakes + ":" + System.getenv("PATH"));
    builder.environment().put("FAKES", fakes.toString());
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "PAIRSTREAM_JAVA_OPTS"));
    return builder;
  }

  private Launched start(ProcessBuilder builder) throws IOException {
    Path out = Files.createTempFile(fakes, "out-", "");
    Path err = Files.createTempFile(fakes, "err-", "");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    started.add(process);
    return new Launched(process, out, err);
  }

  private void maven(String build) throws IOException {
    // Maven takes options of a folder .mvn where it is started, so it never is in the user's.
    String version = "[ -f command/pom.xml ] || exit 1; echo 'Apache Maven 3.9.9'; exit";
    tool("mvn", "[ \"$1\" != -v ] || { " + version + "; }\n" + build);
  }

  /** Says its version where it is asked for it, or else how it was called. */
  private static String javaOf(String version) {
    return "case $1 in -XshowSettings*) echo '    java.specification.version = "
        + version
        + "' >&2; exit ;; esac\n"
        + "printf '[%s] ' \"$@\"\necho\n";
  }

  /**
   * Runs {@code preparing} with {@code $file} where it is asked to parse classes beforehand, and is
   * of a version, or else says how it was called.
   */
  private static String javaThatPrepares(String version, String preparing) {
    return "case $1 in -XshowSettings*) echo '    java.vm.version = "
        + version
        + "' >&2 ;; -Xshare:dump) for word in \"$@\"; do case $word in -XX:SharedArchiveFile=*)"
        + " file=${word#*=} ;; esac; done; "
        + preparing
        + "; exit ;; esac\n"
        + javaOf("17");
  }

  private void listClasses() throws IOException {
    Path list = project.resolve("command/src/main/start/classes.lst");
    Files.createDirectories(list.getParent());
    Files.writeString(list, "java/lang/Object\n");
    // As a build leaves them.
    Files.createDirectories(log.resolveSibling("app/lib"));
  }

  private void tool(String name, String script) throws IOException {
    Path file = fakes.resolve(name);
    Files.writeString(file, "#!/usr/bin/env bash\nset -e\n" + script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path source() {
    return project.resolve("command/src/main/Source.java");
  }

  private int builds() throws IOException {
    Path builds = fakes.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  private record Launched(Process process, Path out, Path err) {

    Ended end() throws Exception {
      return new Ended(process.waitFor(), Files.readString(out), Files.readString(err));
    }
  }

  /** As below cron or ssh, where the launcher was not used. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutALocaleOfUtf8NamesBeyondItAreReportedAndTheOthersRead() throws Exception {
    for (String name : List.of("照片", "plain")) {
      Files.write(folder.resolve(name + ".jpg"), new byte[] {1});
      Files.writeString(folder.resolve(name + ".txt"), "a caption of some words");
    }
    Path list = folder.resolve("list.csv");
    Files.writeString(list, "image,caption\n照片.jpg,one\nplain.jpg,two\n");
    String cause = "beyond the locale's, ANSI_X3.4-1968; set LC_ALL=C.UTF-8";

    for (Path source : List.of(folder, list)) {
      Ended ended = withoutLocale(source.toString());
      assertThat(ended.out()).startsWith(source + ": 1 pair, 0 links, 1 problem;");
      ended.failed(1, cause);
    }
    withoutLocale(folder.resolve("照片").toString()).failedInALine(3, cause);
  }

  private Ended withoutLocale(String source) throws Exception {
    ProcessBuilder builder = TestJava.command(Main.class, "import", source, "--dry-run");
    builder.environment().put("LC_ALL", "C");
    Path errors = Files.createTempFile("err", "");
    Process process = builder.redirectError(errors.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), printed, Files.readString(errors));
  }
}
