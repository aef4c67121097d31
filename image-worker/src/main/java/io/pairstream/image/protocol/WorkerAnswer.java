package io.pairstream.image.protocol;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What became of one image: prepared pixels, or why there are none.
 *
 * <p>On the wire: int length of the rest, byte verdict; for a prepared image (0) int width, int
 * height, long hash, result bytes; for a damaged one (1) the reason in UTF-8. Takes ownership of
 * the result's array.
 */
public final class WorkerAnswer {

  private static final int PREPARED = 0;
  private static final int DAMAGED = 1;

  private final int verdict;
  private final int originalWidthPx;
  private final int originalHeightPx;
  private final long perceptualHash;
  private final byte[] content;

  private WorkerAnswer(
      int verdict, int originalWidthPx, int originalHeightPx, long perceptualHash, byte[] content) {
    this.verdict = verdict;
    this.originalWidthPx = originalWidthPx;
    this.originalHeightPx = originalHeightPx;
    this.perceptualHash = perceptualHash;
    this.content = content;
  }

  /**
   * A prepared image.
   *
   * @param originalWidthPx width of the original after EXIF rotation
   * @param originalHeightPx height of the original after EXIF rotation
   * @param perceptualHash 64-bit DCT hash of the result
   * @param result the result, encoded as requested
   */
  public static WorkerAnswer prepared(
      int originalWidthPx, int originalHeightPx, long perceptualHash, byte[] result) {
    return new WorkerAnswer(PREPARED, originalWidthPx, originalHeightPx, perceptualHash, result);
  }

  /** No result, for {@code reason}. */
  public static WorkerAnswer damaged(String reason) {
    return new WorkerAnswer(DAMAGED, 0, 0, 0, reason.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the whole frame. */
  public void writeTo(DataOutputStream out) throws IOException {
    boolean prepared = verdict == PREPARED;
    out.writeInt(1 + (prepared ? 16 : 0) + content.length);
    out.writeByte(verdict);
    if (prepared) {
      out.writeInt(originalWidthPx);
      out.writeInt(originalHeightPx);
      out.writeLong(perceptualHash);
    }
    out.write(content);
    out.flush();
  }

  /** Reads a whole frame. */
  public static WorkerAnswer readFrom(DataInputStream in) throws IOException {
    int length = WorkerProtocol.readLength(in, 1) - 1;
    int verdict = in.readUnsignedByte();
    if (verdict == DAMAGED) {
      return new WorkerAnswer(DAMAGED, 0, 0, 0, content(in, length));
    }
    if (verdict != PREPARED || length < 16) {
      throw new IOException("not an answer: verdict " + verdict + ", " + length + " bytes");
    }
    return new WorkerAnswer(
        PREPARED, in.readInt(), in.readInt(), in.readLong(), content(in, length - 16));
  }

  private static byte[] content(DataInputStream in, int length) throws IOException {
    byte[] content = new byte[length];
    in.readFully(content);
    return content;
  }

  public boolean isPrepared() {
    return verdict == PREPARED;
  }

  /** Why there is no result; only where {@link #isPrepared()} is false. */
  public String reason() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /** The result's bytes themselves, not a copy; only where {@link #isPrepared()}. */
  public byte[] result() {
    return content;
  }

  public int originalWidthPx() {
    return originalWidthPx;
  }

  public int originalHeightPx() {
    return originalHeightPx;
  }

  public long perceptualHash() {
    return perceptualHash;
  }
}
