package io.pairstream.operations.canary;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A pair that every recipe turns away: a PNG file whose header is sound and promises 512×512 pixels
 * that are not there. So it passes the header gate, is given to an image worker, and fails there;
 * no review can let it in, since there is no picture.
 *
 * <p>There are {@link #COUNT} of them, which differ in a text in the file: enough to meet every
 * partition by and by, few enough that receipts and the store of standings do not grow.
 */
public final class CanaryPair {

  /** Under this contributor canaries are known everywhere. */
  public static final String CONTRIBUTOR = "pairstream-canary";

  /** How many different ones there are. */
  public static final int COUNT = 64;

  private static final String CAPTION = "A canary that sings while it travels through a mine.";
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final int SIDE_PX = 512;

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

  /** A PNG file (https://www.w3.org/TR/png-3/) with one row of pixels too few: none at all. */
  private static byte[] picture(int number) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(SIGNATURE);
    chunk(
        file,
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(SIDE_PX)
            .putInt(SIDE_PX)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array());
    chunk(
        file,
        "tEXt",
        ("Comment\0pairstream canary " + number).getBytes(StandardCharsets.ISO_8859_1));
    chunk(file, "IDAT", deflated(new byte[0]));
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(bytes);
      deflater.finish();
      byte[] buffer = new byte[64];
      int length = deflater.deflate(buffer);
      return Arrays.copyOf(buffer, length);
    } finally {
      deflater.end();
    }
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] bytes) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(bytes);
    file.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
    file.writeBytes(name);
    file.writeBytes(bytes);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
