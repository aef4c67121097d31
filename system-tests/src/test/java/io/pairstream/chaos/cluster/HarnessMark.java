package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a harness's process for good, in what it may leave behind. A process id alone is another
 * process's later, and in another container.
 *
 * @param namespace inode of its namespace of process ids; 0 where the system tells none
 * @param started clock ticks between the machine's start and its own; 0 where the system tells none
 */
record HarnessMark(long namespace, long pid, long started) {

  /** A mark as text, which is a part of file names and command lines. */
  static final String FORM = "[0-9]{1,18}\\.[0-9]{1,18}\\.[0-9]{1,18}";

  private static final Pattern PARTS =
      Pattern.compile("([0-9]{1,18})\\.([0-9]{1,18})\\.([0-9]{1,18})");
  private static final HarnessMark OURS = ours();

  static HarnessMark ofThisProcess() {
    return OURS;
  }

  /** The mark that {@link #toString} has written; empty where it is none. */
  static Optional<HarnessMark> parse(String text) {
    Matcher parts = PARTS.matcher(text);
    return parts.matches()
        ? Optional.of(
            new HarnessMark(
                Long.parseLong(parts.group(1)),
                Long.parseLong(parts.group(2)),
                Long.parseLong(parts.group(3))))
        : Optional.empty();
  }

  /** Whether that process surely runs no longer; of another namespace's nobody here can know. */
  boolean isDead() {
    if (namespace == 0 || namespace != OURS.namespace()) {
      return false;
    }
    try {
      return startOf(pid) != started;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      // It ends just now, perhaps.
      return false;
    }
  }

  private static HarnessMark ours() {
    long pid = ProcessHandle.current().pid();
    try {
      String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      return new HarnessMark(Long.parseLong(namespace.replaceAll("[^0-9]", "")), pid, startOf(pid));
    } catch (IOException e) {
      return new HarnessMark(0, pid, 0);
    }
  }

  /** Source: starttime in https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
  private static long startOf(long pid) throws IOException {
    byte[] line = Files.readAllBytes(Path.of("/proc", String.valueOf(pid), "stat"));
    String stat = new String(line, StandardCharsets.ISO_8859_1);
    // The name comes second, in parentheses, and may hold spaces and parentheses.
    List<String> fromThird = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    return Long.parseLong(fromThird.get(22 - 3));
  }

  @Override
  public String toString() {
    return namespace + "." + pid + "." + started;
  }
}
