package io.pairstream.image.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a client lays images that its worker sees at once, so that they need not be copied into a
 * pipe, out of it, and once more for the codec.
 *
 * <p>A file that both map, the worker for reading alone. Cutting it short would crash both, so no
 * process can: it is deleted once the worker has mapped it, before any image, and neither keeps it
 * open. The request that follows through the pipe makes the bytes visible, and they stay until it
 * is answered. For one thread.
 */
public final class ImageWindow {

  /** A photograph of 12 megapixels; what is larger goes through the pipe. */
  public static final int BYTES = 4 << 20;

  private final Path path;

  /** The file's memory; empty for a window that nothing fits into. */
  private final ByteBuffer memory;

  private ImageWindow(Path path, ByteBuffer memory) {
    this.path = path;
    this.memory = memory;
  }

  /** A window that nothing fits into. */
  public static ImageWindow none() {
    return new ImageWindow(Path.of(""), ByteBuffer.allocate(0));
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
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        // Room is taken now: a write without room would crash the process later.
        ByteBuffer room = ByteBuffer.allocate(BYTES);
        while (room.hasRemaining()) {
          channel.write(room);
        }
        return new ImageWindow(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES));
      } catch (IOException e) {
        new ImageWindow(file, ByteBuffer.allocate(0)).forgetFile();
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
    return bytes <= memory.capacity();
  }

  /** Lays an image at the start. */
  public void lay(byte[] image) {
    memory.put(0, image);
  }

  /** Deletes the file; the memory stays for those who have it open. */
  public void forgetFile() {
    if (!path.toString().isEmpty()) {
      try {
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.getParent());
      } catch (IOException e) {
        path.toFile().deleteOnExit();
      }
    }
  }
}
