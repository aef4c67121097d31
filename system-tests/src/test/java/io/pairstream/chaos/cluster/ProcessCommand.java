package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a Java process of the platform is started: from the packaged program, and ended when the
 * harness closes its end of standard input.
 *
 * @param place the network that it is in
 * @param jvmOptions of its Java machine
 * @param classPath with {@code io.pairstream.platform.ChildMain} on it
 * @param program a main class, and arguments
 * @param environment variables for it, besides those that are harmless
 * @param directory that it works in; made where missing
 */
record ProcessCommand(
    Place place,
    List<String> jvmOptions,
    String classPath,
    List<String> program,
    Map<String, String> environment,
    Path directory) {

  /** Names the harness in the command line of all that it starts, before its mark. */
  static final String MARK = "-Dpairstream.harness=";

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  /** The terminal's signals are the harness's, which ends its processes in order. */
  private static final List<String> SHIELDED =
      List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

  private static final Set<String> HARMLESS =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH");

  ProcessCommand {
    jvmOptions = List.copyOf(jvmOptions);
    program = List.copyOf(program);
    environment = Map.copyOf(environment);
  }

  /** The packaged program's folder of that name: {@code lib}. */
  static Path app(String folder) {
    Path path = PROJECT.resolve("command/target/app").resolve(folder);
    if (!Files.isDirectory(path)) {
      throw new IllegalStateException(
          "the program is not packaged: "
              + path
              + " is missing; mvn -Dapp package -pl command -am");
    }
    return path;
  }

  /** Ends what this user's harnesses have left, frozen perhaps, that run no longer. */
  static void sweep() {
    Optional<String> user = ProcessHandle.current().info().user();
    ProcessHandle.allProcesses()
        .filter(process -> process.info().user().equals(user))
        .filter(process -> process.info().arguments().filter(ProcessCommand::isOfDead).isPresent())
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean isOfDead(String[] arguments) {
    for (String argument : arguments) {
      if (argument.startsWith(MARK)) {
        return HarnessMark.parse(argument.substring(MARK.length()))
            .filter(HarnessMark::isDead)
            .isPresent();
      }
    }
    return false;
  }

  Process start(String name, Path log) throws IOException {
    Files.createDirectories(directory);
    Path scratch = directory.resolve("tmp");
    // A process that is killed leaves its unpacked libraries there.
    Mounts.delete(scratch);
    Files.createDirectories(scratch);

    List<String> command = new ArrayList<>(SHIELDED);
    command.addAll(place.enter());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dpairstream.process=" + name);
    command.add(MARK + HarnessMark.ofThisProcess());
    command.add("-Djava.io.tmpdir=" + scratch);
    command.addAll(
        List.of(
            "-Djava.awt.headless=true",
            "-Dpairstream.log.target=SYSTEM_OUT",
            "-Dpairstream.log.level=info",
            "-Dpairstream.log.others=warn",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, "io.pairstream.platform.ChildMain"));
    command.addAll(program);

    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().retainAll(HARMLESS);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
