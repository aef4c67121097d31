package io.pairstream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Files of a folder. An object is a regular file at its key's place: symbolic links are none, and
 * lead nowhere. A writer that is killed leaves a file whose name begins with a dot and ends with
 * {@code .part}, which {@link #list} shows as an object.
 */
record FolderStore(Path root) implements ObjectStore {

  FolderStore {
    root = root.toAbsolutePath().normalize();
  }

  @Override
  public String url() {
    return root.toString();
  }

  @Override
  public Optional<ObjectInfo> find(String key) throws IOException {
    Path file = file(key);
    return isObject(file)
        ? Optional.of(info(key, Files.readAttributes(file, BasicFileAttributes.class)))
        : Optional.empty();
  }

  @Override
  public InputStream stream(String key) throws IOException {
    Path file = file(key);
    if (!isObject(file)) {
      throw new NoSuchObjectException(url() + "/" + key);
    }
    return Files.newInputStream(file);
  }

  @Override
  public void put(String key, Path file) throws IOException {
    write(key, part -> Files.copy(file, part), FolderStore::replace);
  }

  @Override
  public void put(String key, byte[] content) throws IOException {
    write(key, part -> part.write(content), FolderStore::replace);
  }

  @Override
  public boolean create(String key, byte[] content) throws IOException {
    return write(
        key,
        part -> part.write(content),
        (part, file) -> {
          try {
            Files.createLink(file, part);
            return true;
          } catch (FileAlreadyExistsException e) {
            return false;
          } catch (IOException | UnsupportedOperationException e) {
            throw new IOException(
                url() + ": its file system makes no hard links, which decide between writers", e);
          }
        });
  }

  @Override
  public void delete(String key) throws IOException {
    Path file = file(key);
    if (isObject(file)) {
      Files.deleteIfExists(file);
      sync(file.getParent());
    }
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    Path folder = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
    if (!folder.normalize().startsWith(root)) {
      throw new IllegalArgumentException(prefix + " leads out of " + url());
    }
    List<ObjectInfo> found = new ArrayList<>();
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || folder.equals(root)) {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String key = root.relativize(file).toString().replace('\\', '/');
              if (attributes.isRegularFile() && key.startsWith(prefix)) {
                found.add(info(key, attributes));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException problem)
                throws IOException {
              if (problem instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw problem;
            }
          });
    }
    found.sort(ObjectKeys.ORDER);
    return found;
  }

  @Override
  public void close() {}

  private static ObjectInfo info(String key, BasicFileAttributes attributes) {
    return new ObjectInfo(key, attributes.size(), attributes.lastModifiedTime().toInstant());
  }

  private Path file(String key) {
    return root.resolve(ObjectKeys.checked(key));
  }

  /** Whether a regular file is there, and no part of its path below the folder is a link. */
  private boolean isObject(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && file.toRealPath().equals(root.toRealPath().resolve(root.relativize(file)));
  }

  private interface Content {
    void writeTo(OutputStream part) throws IOException;
  }

  private interface Publication {
    boolean publish(Path part, Path file) throws IOException;
  }

  /** Writes a file beside its place, onto the disk, and then publishes it. */
  private boolean write(String key, Content content, Publication publication) throws IOException {
    Path file = file(key);
    Path folder = file.getParent();
    Files.createDirectories(root);
    for (Path made = root; !made.equals(folder); ) {
      made = made.resolve(folder.getName(made.getNameCount()));
      if (Files.isSymbolicLink(made)) {
        throw new IOException(made + " is a symbolic link; nothing is written behind it");
      }
      Files.createDirectories(made);
    }
    Path part = folder.resolve("." + UUID.randomUUID() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(Channels.newOutputStream(channel));
        channel.force(true);
      }
      boolean isWritten = publication.publish(part, file);
      sync(folder);
      return isWritten;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static boolean replace(Path part, Path file) throws IOException {
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** Makes names of a folder durable, where the system can. */
  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folder; the file's bytes are on the disk already.
    }
  }
}
