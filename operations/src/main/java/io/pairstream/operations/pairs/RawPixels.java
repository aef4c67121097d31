package io.pairstream.operations.pairs;

import io.pairstream.schemas.PreparedPair;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.common.utils.Utils;

/** A prepared image of bare pixels as a PNG file, which the image worker takes like all others. */
final class RawPixels {

  private RawPixels() {}

  /** The file; empty where the record's sizes are not those of its bytes. */
  static Optional<byte[]> png(PreparedPair pair) {
    int width = pair.getWidth();
    int height = pair.getHeight();
    int channels = pair.getChannels();
    byte[] pixels = Utils.toArray(pair.getImage());
    if (width < 1
        || height < 1
        || (channels != 1 && channels != 3)
        || (long) width * height * channels != pixels.length) {
      return Optional.empty();
    }
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    image.getRaster().setDataElements(0, 0, width, height, pixels);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      boolean unused = ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return Optional.of(file.toByteArray());
  }
}
