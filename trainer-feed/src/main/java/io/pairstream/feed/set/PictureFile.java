package io.pairstream.feed.set;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPixels;
import io.pairstream.schemas.Rendition;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Utils;

/**
 * A picture of a pair as a file that any reader opens: JPEG and PNG as they are stored, raw pixels
 * as PNG, which loses nothing.
 *
 * @param extension ending of the file's name: jpg or png
 * @param bytes the file's content; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
record PictureFile(String extension, byte[] bytes) {

  /**
   * The pair's picture.
   *
   * @throws FeedRefusedException for an encoding that is none, or pixels that do not fit the size
   */
  static PictureFile of(PreparedPair pair) {
    return of(
        "pair " + pair.getPairId(),
        pair.getImageEncoding(),
        pair.getImage(),
        pair.getWidth(),
        pair.getHeight(),
        pair.getChannels());
  }

  /**
   * Another size of the pair's picture.
   *
   * @throws FeedRefusedException for an encoding that is none, or pixels that do not fit the size
   */
  static PictureFile of(PreparedPair pair, Rendition rendition) {
    return of(
        "rendition %s of pair %s".formatted(rendition.getName(), pair.getPairId()),
        rendition.getImageEncoding(),
        rendition.getImage(),
        rendition.getWidth(),
        rendition.getHeight(),
        rendition.getChannels());
  }

  /** Media type of a file by its name's ending. */
  static String mediaType(String name) {
    return name.endsWith(".jpg") ? "image/jpeg" : "image/png";
  }

  private static PictureFile of(
      String what, String encoding, ByteBuffer image, int width, int height, int channels) {
    byte[] stored = Utils.toArray(image);
    return switch (encoding) {
      case "jpeg" -> new PictureFile("jpg", stored);
      case "png" -> new PictureFile("png", stored);
      case "raw" ->
          new PictureFile(
              "png",
              RawPixels.png(stored, width, height, channels)
                  .orElseThrow(
                      () ->
                          new FeedRefusedException(
                              "%s has %d bytes of raw pixels, expected those of %dx%d with %d channels"
                                  .formatted(what, stored.length, width, height, channels))));
      default ->
          throw new FeedRefusedException(
              "%s has an image encoding '%s', expected jpeg, png or raw".formatted(what, encoding));
    };
  }
}
