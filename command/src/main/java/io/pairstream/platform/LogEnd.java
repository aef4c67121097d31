package io.pairstream.platform;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The end of a process's log, for a person who has to find out why the process failed. */
public final class LogEnd {

  /** Lines that say that something is wrong: of the log, of a command, of an exception. */
  private static final Pattern TELLING =
      Pattern.compile(
          "^\\S+ (WARN|ERROR|FATAL) |^(pairstream: |Caused by: |Error: |Exception in )");

  private static final int END_BYTES = 32 << 10;
  private static final int MOST_LINES = 7;

  private static final int MOST_QUOTED = 300;

  private LogEnd() {}

  /** The last warnings and errors, then the last lines, each on a line, below the log's name. */
  public static String quoted(Path log) {
    List<String> lines = lines(log);
    Stream<String> last = last(lines.stream().filter(line -> !line.startsWith("\tat ")));
    return Stream.concat(telling(lines), last)
        .distinct()
        .map(line -> "\n    " + line)
        .collect(
            Collectors.joining("", "  the end of " + log + ", warnings and errors first:", ""));
  }

  /** The last line that says what is wrong, else the last that is not one of a stack trace. */
  static Optional<String> lastWords(Path log) {
    List<String> lines = lines(log);
    Stream<String> last = last(lines.stream().filter(line -> !line.matches("[\t ].*|")));
    return Stream.concat(last, telling(lines)).reduce((before, line) -> line);
  }

  private static Stream<String> telling(List<String> lines) {
    return last(lines.stream().filter(line -> TELLING.matcher(line).find()));
  }

  private static Stream<String> last(Stream<String> lines) {
    List<String> all = lines.distinct().toList();
    return all.stream().skip(Math.max(0, all.size() - MOST_LINES));
  }

  /** None where the log cannot be read. */
  private static List<String> lines(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(END_BYTES, file.length())];
      file.seek(file.length() - end.length);
      file.readFully(end);
      return new String(end, StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.substring(0, Math.min(line.length(), MOST_QUOTED)))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
