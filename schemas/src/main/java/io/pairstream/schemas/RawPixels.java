package io.pairstream.schemas;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.common.utils.Utils;

/** Pixels of a prepared pair whose image encoding is {@code raw}. */
public final class RawPixels {

  private RawPixels() {}

  /**
   * PNG of a pair's pixels, uint8 [height, width, channels], row-major, of 1 or 3 channels; empty
   * where the record says another size than it has pixels for.
   */
  public static Optional<byte[]> png(PreparedPair pair) {
    return png(
        Utils.toArray(pair.getImage()), pair.getWidth(), pair.getHeight(), pair.getChannels());
  }

  /**
   * PNG of pixels, uint8 [height, width, channels], row-major, of 1 or 3 channels; empty where
   * there are more or fewer.
   */
  public static Optional<byte[]> png(byte[] pixels, int width, int height, int channels) {
    boolean fits = (channels == 1 || channels == 3) && width > 0 && height > 0;
    if (!fits || pixels.length != (long) width * height * channels) {
      return Optional.empty();
    }
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    image.getRaster().setDataElements(0, 0, width, height, pixels);
    return Optional.of(file(image, "png"));
  }

  /** An image as a file, {@code png} or {@code jpeg}. */
  public static byte[] file(BufferedImage image, String format) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return file.toByteArray();
  }
}
