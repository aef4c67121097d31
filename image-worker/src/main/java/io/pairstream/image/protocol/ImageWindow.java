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
 * <p>A file that the client writes and the worker maps; it is deleted once it is mapped. The client
 * does not map it, for who cuts a file short hurts all that have. The request that follows through
 * the pipe makes the bytes visible, and they stay until it is answered. For one thread.
 */
public interface ImageWindow extends AutoCloseable {

  /** Fewer than one image in a hundred is larger; such an image goes through the pipe. */
  int BYTES = 1 << 20;

  /**
   * A new window, in memory where the system has a place for such files.
   *
   * <p>It lies in a folder that is its owner's alone; the worker, which may be another user, is
   * shown the file and not the folder.
   *
   * @param directory where the folder lies otherwise
   * @return a window that nothing fits into, where there is no room for one
   */
  static ImageWindow create(Path directory) {
    Path memory = Path.of("/dev/shm");
    try {
      Path folder =
          Files.createTempDirectory(
              Files.isWritable(memory) ? memory : directory, "pairstream-window");
      Path file = Files.createFile(folder.resolve("window"));
      boolean unused = file.toFile().setReadable(true, false);
      FileWindow window = new FileWindow(file);
      try {
        // Room is taken now: the worker could not go on where it is missing later.
        window.lay(new byte[BYTES]);
        return window;
      } catch (IOException e) {
        window.forgetFile();
        window.close();
        return new None();
      }
    } catch (IOException e) {
      return new None();
    }
  }

  /**
   * The worker's view of the window that an argument names: uint8 [{@link #BYTES}], or nothing.
   *
   * @throws IOException if there is no such file
   */
  static ByteBuffer view(String argument) throws IOException {
    if (argument.isEmpty()) {
      return ByteBuffer.allocateDirect(0);
    }
    try (FileChannel file = FileChannel.open(Path.of(argument), StandardOpenOption.READ)) {
      return file.map(FileChannel.MapMode.READ_ONLY, 0, BYTES);
    }
  }

  /** The file as an argument of the worker; empty where there is none. */
  String argument();

  /** Whether an image of so many bytes may lie here. */
  boolean fits(int bytes);

  /** Lays an image at the start. */
  void lay(byte[] image) throws IOException;

  /** Deletes the file; the memory stays for those who have it open. */
  void forgetFile();

  @Override
  void close();

  /** A window that nothing fits into. */
  final class None implements ImageWindow {

    @Override
    public String argument() {
      return "";
    }

    @Override
    public boolean fits(int bytes) {
      return false;
    }

    @Override
    public void lay(byte[] image) {
      throw new IllegalArgumentException("nothing fits into no window");
    }

    @Override
    public void forgetFile() {}

    @Override
    public void close() {}
  }
}
