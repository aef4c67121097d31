package io.pairstream.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to use a data directory, held by one platform at a time.
 *
 * <p>{@code platform.lock} is locked by the operating system, which frees it however the process
 * ends; {@code platform.pid} beside it says who holds it. They are two files because closing any
 * handle on a locked file gives the whole process's lock away.
 */
final class DirectoryLock implements AutoCloseable {

  private final FileChannel channel;
  private final Path owner;

  private DirectoryLock(FileChannel channel, Path owner) {
    this.channel = channel;
    this.owner = owner;
  }

  /**
   * Takes the directory.
   *
   * @throws PlatformException where another platform has it, naming its process
   */
  static synchronized DirectoryLock acquire(Path directory) throws IOException {
    Path owner = directory.resolve("platform.pid");
    String self = ProcessIdentity.current().toString();
    // The operating system's lock does not tell two platforms in one process apart.
    if (self.equals(ownerOf(owner))) {
      throw inUse(directory, self);
    }

    FileChannel channel =
        FileChannel.open(
            directory.resolve("platform.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw inUse(directory, ownerOf(owner));
    }
    Files.writeString(owner, self);
    return new DirectoryLock(channel, owner);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(owner);
    channel.close();
  }

  private static String ownerOf(Path owner) throws IOException {
    return Files.exists(owner) ? Files.readString(owner) : "";
  }

  private static PlatformException inUse(Path directory, String owner) {
    int end = owner.indexOf('@');
    String pid = end > 0 ? "process " + owner.substring(0, end) : "another process";
    return new PlatformException(
        directory + " is in use by " + pid + "; stop it, or choose another --data-dir");
  }
}
