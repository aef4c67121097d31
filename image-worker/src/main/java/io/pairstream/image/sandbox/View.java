package io.pairstream.image.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of this system's files that a process sees: the system's libraries, what its {@link
 * Wall} has, and the files given by name; all read-only, at their own paths.
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
    OWN,
    /** Empty, and the worker's to write; holds 1 GiB. */
    ROOMY;

    /** Whether all below it is this system's own. */
    boolean isReadable() {
      return this != OWN && this != ROOMY;
    }
  }

  /** One path of the view. */
  record Entry(Kind kind, Path path) {}

  private final List<Entry> entries = new ArrayList<>();

  /**
   * The view of a process behind a wall.
   *
   * @param directory for the process's temporary files
   * @param files what else it may read
   */
  static List<Entry> of(Wall wall, Path directory, List<Path> files) {
    View view = new View();
    for (String system : List.of("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")) {
      view.readable(Path.of(system));
    }
    view.readable(Path.of("/etc/ld.so.cache"));
    for (String device : List.of("/dev/null", "/dev/random", "/dev/urandom")) {
      view.entries.add(new Entry(Kind.DEVICE, Path.of(device)));
    }
    wall.devices().forEach(device -> view.entries.add(new Entry(Kind.DEVICE, device)));
    wall.roomy().forEach(folder -> view.entries.add(new Entry(Kind.ROOMY, folder)));
    view.entries.add(new Entry(Kind.OWN, directory));
    wall.own().forEach(folder -> view.entries.add(new Entry(Kind.OWN, folder)));
    wall.readable().forEach(view::readable);
    files.forEach(view::readable);
    return view.entries;
  }

  private void readable(Path given) {
    Path path = given.toAbsolutePath().normalize();
    boolean seen =
        entries.stream()
            .anyMatch(entry -> entry.kind().isReadable() && path.startsWith(entry.path()));
    if (seen || !Files.exists(path)) {
      return;
    }
    boolean link = Files.isSymbolicLink(path) && path.getNameCount() == 1;
    boolean folder = Files.isDirectory(path);
    entries.add(new Entry(link ? Kind.LINK : folder ? Kind.FOLDER : Kind.FILE, path));
  }
}
