package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ProbedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One image, and what to make of it where that is not the same as for the image before.
 *
 * @param token random; the worker marks the end of its words on stderr with it
 * @param newPlan what to make of this image and of those that follow; none where that stays
 * @param image the image
 * @param bytesInWindow how many of its file's bytes lie in the window, which is all or none; what
 *     lies there is not sent, and stays until the next request
 */
public record WorkerRequest(
    long token, List<ImagePlan> newPlan, ImageToPrepare image, int bytesInWindow) {

  /** A request of which nothing lies in a window yet. */
  public WorkerRequest(long token, List<ImagePlan> newPlan, ImageToPrepare image) {
    this(token, newPlan, image, 0);
  }

  /** Writes it, the file into the window where it fits. */
  public void writeTo(DataOutputStream out, ImageWindow window) throws IOException {
    byte[] file = image.image().encoded().bytes();
    WorkerRequest sent = this;
    if (window.fits(file.length)) {
      window.lay(file);
      sent = new WorkerRequest(token, newPlan, with(new byte[0]), file.length);
    }
    RecordWire.write(sent, out);
    out.flush();
  }

  /**
   * Reads a request.
   *
   * @param window as {@link ImageWindow#view} gives it
   * @throws java.io.EOFException if the other side has closed the stream
   */
  public static WorkerRequest readFrom(DataInputStream in, ByteBuffer window) throws IOException {
    WorkerRequest sent = RecordWire.read(WorkerRequest.class, in);
    int bytes = sent.bytesInWindow;
    if (bytes < 0 || bytes > window.capacity()) {
      throw new IOException("not a request: " + bytes + " bytes in the window");
    }
    if (bytes == 0) {
      return sent;
    }
    byte[] file = new byte[bytes];
    window.get(0, file);
    return new WorkerRequest(sent.token, sent.newPlan, sent.with(file), bytes);
  }

  /** The file's bytes where they lie in the window already. */
  public Optional<ByteBuffer> seenIn(ByteBuffer window) {
    return bytesInWindow == 0 ? Optional.empty() : Optional.of(window.slice(0, bytesInWindow));
  }

  private ImageToPrepare with(byte[] file) {
    ProbedImage probed = image.image();
    return new ImageToPrepare(
        probed.with(new EncodedImage(file), probed.scans()), image.cropBox(), image.tokenIds());
  }
}
