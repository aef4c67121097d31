package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import org.apache.kafka.common.utils.Utils;

/**
 * A pair's image as a file that any reader opens: JPEG and PNG as they are stored, raw pixels as
 * PNG, which loses nothing.
 */
final class ImageFile {

  private final String extension;
  private final byte[] bytes;

  private ImageFile(String extension, byte[] bytes) {
    this.extension = extension;
    this.bytes = bytes;
  }

  /** The ending of the file's name: jpg or png. */
  String extension() {
    return extension;
  }

  /** The file's content; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * @throws ExportRefusedException for an encoding that is none, or pixels that do not fit the size
   */
  static ImageFile of(PreparedPair pair) {
    byte[] stored = Utils.toArray(pair.getImage());
    return switch (pair.getImageEncoding()) {
      case "jpeg" -> new ImageFile("jpg", stored);
      case "png" -> new ImageFile("png", stored);
      case "raw" -> new ImageFile("png", png(pair, stored));
      default ->
          throw new ExportRefusedException(
              "pair %s has an image encoding '%s', expected jpeg, png or raw"
                  .formatted(pair.getPairId(), pair.getImageEncoding()));
    };
  }

  private static byte[] png(PreparedPair pair, byte[] pixels) {
    int width = pair.getWidth();
    int height = pair.getHeight();
    int channels = pair.getChannels();
    boolean fits = (channels == 1 || channels == 3) && width > 0 && height > 0;
    if (!fits || pixels.length != (long) width * height * channels) {
      throw new ExportRefusedException(
          "pair %s has %d bytes of raw pixels, expected those of %dx%d with %d channels"
              .formatted(pair.getPairId(), pixels.length, width, height, channels));
    }
    return PngFile.of(width, height, channels, pixels);
  }
}
