package io.pairstream.image;

import io.pairstream.image.protocol.PixelFormat;
import io.pairstream.image.protocol.WorkerAnswer;
import io.pairstream.image.protocol.WorkerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A picture that is known to be good. A worker that cannot prepare it is no judge of other images.
 *
 * <p>16x16 px, left half black and right half white, as JPEG.
 */
final class SelfTest {

  private static final int SIDE_PX = 16;

  /** How far a grey level may be off, of 255; JPEG rounds. */
  private static final int TOLERANCE = 16;

  private final byte[] picture;

  SelfTest() {
    try (InputStream in = SelfTest.class.getResourceAsStream("self-test.jpg")) {
      picture = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WorkerRequest request(long token) {
    return new WorkerRequest(token, SIDE_PX, PixelFormat.RAW, 95, SIDE_PX, SIDE_PX, picture);
  }

  /** Whether this is the picture. */
  boolean isPassedBy(WorkerAnswer answer) {
    if (!answer.isPrepared() || answer.result().length != SIDE_PX * SIDE_PX * 3) {
      return false;
    }
    for (int i = 0; i < answer.result().length; i++) {
      int expected = i / 3 % SIDE_PX < SIDE_PX / 2 ? 0 : 255;
      if (Math.abs((answer.result()[i] & 0xFF) - expected) > TOLERANCE) {
        return false;
      }
    }
    return true;
  }
}
