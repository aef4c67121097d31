package io.pairstream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The names of an image and of a pair, which every producer and every service computes alike. */
public final class PairIdentity {

  private static final int PAIR_ID_BYTES = 16;

  private PairIdentity() {}

  /** Lower-case hex SHA-256 of the original image bytes; leaves the buffer's position alone. */
  public static String imageDigest(ByteBuffer image) {
    MessageDigest sha256 = Sha256.begin();
    sha256.update(image.duplicate());
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** The pair id of a caption that is well-formed. */
  public static String pairId(String imageDigest, String caption) {
    return pairId(imageDigest, ByteBuffer.wrap(caption.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * First 32 hex digits of SHA-256(image digest in ASCII ‖ 0x00 ‖ caption as received).
   *
   * @param imageDigest as {@link #imageDigest} gives it
   * @param captionUtf8 the caption's bytes as received
   */
  public static String pairId(String imageDigest, ByteBuffer captionUtf8) {
    MessageDigest sha256 = Sha256.begin();
    sha256.update(imageDigest.getBytes(StandardCharsets.US_ASCII));
    sha256.update((byte) 0);
    sha256.update(captionUtf8.duplicate());
    return HexFormat.of().formatHex(sha256.digest(), 0, PAIR_ID_BYTES);
  }

  /**
   * Id of a link whose image is not fetched yet: first 32 hex digits of SHA-256({@code link} ‖ 0x00
   * ‖ URL as received ‖ 0x00 ‖ caption as received), all in UTF-8.
   */
  public static String linkId(String url, String caption) {
    byte[] digest = Sha256.of("link\0" + url + '\0' + caption);
    return HexFormat.of().formatHex(digest, 0, PAIR_ID_BYTES);
  }
}
