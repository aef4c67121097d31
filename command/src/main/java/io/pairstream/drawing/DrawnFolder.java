package io.pairstream.drawing;

import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.ingest.publish.NewPair;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.LongStream;

/** Writes good drawn pairs into a folder: a picture, and its caption beside it. */
public final class DrawnFolder {

  private final Path folder;

  /**
   * @param folder where the files go; it exists
   */
  public DrawnFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Draws the first pairs of a stream, on all processors: {@code 000000.jpg}, {@code 000000.txt}
   * and so on; each file's name is its pair's index.
   *
   * @param pairs a stream without bad pairs
   * @param count how many
   * @throws IOException where a file cannot be written
   */
  public void write(DrawnPairs pairs, long count) throws IOException {
    try {
      LongStream.range(0, count).parallel().mapToObj(pairs::at).forEach(this::write);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void write(DrawnPair drawn) {
    if (!(drawn.content() instanceof Content.Submitted submitted)) {
      throw new IllegalArgumentException("pair " + drawn.index() + " is " + drawn.kind());
    }
    NewPair pair = submitted.pair();
    String name = String.format(Locale.ROOT, "%06d", drawn.index());
    try {
      write(pair.image().duplicate(), folder.resolve(name + "." + ending(pair.mediaType())));
      Files.writeString(folder.resolve(name + ".txt"), pair.caption() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(ByteBuffer bytes, Path file) throws IOException {
    try (OutputStream output = Files.newOutputStream(file);
        WritableByteChannel channel = Channels.newChannel(output)) {
      channel.write(bytes);
    }
  }

  private static String ending(String mediaType) {
    String subtype = mediaType.substring(mediaType.indexOf('/') + 1);
    return subtype.equals("jpeg") ? "jpg" : subtype;
  }
}
