package io.pairstream.schemas;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Commands of this program to run next, as a person types them where this process was started. */
public final class Hint {

  /**
   * Command that a person types to run this program: {@code ./pairstream}, or its name on the path.
   */
  private static final String CALLED = System.getProperty("pairstream.called", "pairstream");

  /** Cluster options of this process, set once at its start. */
  private static final AtomicReference<Map<String, String>> OPTIONS =
      new AtomicReference<>(Map.of());

  private Hint() {}

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
    StringBuilder typed = new StringBuilder(called()).append(' ').append(words);
    OPTIONS.get().entrySet().stream()
        .filter(option -> !words.contains(option.getKey() + " "))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            option ->
                typed
                    .append(' ')
                    .append(option.getKey())
                    .append(' ')
                    .append(quoted(option.getValue())));
    return typed.toString();
  }

  /** A word as a shell takes it for one. */
  public static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
