package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Rejection;
import io.pairstream.image.protocol.ModelProtocol.StoredPicture;
import io.pairstream.image.worker.pixels.OpenCvDecoder.Decoded;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Decodes pictures as they are stored. The caller's {@code PointerScope} frees what this needs. */
public final class StoredPixels {

  private final OpenCvDecoder decoder = new OpenCvDecoder(new PlaneScaler());

  /** A picture that cannot be decoded. */
  public static final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }

  /** uint8 [height, width, 3], BGR, upright. */
  public Mat bgr(StoredPicture picture) throws UnreadableException {
    byte[] bytes = picture.bytes().bytes();
    if (picture.raw()) {
      long expected = (long) picture.width() * picture.height() * picture.channels();
      boolean known = picture.channels() == 1 || picture.channels() == 3;
      if (!known || picture.width() < 1 || picture.height() < 1 || expected != bytes.length) {
        throw new UnreadableException(
            "%d bytes are not %d x %d pixels of %d channels"
                .formatted(bytes.length, picture.width(), picture.height(), picture.channels()));
      }
      Mat pixels =
          new Mat(
              picture.height(),
              picture.width(),
              picture.channels() == 1 ? opencv_core.CV_8UC1 : opencv_core.CV_8UC3,
              new BytePointer(bytes));
      return converted(
          pixels,
          picture.channels() == 1 ? opencv_imgproc.COLOR_GRAY2BGR : opencv_imgproc.COLOR_RGB2BGR);
    }
    Rejection[] rejected = new Rejection[1];
    Mat pixels =
        decoder
            .decode(bytes)
            .fold(
                decoded -> ((Decoded) decoded).pixels(),
                rejection -> {
                  rejected[0] = rejection;
                  return null;
                });
    if (pixels == null) {
      throw new UnreadableException(rejected[0].detail());
    }
    return new OpenCvPicture(OpenCvPicture.turned(pixels, ExifOrientation.of(bytes))).bgr();
  }

  private static Mat converted(Mat pixels, int code) {
    Mat other = new Mat();
    opencv_imgproc.cvtColor(pixels, other, code);
    return other;
  }
}
