package io.pairstream.image.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The client's side of a window. */
final class FileWindow implements ImageWindow {

  private final Path path;
  private final FileChannel file;

  /** Kept from image to image: what a channel makes by itself, it makes for each thread. */
  private final ByteBuffer copy = ByteBuffer.allocateDirect(BYTES);

  FileWindow(Path path) throws IOException {
    this.path = path;
    this.file = FileChannel.open(path, StandardOpenOption.WRITE);
  }

  @Override
  public String argument() {
    return path.toString();
  }

  @Override
  public boolean fits(int bytes) {
    return bytes <= BYTES;
  }

  @Override
  public void lay(byte[] image) throws IOException {
    copy.clear().put(image).flip();
    for (long at = 0; copy.hasRemaining(); ) {
      at += file.write(copy, at);
    }
  }

  @Override
  public void forgetFile() {
    try {
      Files.deleteIfExists(path);
      Files.deleteIfExists(path.getParent());
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
