package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * The image that somebody sent and that was rejected: as it came, and never decoded here.
 *
 * @param bytes the image file; the whole value of the record where that is no raw pair
 * @param isImage whether the value was a raw pair, so that {@code bytes} is what it calls its image
 */
public record OriginalImage(ByteBuffer bytes, boolean isImage) {

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
    byte[] start = new byte[Math.min(12, bytes.remaining())];
    bytes.duplicate().get(start);
    String hex = HexFormat.of().formatHex(start);
    if (hex.startsWith("ffd8ff")) {
      return "jpg";
    } else if (hex.startsWith("89504e47")) {
      return "png";
    } else if (hex.startsWith("47494638")) {
      return "gif";
    }
    return hex.matches("52494646.{8}57454250") ? "webp" : "bin";
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
    Files.write(file, Utils.toArray(bytes), StandardOpenOption.CREATE_NEW);
  }
}
