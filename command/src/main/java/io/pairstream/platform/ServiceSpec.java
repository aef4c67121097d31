package io.pairstream.platform;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One more process for a platform to start, supervise and stop.
 *
 * @param name of the process and of its log file; lower-case letters, digits and hyphens
 * @param mainClass name of the class whose {@code main} runs
 * @param arguments of {@code main}
 * @param jvmOptions further options of the Java machine, such as its heap; they come last and win
 * @param readiness when the process counts as started
 */
public record ServiceSpec(
    String name,
    String mainClass,
    List<String> arguments,
    List<String> jvmOptions,
    Readiness readiness) {

  /**
   * Half as much copying of methods into their callers as by default: the second compiler takes
   * three fifths of the time, and what it makes is as fast. And it compiles what ran three times as
   * often as by default, which saves it two fifths of a start.
   */
  private static final String COMPILER =
      "-XX:MaxInlineLevel=9 -XX:FreqInlineSize=150 -XX:InlineSmallCode=1200"
          + " -XX:Tier4InvocationThreshold=15000 -XX:Tier4MinInvocationThreshold=1800"
          + " -XX:Tier4CompileThreshold=45000 -XX:Tier4BackEdgeThreshold=120000";

  /** Main class of this program's commands. */
  public static final String COMMAND = "io.pairstream.cli.Main";

  /**
   * The shell leaves the terminal's signals to the parent, which stops its children in order: a
   * Java machine that finds them ignored leaves them so. Then it becomes the Java machine.
   */
  private static final List<String> SHIELDED =
      List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

  /**
   * Starts the process; this one holds its standard input open.
   *
   * @param directory it works in, with one of its own below for temporary files
   * @param log where its output is appended
   */
  Process start(Path directory, Path log) throws IOException {
    Path scratch = Files.createDirectories(directory.resolve("tmp").resolve(name));
    AppLayout layout = AppLayout.ofThisProgram();
    List<String> command = new ArrayList<>(SHIELDED);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dpairstream.process=" + name,
            "-Dpairstream.parent=" + ProcessHandle.current().pid(),
            // What a person types, for commands that the child says to run next.
            "-Dpairstream.called=" + System.getProperty("pairstream.called", "pairstream"),
            "-Djava.io.tmpdir=" + scratch,
            "-Djava.awt.headless=true",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            // Counters for jps and jstat, for which each machine wakes up 20 times a second.
            "-XX:-UsePerfData",
            "-Dpairstream.log.target=SYSTEM_OUT",
            "-Dpairstream.log.level=info",
            "-Dpairstream.log.others=warn"));
    Stream.ofNullable(System.getProperty(RecipeReader.FILES_FROM))
        .forEach(folder -> command.add("-D" + RecipeReader.FILES_FROM + "=" + folder));
    command.addAll(List.of(COMPILER.split(" ")));
    command.addAll(parsedClasses());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", layout.serviceClassPath(), ChildMain.class.getName(), mainClass));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().remove("CLASSPATH");
    // glibc gives threads up to eight arenas a core, each with memory that others cannot use.
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    return builder.start();
  }

  /** Options that map the classes which were parsed for this program's own Java machine, if any. */
  private static List<String> parsedClasses() {
    String archive = System.getProperty("pairstream.classes", "");
    return archive.isEmpty()
        ? List.of()
        : List.of(
            "-XX:SharedArchiveFile=" + archive,
            "-XX:+UnlockDiagnosticVMOptions",
            // Where it was made for: then its pages are the same in all processes.
            "-XX:ArchiveRelocationMode=0");
  }
}
