package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * The image that somebody sent and that was turned away: as it came, and never decoded here.
 *
 * @param bytes the image file; the whole value of the record where that is no raw pair
 * @param isImage whether the value was a raw pair, so that {@code bytes} is what it calls its image
 */
public record OriginalImage(ByteBuffer bytes, boolean isImage) {

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final byte[] GIF = {'G', 'I', 'F', '8'};
  private static final byte[] RIFF = {'R', 'I', 'F', 'F'};
  private static final byte[] WEBP = {'W', 'E', 'B', 'P'};
  private static final int WEBP_AT = 8;

  /**
   * The original of an entry, of a link its record's value; empty where the entry kept no value.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which nobody can say what the value is
   */
  public static Optional<OriginalImage> of(QuarantineEntry entry, ClusterAccess cluster) {
    ByteBuffer value = entry.pair().getValue();
    if (value == null) {
      return Optional.empty();
    }
    if (Original.isLink(entry.pair(), cluster)) {
      // Read as a raw pair, a link's value would be one with an empty image.
      return Optional.of(new OriginalImage(value.duplicate(), false));
    }
    cluster.requireRegistry();
    return Optional.of(
        Original.pair(entry.pair(), cluster)
            .map(raw -> new OriginalImage(raw.getImage(), true))
            .orElseGet(() -> new OriginalImage(value.duplicate(), false)));
  }

  /** The usual file name ending for the magic bytes: jpg, png, gif, webp; otherwise bin. */
  public String extension() {
    if (startsWith(JPEG, 0)) {
      return "jpg";
    } else if (startsWith(PNG, 0)) {
      return "png";
    } else if (startsWith(GIF, 0)) {
      return "gif";
    } else if (startsWith(RIFF, 0) && startsWith(WEBP, WEBP_AT)) {
      return "webp";
    }
    return "bin";
  }

  /**
   * Writes the bytes to a file.
   *
   * @throws java.nio.file.FileAlreadyExistsException where the file is there and must stay
   */
  public void writeTo(Path file, boolean overwrite) throws IOException {
    if (overwrite) {
      Files.deleteIfExists(file);
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      ByteBuffer left = bytes.duplicate();
      while (left.hasRemaining()) {
        out.write(left);
      }
    }
  }

  private boolean startsWith(byte[] magic, int at) {
    if (bytes.remaining() < at + magic.length) {
      return false;
    }
    byte[] found = new byte[magic.length];
    bytes.duplicate().position(bytes.position() + at).get(found);
    return Arrays.equals(found, magic);
  }
}
