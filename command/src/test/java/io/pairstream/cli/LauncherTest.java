package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script that people start, in a small project, with a Maven and a Java that only say how they
 * were called.
 */
@Timeout(120)
class LauncherTest {

  private static final String MAVEN = "echo build >> \"$FAKES/builds\"\n";

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

  // What tells of a build's progress looks into the log, maybe before the build has one.
  @Test
  void buildsOnWhereItsLogCannotBeRead() throws Exception {
    maven("rm \"" + log + "\"\nsleep 2\n" + MAVEN);

    Ended ended = launch("lag");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("[lag]");
    assertThat(ended.err()).contains("builds before its first start");
  }

  @Test
  void saysWhyItCannotBuildAndBuildsTheNextTime() throws Exception {
    maven("echo the disk is full\nexit 1\n");

    Ended ended = launch("lag");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .contains("the disk is full")
        .contains("pairstream: cannot build; all of it is in ")
        .contains("command/target/app-build.log");
    maven(MAVEN);
    assertThat(launch("lag").status()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsOnceForTwoThatStartTogether() throws Exception {
    // The first build ends only when the second command has been seen to wait for it.
    maven("until grep -q 'waits for the build' \"$FAKES\"/err-*; do sleep 0.1; done\n" + MAVEN);

    Launched first = start("lag");
    Launched second = start("status");

    assertThat(first.end().out()).contains("[lag]");
    assertThat(second.end().out()).contains("[status]");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void takesOverTheTurnOfABuildThatWasKilled() throws Exception {
    Process killed = new ProcessBuilder("sleep", "1000").start();
    killed.destroyForcibly().waitFor();
    Files.createDirectories(log.getParent());
    Files.createSymbolicLink(log.resolveSibling("app-turn"), Path.of(Long.toString(killed.pid())));

    Ended ended = launch("lag");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(builds()).isEqualTo(1);
    assertThat(log.resolveSibling("app-turn")).doesNotExist();
  }

  @Test
  void findsItsProjectThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("anywhere"), Path.of("project/pairstream"));

    Ended ended = start(link, "lag").end();

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).contains(project.toRealPath() + "/command/target/app/lib/*");
  }

  @Test
  void refusesAnOlderJavaAndAnotherMaven() throws Exception {
    tool("java", javaOf("11"));
    Ended oldJava = launch("lag");
    tool("java", javaOf("17"));
    tool("mvn", "echo 'Apache Maven 4.0.0'\n");
    Ended newMaven = launch("lag");

    assertThat(oldJava.status()).isEqualTo(3);
    assertThat(oldJava.err()).contains("needs Java 17 or newer; 'java' is Java 11");
    assertThat(newMaven.status()).isEqualTo(3);
    assertThat(newMaven.err()).contains("needs Maven 3.8 or 3.9 to build; 'mvn' is Maven 4.0.0");
    assertThat(builds()).isZero();
  }

  private Ended launch(String... arguments) throws Exception {
    return start(arguments).end();
  }

  private Launched start(String... arguments) throws IOException {
    return start(project.resolve("pairstream"), arguments);
  }

  private Launched start(Path script, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(fakes, "out-", "");
    Path err = Files.createTempFile(fakes, "err-", "");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("PATH", fakes + ":" + System.getenv("PATH"));
    builder.environment().put("FAKES", fakes.toString());
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "PAIRSTREAM_JAVA_OPTS"));
    return new Launched(builder.start(), out, err);
  }

  private void maven(String build) throws IOException {
    tool("mvn", "[ \"$1\" != -v ] || { echo 'Apache Maven 3.9.9'; exit; }\n" + build);
  }

  /** Says its version where it is asked for it, or else how it was called. */
  private static String javaOf(String version) {
    return "case $1 in -XshowSettings*) echo '    java.specification.version = "
        + version
        + "' >&2; exit ;; esac\n"
        + "printf '[%s] ' \"$@\"\necho\n";
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
}
