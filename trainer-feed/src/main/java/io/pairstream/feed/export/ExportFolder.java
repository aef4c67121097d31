package io.pairstream.feed.export;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of one export, which only one process writes at a time.
 *
 * <p>A file is written beside its place and moved there once it is whole and on disk: a kill leaves
 * the old one or the new one, and at most a {@code .part} that the next start writes over.
 */
record ExportFolder(Path folder, FileChannel lock) implements AutoCloseable {

  private static final String MANIFEST = "export.json";
  private static final String LOCK = ".export.lock";
  private static final String PART = ".part";
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * Opens a folder, and makes it where there is none.
   *
   * @throws FeedRefusedException where something else is in it, or another export writes there
   */
  static ExportFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (!Files.exists(folder.resolve(MANIFEST))) {
      try (Stream<Path> files = Files.list(folder)) {
        List<String> others =
            files
                .map(file -> file.getFileName().toString())
                .filter(name -> !name.equals(LOCK) && !name.equals(MANIFEST + PART))
                .sorted()
                .toList();
        if (!others.isEmpty()) {
          throw new FeedRefusedException(
              "%s holds %s and no %s; export into a folder of its own"
                  .formatted(folder, others.get(0), MANIFEST));
        }
      }
    }
    return new ExportFolder(folder, lock(folder));
  }

  /**
   * @throws FeedRefusedException where the folder is another export's
   */
  Manifest manifest(ExportPlan plan) throws IOException {
    Path file = folder.resolve(MANIFEST);
    if (!Files.exists(file)) {
      Manifest fresh = Manifest.of(plan);
      write(fresh);
      return fresh;
    }
    try {
      return Manifest.parse(Files.readString(file), plan);
    } catch (FeedRefusedException e) {
      throw new FeedRefusedException(file + " " + e.getMessage());
    }
  }

  void write(Manifest manifest) throws IOException {
    write(MANIFEST, output -> output.write(manifest.toJson().getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes a file's content. */
  interface Content {

    void writeTo(OutputStream output) throws IOException;
  }

  /** A file that was written: its size and its SHA-256 in lower-case hex. */
  record Written(long bytes, String sha256) {}

  Written write(String name, Content content) throws IOException {
    Path part = folder.resolve(name + PART);
    MessageDigest digest = Sha256.begin();
    long bytes;
    try (FileChannel file =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        OutputStream output =
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(file), digest), BUFFER_BYTES)) {
      content.writeTo(output);
      output.flush();
      file.force(true);
      bytes = file.size();
    }
    Files.move(
        part,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return new Written(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** Whether a file is there and is what the manifest says. */
  boolean holds(Manifest.Shard shard) throws IOException {
    Path file = folder.resolve(shard.name());
    if (!Files.isRegularFile(file) || Files.size(file) != shard.bytes()) {
      return false;
    }
    MessageDigest digest = Sha256.begin();
    try (InputStream input = new DigestInputStream(Files.newInputStream(file), digest)) {
      input.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest()).equals(shard.sha256());
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another export of this process; refused like one of another process.
    }
    channel.close();
    throw new FeedRefusedException("another export writes into " + folder);
  }
}
