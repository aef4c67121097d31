package io.pairstream.schemas;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Commands of this program to run next, as a person types them where this process was started. */
public final class Hint {

  /**
   * Command that a person types to run this program: {@code ./pairstream}, or its name on the path.
   */
  private static final String CALLED = System.getProperty("pairstream.called", "pairstream");

  /** Cluster options of this process, set once at its start. */
  private static final AtomicReference<Map<String, String>> OPTIONS =
      new AtomicReference<>(Map.of());

  /** Name of the command that this process runs; empty where it runs none. */
  private static final AtomicReference<String> COMMAND = new AtomicReference<>("");

  private Hint() {}

  /** Sets the name of the command that this process runs: {@code ingest}. */
  public static void runs(String command) {
    COMMAND.set(command);
  }

  /** Name of the command that this process runs; empty where it runs none. */
  public static String running() {
    return COMMAND.get();
  }

  /** The option of this process that names its cluster; empty where it has none of that name. */
  public static Optional<String> option(String name) {
    return Optional.ofNullable(OPTIONS.get().get(name));
  }

  /** Sets the options that named this process's cluster; every later hint has them. */
  public static void use(Map<String, String> clusterOptions) {
    OPTIONS.set(Map.copyOf(clusterOptions));
  }

  /** How this program is called. */
  public static String called() {
    return quoted(CALLED);
  }

  /**
   * A command on the cluster of this process.
   *
   * @param words the command without {@code pairstream}; its own options win
   */
  public static String of(String words) {
    return OPTIONS.get().entrySet().stream()
        .filter(option -> !words.contains(option.getKey() + " "))
        .sorted(Map.Entry.comparingByKey())
        .map(option -> " " + option.getKey() + " " + quoted(option.getValue()))
        .collect(Collectors.joining("", called() + " " + words, ""));
  }

  /** A word as a shell takes it for one. */
  public static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
