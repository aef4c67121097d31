package io.pairstream.operations.canary;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * A pair that every recipe rejects: a PNG file whose header is sound and promises 512×512 pixels
 * that are not there. So it passes the header gate, is given to an image worker, and fails there;
 * no review can let it in, since there is no picture.
 *
 * <p>There are {@link #COUNT} of them, which differ in a text behind the file: enough to meet every
 * partition by and by, few enough that receipts and the store of standings do not grow.
 */
public final class CanaryPair {

  /** Under this contributor canaries are known everywhere. */
  public static final String CONTRIBUTOR = "pairstream-canary";

  /** How many different ones there are. */
  public static final int COUNT = 64;

  private static final String CAPTION = "A canary that sings while it travels through a mine.";

  /** Signature, IHDR of 512 by 512 pixels in RGB, IDAT of nothing, IEND. */
  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIACAIAAAB7GkOtAAAACElEQVR4nAMAAAAA"
                  + "AUgGidIAAAAASUVORK5CYII=");

  private CanaryPair() {}

  /**
   * A canary.
   *
   * @param number which of them, 0 to {@link #COUNT} - 1
   * @param now when it is sent
   */
  public static RawPair of(int number, Instant now) {
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(picture(number)))
        .setCaption(CAPTION)
        .setLanguage("en")
        .setSourceKind(SourceKind.SYNTHETIC.name())
        .setContributor(CONTRIBUTOR)
        .setLicence("CC0-1.0")
        .setMediaType("image/png")
        .setReceivedAt(now)
        .build();
  }

  static String imageDigest(RawPair canary) {
    return PairIdentity.imageDigest(canary.getImage());
  }

  static String pairId(RawPair canary) {
    return PairIdentity.pairId(imageDigest(canary), CAPTION);
  }

  private static byte[] picture(int number) {
    byte[] text = ("pairstream canary " + number).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(PNG.length + text.length).put(PNG).put(text).array();
  }
}
