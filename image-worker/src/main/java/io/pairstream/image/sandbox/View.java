package io.pairstream.image.sandbox;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The part of this system's files that a worker sees: Java, the system's libraries, its class path
 * and native libraries, and the files given by name; all read-only, at their own paths.
 */
final class View {

  /** How a path is laid into the view. */
  enum Kind {
    FOLDER,
    FILE,
    DEVICE,
    /** A symbolic link, like the system's own. */
    LINK,
    /** Empty, and the worker's to write; holds 1 MiB. */
    OWN
  }

  /** One path of the view. */
  record Entry(Kind kind, Path path) {}

  private final List<Entry> entries = new ArrayList<>();

  /**
   * The view of a worker of these settings.
   *
   * @param directory for the worker's temporary files
   * @param files what else it may read
   */
  static View of(WorkerSettings settings, Path directory, List<Path> files) throws IOException {
    View view = new View();
    for (String system : List.of("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")) {
      view.readable(Path.of(system));
    }
    view.readable(Path.of("/etc/ld.so.cache"));
    view.readableIn(Path.of("/etc"), file -> file.getFileName().toString().startsWith("java"));
    for (String device : List.of("/dev/null", "/dev/random", "/dev/urandom")) {
      view.entries.add(new Entry(Kind.DEVICE, Path.of(device)));
    }
    for (Path java : List.of(ConfinedProcess.JAVA, ConfinedProcess.JAVA.toRealPath())) {
      view.readable(java.getParent().resolve("..")); // JAVA_HOME/bin/java
    }
    for (String part : settings.classPath().split(File.pathSeparator)) {
      view.readable(Path.of(part.endsWith("*") ? part.substring(0, part.length() - 1) : part));
    }
    view.entries.add(new Entry(Kind.OWN, directory));
    // Who unpacks libraries looks whether this folder can be written; they are there already.
    view.entries.add(new Entry(Kind.OWN, settings.natives()));
    view.readableIn(settings.natives(), Files::isDirectory);
    for (Path file : files) {
      view.readable(file);
    }
    return view;
  }

  List<Entry> entries() {
    return entries;
  }

  private void readableIn(Path folder, Predicate<Path> which) throws IOException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, which::test)) {
        files.forEach(this::readable);
      }
    }
  }

  private void readable(Path given) {
    Path path = given.toAbsolutePath().normalize();
    boolean seen =
        entries.stream()
            .anyMatch(entry -> entry.kind() != Kind.OWN && path.startsWith(entry.path()));
    if (seen || !Files.exists(path)) {
      return;
    }
    boolean link = Files.isSymbolicLink(path) && path.getNameCount() == 1;
    boolean folder = Files.isDirectory(path);
    entries.add(new Entry(link ? Kind.LINK : folder ? Kind.FOLDER : Kind.FILE, path));
  }
}
