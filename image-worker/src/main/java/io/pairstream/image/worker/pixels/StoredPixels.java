package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Outcome;
import io.pairstream.image.protocol.ShownPicture;
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
  public Mat bgr(ShownPicture picture) throws UnreadableException {
    byte[] bytes = picture.bytes().bytes();
    return picture.isPixels() ? pixels(picture, bytes) : decoded(bytes);
  }

  private static Mat pixels(ShownPicture picture, byte[] bytes) throws UnreadableException {
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
    return OpenCvPicture.converted(
        pixels,
        picture.channels() == 1 ? opencv_imgproc.COLOR_GRAY2BGR : opencv_imgproc.COLOR_RGB2BGR);
  }

  /** A file's pixels, the way the picture was seen. */
  private Mat decoded(byte[] bytes) throws UnreadableException {
    Outcome<DecodedPicture> decoded = decoder.decode(bytes);
    if (decoded instanceof Outcome.Rejected<DecodedPicture> rejected) {
      throw new UnreadableException(rejected.rejection().detail());
    }
    Mat pixels = ((Decoded) decoded.keptOnly().get(0)).pixels();
    return new OpenCvPicture(OpenCvPicture.turned(pixels, ExifOrientation.of(bytes))).bgr();
  }
}
