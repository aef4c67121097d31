package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.ProbedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One image, and what to make of it where that is not the same as for the image before.
 *
 * <p>On the wire: int length of the rest, long token, int length of the plan, the plan (nothing
 * where it is the one before), int width, int height, byte animated, four ints crop box, int number
 * of token ids, an int each, int number of image bytes that lie in the window, or 0 and the image's
 * bytes. Takes ownership of the arrays.
 *
 * @param token random; the worker marks the end of its words on stderr with it
 * @param plan see {@link #newPlan}
 * @param widthPx width that the image's header declares, before any EXIF rotation
 * @param heightPx height that the image's header declares
 * @param animated whether the file holds more than one frame
 * @param cropBox the part that counts, in upright pixels; not checked against the image's size
 * @param tokenIds the caption's token ids; none where no model of the plan looks at them
 * @param image the bytes themselves, not a copy
 * @param imageInWindow the same bytes in native memory, where they came that way; valid until the
 *     next request is read
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WorkerRequest(
    long token,
    byte[] plan,
    int widthPx,
    int heightPx,
    boolean animated,
    PixelBox cropBox,
    int[] tokenIds,
    byte[] image,
    Optional<ByteBuffer> imageInWindow) {

  private static final int FIXED_BYTES = 8 + 4 + 4 + 4 + 1 + 16 + 4 + 4;

  /**
   * A request that changes the plan.
   *
   * @param token random; the worker marks the end of its words on stderr with it
   * @param plan what to make of this image and of those that follow
   * @param image the image
   */
  public static WorkerRequest of(long token, ImagePlan plan, ImageToPrepare image) {
    return of(token, PlanWire.bytes(plan), image);
  }

  /** A request under the plan of the request before. */
  public static WorkerRequest of(long token, ImageToPrepare image) {
    return of(token, new byte[0], image);
  }

  private static WorkerRequest of(long token, byte[] plan, ImageToPrepare image) {
    ProbedImage probed = image.image();
    return new WorkerRequest(
        token,
        plan,
        probed.widthPx(),
        probed.heightPx(),
        probed.animated(),
        image.cropBox(),
        image.tokenIds().stream().mapToInt(Integer::intValue).toArray(),
        probed.encoded().bytes(),
        Optional.empty());
  }

  /** Writes the whole frame, the image into the window where it fits. */
  public void writeTo(DataOutputStream out, ImageWindow window) throws IOException {
    boolean fits = window.fits(image.length);
    if (fits) {
      window.lay(image);
    }
    out.writeInt(FIXED_BYTES + plan.length + 4 * tokenIds.length + (fits ? 0 : image.length));
    out.writeLong(token);
    out.writeInt(plan.length);
    out.write(plan);
    out.writeInt(widthPx);
    out.writeInt(heightPx);
    out.writeBoolean(animated);
    out.writeInt(cropBox.leftPx());
    out.writeInt(cropBox.topPx());
    out.writeInt(cropBox.widthPx());
    out.writeInt(cropBox.heightPx());
    out.writeInt(tokenIds.length);
    for (int id : tokenIds) {
      out.writeInt(id);
    }
    out.writeInt(fits ? image.length : 0);
    if (!fits) {
      out.write(image);
    }
    out.flush();
  }

  /**
   * Reads a whole frame.
   *
   * @param window as {@link ImageWindow#view} gives it
   * @throws java.io.EOFException if the other side has closed the stream
   */
  public static WorkerRequest readFrom(DataInputStream in, ByteBuffer window) throws IOException {
    int left = WorkerProtocol.readLength(in, FIXED_BYTES) - FIXED_BYTES;
    long token = in.readLong();
    byte[] plan = new byte[bounded(in.readInt(), left)];
    in.readFully(plan);
    left -= plan.length;
    int widthPx = in.readInt();
    int heightPx = in.readInt();
    boolean animated = in.readBoolean();
    PixelBox cropBox = new PixelBox(in.readInt(), in.readInt(), in.readInt(), in.readInt());
    int[] tokenIds = new int[bounded(in.readInt(), left / 4)];
    for (int i = 0; i < tokenIds.length; i++) {
      tokenIds[i] = in.readInt();
    }
    int inWindow = in.readInt();
    byte[] image;
    Optional<ByteBuffer> seen = Optional.empty();
    if (inWindow == 0) {
      image = new byte[left - 4 * tokenIds.length];
      in.readFully(image);
    } else if (inWindow > 0 && inWindow <= window.capacity() && left == 4 * tokenIds.length) {
      seen = Optional.of(window.slice(0, inWindow));
      image = new byte[inWindow];
      seen.get().get(0, image);
    } else {
      throw new IOException("not a request: " + inWindow + " bytes in the window");
    }
    return new WorkerRequest(
        token, plan, widthPx, heightPx, animated, cropBox, tokenIds, image, seen);
  }

  private static int bounded(int count, int most) throws IOException {
    if (count < 0 || count > most) {
      throw new IOException("not a request: " + count + " of at most " + most);
    }
    return count;
  }

  /** What to make of this image and of those that follow; nothing where that stays as it was. */
  public Optional<ImagePlan> newPlan() throws IOException {
    return plan.length == 0 ? Optional.empty() : Optional.of(PlanWire.plan(plan));
  }
}
