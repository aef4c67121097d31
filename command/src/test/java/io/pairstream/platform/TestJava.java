package io.pairstream.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a Java machine on this test's class path. */
public final class TestJava {

  private TestJava() {}

  /** Runs {@code main} with standard input and output as pipes, and errors on this one's. */
  public static Process start(Class<?> main, String... arguments) throws IOException {
    return command(main, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** A process that runs {@code main}, still to be started. */
  public static ProcessBuilder command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /** Whether this process, and so each that it starts, ignores SIGINT, as behind {@code nohup}. */
  public static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }
}
