package io.pairstream.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One more process for a platform to start, supervise and stop.
 *
 * @param name of the process and of its log file; lower-case letters, digits and hyphens
 * @param mainClass name of the class whose {@code main} runs
 * @param arguments of {@code main}
 * @param classPath what the process loads its classes from
 * @param jvmOptions further options of the Java machine, such as its heap; they come last and win
 * @param readiness when the process counts as started
 */
public record ServiceSpec(
    String name,
    String mainClass,
    List<String> arguments,
    ClassPath classPath,
    List<String> jvmOptions,
    Readiness readiness) {

  /** What a service loads its classes from. */
  public enum ClassPath {
    /** All of the product but the native image libraries. */
    SERVICE,
    /** The same with the native image libraries, for a process that decodes what we encoded. */
    FEED
  }

  public ServiceSpec {
    if (!name.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "a service's name has lower-case letters, digits and hyphens only, was " + name);
    }
    arguments = List.copyOf(arguments);
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** A service that counts as started once its process runs, with the platform's own options. */
  public static ServiceSpec of(String name, String mainClass, List<String> arguments) {
    return new ServiceSpec(
        name, mainClass, arguments, ClassPath.SERVICE, List.of(), Readiness.onceRunning());
  }

  /** The same service, started once {@code readiness} says so. */
  public ServiceSpec readyWhen(Readiness readiness) {
    return new ServiceSpec(name, mainClass, arguments, classPath, jvmOptions, readiness);
  }

  /** The same service with further options of the Java machine. */
  public ServiceSpec withJvmOptions(String... options) {
    return new ServiceSpec(name, mainClass, arguments, classPath, List.of(options), readiness);
  }

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
    command.add(classPath == ClassPath.FEED ? layout.feedClassPath() : layout.serviceClassPath());
    command.add(ChildMain.class.getName());
    command.add(mainClass);
    command.addAll(arguments);

    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().remove("CLASSPATH");
    return builder.start();
  }
}
