package io.pairstream.platform;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The log file of a child process, and the one before it with {@code .1} at its end.
 *
 * @param file the process's output is appended to
 */
record ChildLog(Path file) {

  /** A file longer than this is put aside before the process is started again. */
  private static final long LARGE_BYTES = 1 << 20;

  /** How much of the end is looked at and shown when a process fails. */
  private static final int END_BYTES = 8 << 10;

  private static final int END_LINES = 15;

  /** Begins a new file, for a new start of the platform. */
  void begin() throws IOException {
    Files.createDirectories(file.getParent());
    putAsideAbove(0);
  }

  /** Keeps the file small when one start of the platform sees many starts of the process. */
  void putAsideIfLarge() throws IOException {
    putAsideAbove(LARGE_BYTES);
  }

  /** The last lines, with the file's name above them. */
  String end() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(END_BYTES, log.length())];
      log.seek(log.length() - end.length);
      log.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      return "the end of "
          + file
          + ":\n  "
          + String.join("\n  ", lines.subList(Math.max(0, lines.size() - END_LINES), lines.size()));
    } catch (IOException e) {
      return "there is no " + file;
    }
  }

  private void putAsideAbove(long bytes) throws IOException {
    if (Files.exists(file) && Files.size(file) > bytes) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
