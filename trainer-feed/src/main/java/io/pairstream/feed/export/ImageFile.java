package io.pairstream.feed.export;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPixels;
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
   * @throws FeedRefusedException for an encoding that is none, pixels that do not fit the size, or
   *     an id that is none: it names the file where readers unpack it
   */
  static ImageFile of(PreparedPair pair) {
    if (!pair.getPairId().matches("[0-9A-Za-z-]{1,64}")) {
      throw new FeedRefusedException(
          "pair '%s' has an id that names no file: 1 to 64 letters, digits and hyphens"
              .formatted(pair.getPairId()));
    }
    byte[] stored = Utils.toArray(pair.getImage());
    return switch (pair.getImageEncoding()) {
      case "jpeg" -> new ImageFile("jpg", stored);
      case "png" -> new ImageFile("png", stored);
      case "raw" -> new ImageFile("png", RawPixels.png(pair).orElseThrow(() -> unfit(pair)));
      default ->
          throw new FeedRefusedException(
              "pair %s has an image encoding '%s', expected jpeg, png or raw"
                  .formatted(pair.getPairId(), pair.getImageEncoding()));
    };
  }

  private static FeedRefusedException unfit(PreparedPair pair) {
    return new FeedRefusedException(
        "pair %s has %d bytes of raw pixels, expected those of %dx%d with %d channels"
            .formatted(
                pair.getPairId(),
                pair.getImage().remaining(),
                pair.getWidth(),
                pair.getHeight(),
                pair.getChannels()));
  }
}
