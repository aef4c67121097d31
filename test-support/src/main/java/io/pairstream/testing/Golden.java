package io.pairstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Kept list of what an interface has, an entry a line, in {@code src/test/resources/compatibility}
 * of the module under test. {@code -Dwrite.goldens=true} writes it anew.
 *
 * @param interfaceName the interface in words, which a failure begins with
 * @param file the list
 */
public record Golden(String interfaceName, Path file) {

  private static final Path FOLDER = Path.of("src/test/resources/compatibility");

  /**
   * The golden of that name in the module under test.
   *
   * @param fileName name of the file, such as {@code options.txt}
   */
  public static Golden of(String interfaceName, String fileName) {
    return new Golden(interfaceName, FOLDER.resolve(fileName));
  }

  /**
   * Compares what the interface has with what is kept, or writes it where that is asked for.
   *
   * @param entries an entry for each part that others rely on, on one line, in any order
   * @throws AssertionError where parts are gone or new; the message names them and says what to do
   */
  public void compare(Collection<String> entries) {
    SortedSet<String> now = new TreeSet<>(entries);
    try {
      if (Boolean.getBoolean("write.goldens")) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, String.join("\n", now) + "\n");
      }
      requireEqual(new TreeSet<>(Files.readAllLines(file)), now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireEqual(SortedSet<String> kept, SortedSet<String> now) {
    SortedSet<String> lost = new TreeSet<>(kept);
    lost.removeAll(now);
    SortedSet<String> added = new TreeSet<>(now);
    added.removeAll(kept);
    if (!lost.isEmpty()) {
      throw new AssertionError(
          "BROKEN: %s lost%s%sPut it back, or, if it must go, note it in CHANGELOG.md under Removed or Changed and run %s"
              .formatted(interfaceName, lines(lost), instead(added), rewriting()));
    }
    if (!added.isEmpty()) {
      throw new AssertionError(
          "NEW: %s has%sNothing is broken: run %s, and have the line reviewed"
              .formatted(interfaceName, lines(added), rewriting()));
    }
  }

  private static String instead(SortedSet<String> added) {
    return added.isEmpty() ? "" : "and has instead, or beside it," + lines(added);
  }

  private static String lines(SortedSet<String> entries) {
    return "\n  " + String.join("\n  ", entries) + "\n";
  }

  /** The command that writes the golden anew; the folder's name is the module's. */
  private static String rewriting() {
    return "mvn test -pl %s -am -Dtest='*CompatibilityTest' -Dsurefire.failIfNoSpecifiedTests=false -Dwrite.goldens=true"
        .formatted(Path.of("").toAbsolutePath().getFileName());
  }
}
