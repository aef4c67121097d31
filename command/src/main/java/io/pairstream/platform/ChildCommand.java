package io.pairstream.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How one child process is started and how to tell that it answers.
 *
 * @param jvmOptions of the child's Java machine
 * @param classPath with {@link ChildMain} on it
 * @param program what {@link ChildMain} runs: a main class, and arguments
 * @param directory the child works in
 * @param readiness when the child counts as started
 */
record ChildCommand(
    List<String> jvmOptions,
    String classPath,
    List<String> program,
    Path directory,
    Readiness readiness) {

  /**
   * The shell leaves the terminal's signals to the parent, which stops its children in order: a
   * Java machine that finds them ignored leaves them so. Then it becomes the Java machine.
   */
  private static final List<String> SHIELDED =
      List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

  /**
   * Starts the child; this process holds its standard input open.
   *
   * @param name of the child, visible in a list of processes
   * @param log where its output is appended
   * @param scratch its own directory for temporary files
   */
  Process start(String name, Path log, Path scratch) throws IOException {
    Files.createDirectories(directory);
    Files.createDirectories(scratch);

    List<String> command = new ArrayList<>(SHIELDED);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dpairstream.process=" + name);
    // What a person types, for commands that the child says to run next.
    command.add("-Dpairstream.called=" + System.getProperty("pairstream.called", "pairstream"));
    command.add("-Djava.io.tmpdir=" + scratch);
    command.add("-Djava.awt.headless=true");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-Dpairstream.log.target=SYSTEM_OUT");
    command.add("-Dpairstream.log.level=info");
    command.add("-Dpairstream.log.others=warn");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
    command.add(ChildMain.class.getName());
    command.addAll(program);

    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().remove("CLASSPATH");
    return builder.start();
  }
}
