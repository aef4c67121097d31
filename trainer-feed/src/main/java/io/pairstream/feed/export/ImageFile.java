package io.pairstream.feed.export;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.common.utils.Utils;

/**
 * A pair's image as a file that any reader opens: JPEG and PNG as they are stored, raw pixels as
 * PNG, which loses nothing.
 *
 * @param extension ending of the file's name: jpg or png
 * @param bytes the file's content; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
record ImageFile(String extension, byte[] bytes) {

  /**
   * @throws FeedRefusedException for an encoding that is none, or pixels that do not fit the size
   */
  static ImageFile of(PreparedPair pair) {
    byte[] stored = Utils.toArray(pair.getImage());
    return switch (pair.getImageEncoding()) {
      case "jpeg" -> new ImageFile("jpg", stored);
      case "png" -> new ImageFile("png", stored);
      case "raw" -> new ImageFile("png", png(pair, stored));
      default ->
          throw new FeedRefusedException(
              "pair %s has an image encoding '%s', expected jpeg, png or raw"
                  .formatted(pair.getPairId(), pair.getImageEncoding()));
    };
  }

  /** PNG of uint8 [height, width, channels], row-major. */
  private static byte[] png(PreparedPair pair, byte[] pixels) {
    int width = pair.getWidth();
    int height = pair.getHeight();
    int channels = pair.getChannels();
    boolean fits = (channels == 1 || channels == 3) && width > 0 && height > 0;
    if (!fits || pixels.length != (long) width * height * channels) {
      throw new FeedRefusedException(
          "pair %s has %d bytes of raw pixels, expected those of %dx%d with %d channels"
              .formatted(pair.getPairId(), pixels.length, width, height, channels));
    }
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    image.getRaster().setDataElements(0, 0, width, height, pixels);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return file.toByteArray();
  }
}
