package io.pairstream.platform;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The end of a process's log, for a person who has to find out why the process failed. */
public final class LogEnd {

  /** Lines that say that something is wrong: of the log, of a command, of an exception. */
  private static final Pattern TELLING =
      Pattern.compile(
          "^\\S+ (WARN|ERROR|FATAL) |^(pairstream: |Caused by: |Error: |Exception in )");

  private static final int END_BYTES = 32 << 10;
  private static final int TELLING_LINES = 6;
  private static final int LAST_LINES = 8;

  /** Characters of a line that are quoted. */
  private static final int MOST_QUOTED = 300;

  private final Path log;
  private final List<String> lines;

  private LogEnd(Path log, List<String> lines) {
    this.log = log;
    this.lines = lines;
  }

  /** Reads the end of a log; one that cannot be read has no lines. */
  public static LogEnd of(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(END_BYTES, file.length())];
      file.seek(file.length() - end.length);
      file.readFully(end);
      return new LogEnd(log, new String(end, StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      return new LogEnd(log, List.of());
    }
  }

  /** The last warnings and errors, then the last lines, each on a line, below the log's name. */
  public String quoted() {
    if (lines.isEmpty()) {
      return "  nothing is in " + log;
    }
    List<String> telling =
        lines.stream().filter(line -> TELLING.matcher(line).find()).distinct().toList();
    List<String> shown = new ArrayList<>();
    shown.add("  from " + log + ":");
    last(TELLING_LINES, telling).forEach(line -> shown.add("    " + cut(line)));
    List<String> end =
        last(
            LAST_LINES,
            lines.stream()
                .filter(line -> !line.startsWith("\tat ") && !telling.contains(line))
                .distinct()
                .toList());
    if (!end.isEmpty()) {
      shown.add("  its last lines" + (telling.isEmpty() ? ":" : " besides:"));
      end.forEach(line -> shown.add("    " + cut(line)));
    }
    return String.join("\n", shown);
  }

  /** The last line that says what is wrong, else the last that is not one of a stack trace. */
  Optional<String> lastWords() {
    List<String> said =
        lines.stream().filter(line -> !line.isBlank() && !line.matches("[\t ].*")).toList();
    return last(1, said.stream().filter(line -> TELLING.matcher(line).find()).toList()).stream()
        .findFirst()
        .or(() -> last(1, said).stream().findFirst())
        .map(LogEnd::cut);
  }

  private static List<String> last(int most, List<String> of) {
    return of.subList(Math.max(0, of.size() - most), of.size());
  }

  private static String cut(String line) {
    return line.substring(0, Math.min(line.length(), MOST_QUOTED));
  }
}
