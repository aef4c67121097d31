package io.pairstream.image.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a client lays images that its worker sees at once, so that they need not be copied into a
 * pipe, out of it, and once more for the codec.
 *
 * <p>A file that the client writes and the worker maps; it is deleted once it is mapped. The client
 * does not map it, for who cuts a file short hurts all that have. The request that follows through
 * the pipe makes the bytes visible, and they stay until it is answered. For one thread.
 */
public final class ImageWindow implements AutoCloseable {

  /** Fewer than one image in a hundred is larger; such an image goes through the pipe. */
  public static final int BYTES = 1 << 20;

  private final Path path;

  /** Null for a window that nothing fits into. */
  private final FileChannel file;

  /** Reused for every image: a channel's own temporary buffer is one per thread. */
  private final ByteBuffer copy;

  private ImageWindow(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
    this.copy = ByteBuffer.allocateDirect(file == null ? 0 : BYTES);
  }

  /** A window that nothing fits into. */
  public static ImageWindow none() {
    return new ImageWindow(Path.of(""), null);
  }

  /**
   * A new window, in memory where the system has a place for such files.
   *
   * <p>It lies in a folder that is its owner's alone; the worker, which may be another user, is
   * shown the file and not the folder.
   *
   * @param directory where the folder lies otherwise
   * @return {@link #none} where there is no room for one
   */
  public static ImageWindow create(Path directory) {
    Path memory = Path.of("/dev/shm");
    try {
      Path folder =
          Files.createTempDirectory(
              Files.isWritable(memory) ? memory : directory, "pairstream-window");
      Path file = Files.createFile(folder.resolve("window"));
      file.toFile().setReadable(true, false);
      ImageWindow window = new ImageWindow(file, FileChannel.open(file, StandardOpenOption.WRITE));
      try {
        // Room is taken now: the worker could not continue where it is missing later.
        window.lay(new byte[BYTES]);
        return window;
      } catch (IOException e) {
        window.forgetFile();
        window.close();
        return none();
      }
    } catch (IOException e) {
      return none();
    }
  }

  /**
   * The worker's view of the window that an argument names: uint8 [{@link #BYTES}], or nothing.
   *
   * @throws IOException if there is no such file
   */
  public static ByteBuffer view(String argument) throws IOException {
    if (argument.isEmpty()) {
      return ByteBuffer.allocateDirect(0);
    }
    try (FileChannel file = FileChannel.open(Path.of(argument), StandardOpenOption.READ)) {
      return file.map(FileChannel.MapMode.READ_ONLY, 0, BYTES);
    }
  }

  /** The file as an argument of the worker; empty where there is none. */
  public String argument() {
    return path.toString();
  }

  /** Whether an image of so many bytes may lie here. */
  public boolean fits(int bytes) {
    return bytes <= copy.capacity() && file != null;
  }

  /** Lays an image at the start. */
  public void lay(byte[] image) throws IOException {
    copy.clear().put(image).flip();
    for (long at = 0; copy.hasRemaining(); ) {
      at += file.write(copy, at);
    }
  }

  /** Deletes the file; the memory stays for those who have it open. */
  public void forgetFile() {
    if (file != null) {
      try {
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.getParent());
      } catch (IOException e) {
        path.toFile().deleteOnExit();
      }
    }
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
