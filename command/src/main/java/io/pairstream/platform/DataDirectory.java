package io.pairstream.platform;

import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * A folder in which one platform at a time keeps its data, and its loopback ports, which are in
 * {@code ports.properties} so that addresses stay the same from one start to the next.
 *
 * <p>Folder and ports are held by files that are locked; the operating system frees them however
 * the process ends. A port is held from before anybody listens there: two platforms that start at
 * once would find the same port free, and each would take the other's broker for its own.
 *
 * <p>Thread-safe.
 */
final class DataDirectory implements AutoCloseable {

  private static final String PORTS = "ports.properties";
  private static final String LOCK = "platform.lock";

  /** Names that commands keep here before a platform was, or that systems put into folders. */
  private static final String OURS =
      "imports|score|state|ingest|operate|broker|logs|tmp|lost\\+found|\\..*|.*\\.log";

  /** One folder for all platforms of a user, also those with other folders for temporary files. */
  private static final Path CLAIMS =
      Path.of(
          Files.isWritable(Path.of("/tmp")) ? "/tmp" : System.getProperty("java.io.tmpdir"),
          "pairstream-ports-" + System.getProperty("user.name"));

  /**
   * Range of ports that need not be known beforehand: above the well-known ones, below those that
   * outgoing connections take.
   */
  private static final int LOWEST_OTHER = 20_000;

  private static final int HIGHEST_OTHER = 32_000;

  /** Ports that people know a service by: another one does not move there. */
  private static final Set<Integer> USUAL = Set.of(8080, 8081, 8082, 9092);

  /** Folders that this process holds: the system does not tell platforms of one process apart. */
  private static final Set<Path> OF_THIS_PROCESS = new HashSet<>();

  private final Path folder;
  private final Properties chosen = new Properties();
  private final Map<Path, FileChannel> held = new HashMap<>();

  private DataDirectory(Path folder) {
    this.folder = folder;
  }

  /**
   * Takes a folder, and makes it where it is missing.
   *
   * @throws PlatformException where another platform has it, it is of other things, or Kafka, which
   *     reads a list of folders, would take it for two
   */
  static DataDirectory take(Path folder) throws IOException {
    if (folder.toString().contains(",")) {
      throw new PlatformException(
          folder
              + " has a comma in its name, which parts folders for Kafka; name another --data-dir");
    }
    DataDirectory taken = new DataDirectory(Files.createDirectories(folder));
    requireNewOrOurs(folder);
    if (Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)) {
      // It holds everybody's pictures.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    if (!taken.hold(folder.resolve(LOCK))) {
      String holder =
          PlatformFile.load(folder).map(file -> "process " + file.pid()).orElse("another process");
      throw new PlatformException(
          folder + " is in use by " + holder + "; stop it, or choose another --data-dir");
    }
    Path ports = folder.resolve(PORTS);
    if (Files.exists(ports)) {
      taken.chosen.putAll(Utils.loadProps(ports.toString()));
    }
    return taken;
  }

  private static void requireNewOrOurs(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      String stranger = names.stream().filter(name -> !name.matches(OURS)).findFirst().orElse("");
      if (!names.contains(PORTS) && !names.contains(LOCK) && !stranger.isEmpty()) {
        throw new PlatformException(
            "%s holds other things, such as %s, and no platform's data; name a new or empty --data-dir"
                .formatted(folder, stranger));
      }
    }
  }

  /**
   * A port on which no process listens now, and no other platform of this user has chosen: the
   * remembered one, else the preferred one, else the next one above.
   *
   * @param use what the port is for; a key to remember it by
   * @throws PlatformException where it cannot be remembered
   */
  synchronized int port(String use, int preferred) {
    try {
      Files.createDirectories(CLAIMS);
      int port = Integer.parseInt(chosen.getProperty(use, Integer.toString(preferred)));
      while (isOfAnother(use, port) || !isToHave(port)) {
        do {
          port = port < HIGHEST_OTHER ? port + 1 : LOWEST_OTHER;
        } while (USUAL.contains(port));
      }
      chosen.setProperty(use, Integer.toString(port));
      Path whole = folder.resolve(PORTS + ".new");
      try (Writer writer = Files.newBufferedWriter(whole)) {
        chosen.store(writer, null);
      }
      Files.move(whole, folder.resolve(PORTS), StandardCopyOption.ATOMIC_MOVE);
      return port;
    } catch (IOException e) {
      throw new PlatformException("cannot remember a port in " + folder, e);
    }
  }

  /**
   * Takes a port that the user asked for.
   *
   * @throws PlatformException where it is in use; then the folder is given back
   */
  synchronized void choose(String use, int port) throws IOException {
    Files.createDirectories(CLAIMS);
    if (isOfAnother(use, port) || !isToHave(port)) {
      close();
      throw new PlatformException(
          "port %d is in use and cannot be that of %s; choose another, or none for the next free one"
              .formatted(port, use));
    }
    chosen.setProperty(use, Integer.toString(port));
  }

  private boolean isToHave(int port) throws IOException {
    return hold(CLAIMS.resolve(Integer.toString(port))) && isFree(port);
  }

  /** A free port that need not be known beforehand. */
  int anyPort(String use) {
    return port(use, ThreadLocalRandom.current().nextInt(LOWEST_OTHER, HIGHEST_OTHER));
  }

  private boolean isOfAnother(String use, int port) {
    return chosen.stringPropertyNames().stream()
        .anyMatch(other -> !other.equals(use) && chosen.getProperty(other).equals("" + port));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Locks a file, unless another platform has; harmless when done again. A refused file is not
   * opened twice by one process: closing any handle on it would give the process's lock away.
   */
  private boolean hold(Path file) throws IOException {
    synchronized (OF_THIS_PROCESS) {
      if (held.containsKey(file)) {
        return true;
      } else if (OF_THIS_PROCESS.contains(file)) {
        return false;
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        return false;
      }
      held.put(file, channel);
      return OF_THIS_PROCESS.add(file);
    }
  }

  /** Gives folder and ports back. */
  @Override
  public void close() throws IOException {
    synchronized (OF_THIS_PROCESS) {
      for (FileChannel channel : held.values()) {
        channel.close();
      }
      OF_THIS_PROCESS.removeAll(held.keySet());
      held.clear();
    }
  }
}
