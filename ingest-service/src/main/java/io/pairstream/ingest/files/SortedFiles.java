package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * All files below a folder, sorted by name folder by folder, so that a run is repeatable.
 *
 * <p>Holds the names of one folder per level, never those of the whole tree. Passes over names that
 * begin with a dot, and does not follow links to folders.
 */
final class SortedFiles implements Iterator<Path> {

  private final Deque<Iterator<Path>> levels = new ArrayDeque<>();
  private Path next;

  SortedFiles(Path folder) {
    levels.push(children(folder));
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Path next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    Path file = next;
    advance();
    return file;
  }

  private void advance() {
    next = null;
    while (next == null && !levels.isEmpty()) {
      if (!levels.peek().hasNext()) {
        levels.pop();
        continue;
      }
      Path child = levels.peek().next();
      if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
        levels.push(children(child));
      } else if (!Files.isDirectory(child)) {
        next = child;
      }
    }
  }

  private static Iterator<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      List<Path> sorted =
          children
              .filter(child -> !child.getFileName().toString().startsWith("."))
              .sorted(Comparator.comparing(child -> child.getFileName().toString()))
              .toList();
      return sorted.iterator();
    } catch (IOException e) {
      throw new UncheckedIOException("folder " + folder + " cannot be listed", e);
    }
  }
}
