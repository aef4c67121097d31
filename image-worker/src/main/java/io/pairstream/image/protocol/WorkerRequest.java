package io.pairstream.image.protocol;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * One image and what to make of it.
 *
 * <p>On the wire: int length of the rest, long token, short side, byte format, byte quality, int
 * width, int height, image bytes. Takes ownership of the image's array.
 */
public final class WorkerRequest {

  private static final int FIXED_BYTES = 8 + 2 + 1 + 1 + 4 + 4;

  private final long token;
  private final int sidePx;
  private final PixelFormat format;
  private final int quality;
  private final int widthPx;
  private final int heightPx;
  private final byte[] image;

  /**
   * A request.
   *
   * @param token random; the worker marks the end of its words on stderr with it
   * @param sidePx side of the result in pixels; 1 to 32767
   * @param format encoding of the result
   * @param quality quality of a JPEG result; 1 to 100
   * @param widthPx width that the image's header declares, before any EXIF rotation
   * @param heightPx height that the image's header declares
   * @param image the encoded image
   */
  public WorkerRequest(
      long token,
      int sidePx,
      PixelFormat format,
      int quality,
      int widthPx,
      int heightPx,
      byte[] image) {
    this.token = token;
    this.sidePx = sidePx;
    this.format = format;
    this.quality = quality;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.image = image;
  }

  /** Writes the whole frame. */
  public void writeTo(DataOutputStream out) throws IOException {
    out.writeInt(FIXED_BYTES + image.length);
    out.writeLong(token);
    out.writeShort(sidePx);
    out.writeByte(format.code());
    out.writeByte(quality);
    out.writeInt(widthPx);
    out.writeInt(heightPx);
    out.write(image);
    out.flush();
  }

  /**
   * Reads a whole frame.
   *
   * @throws java.io.EOFException if the other side has closed the stream
   */
  public static WorkerRequest readFrom(DataInputStream in) throws IOException {
    int length = WorkerProtocol.readLength(in, FIXED_BYTES);
    long token = in.readLong();
    int sidePx = in.readUnsignedShort();
    PixelFormat format = PixelFormat.of(in.readUnsignedByte());
    int quality = in.readUnsignedByte();
    int widthPx = in.readInt();
    int heightPx = in.readInt();
    byte[] image = new byte[length - FIXED_BYTES];
    in.readFully(image);
    return new WorkerRequest(token, sidePx, format, quality, widthPx, heightPx, image);
  }

  public long token() {
    return token;
  }

  public int sidePx() {
    return sidePx;
  }

  public PixelFormat format() {
    return format;
  }

  public int quality() {
    return quality;
  }

  public int widthPx() {
    return widthPx;
  }

  public int heightPx() {
    return heightPx;
  }

  /** The bytes themselves, not a copy. */
  public byte[] image() {
    return image;
  }
}
