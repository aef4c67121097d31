package io.pairstream.image.worker;

import io.pairstream.image.protocol.WorkerAnswer;
import io.pairstream.image.protocol.WorkerRequest;
import java.util.Locale;
import java.util.OptionalInt;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Makes the centre square of an encoded image, upright, in 8-bit RGB, at one size.
 *
 * <p>Crops before it scales, and turns the small result rather than the big original. Transparent
 * pixels lie on white. Colour profiles are not applied; no metadata of the original reaches the
 * result. Not thread-safe.
 */
final class ImagePreparer {

  /** Loads the native libraries. */
  ImagePreparer() {
    // One image at a time, one worker per core: more threads would fight with the other workers.
    opencv_core.setNumThreads(1);
  }

  @SuppressWarnings("try") // the scope works by being open
  WorkerAnswer prepare(WorkerRequest request) {
    byte[] file = request.image();
    if (!isAccepted(file)) {
      return WorkerAnswer.damaged("the file is no JPEG, PNG or WebP");
    }
    // Everything native that is made below, returned by a call or not, is freed with the scope.
    try (PointerScope scope = new PointerScope()) {
      Mat decoded;
      try {
        decoded = decode(file);
      } catch (RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (isOutOfMemory(message)) {
          // A process whose memory is in pieces cannot say whether the image is to blame.
          throw new IllegalStateException("the decoder ran out of memory", e);
        }
        return WorkerAnswer.damaged("the decoder refuses the image: " + withoutLocation(message));
      }
      return prepare(decoded, request);
    }
  }

  private static Mat decode(byte[] file) {
    Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
    return opencv_imgcodecs.imdecode(encoded, flags(file));
  }

  private static WorkerAnswer prepare(Mat decoded, WorkerRequest request) {
    if (decoded.empty()) {
      return WorkerAnswer.damaged("the decoder cannot read the image");
    }
    if (decoded.cols() != request.widthPx() || decoded.rows() != request.heightPx()) {
      return WorkerAnswer.damaged(
          String.format(
              Locale.ROOT,
              "the image decodes to %dx%d px and declares %dx%d",
              decoded.cols(),
              decoded.rows(),
              request.widthPx(),
              request.heightPx()));
    }
    if (decoded.depth() != opencv_core.CV_8U) {
      return WorkerAnswer.damaged("the image has more than 8 bits per channel");
    }

    ExifOrientation orientation = ExifOrientation.of(request.image());
    Mat square = new Mat(decoded, centre(decoded, orientation));
    Mat upright = turn(scale(onWhite(square, request.image()), request.sidePx()), orientation);
    long hash = PerceptualHash.of(upright);
    byte[] result = encode(upright, request);
    return orientation.swapsSides()
        ? WorkerAnswer.prepared(decoded.rows(), decoded.cols(), hash, result)
        : WorkerAnswer.prepared(decoded.cols(), decoded.rows(), hash, result);
  }

  /** The three formats that pass the gate; OpenCV would decode a dozen others. */
  private static boolean isAccepted(byte[] file) {
    return file.length > 12
        && (isJpeg(file)
            || ((file[0] & 0xFF) == 0x89 && file[1] == 'P' && file[2] == 'N' && file[3] == 'G')
            || (file[0] == 'R' && file[1] == 'I' && file[8] == 'W' && file[9] == 'E'));
  }

  private static boolean isJpeg(byte[] file) {
    return (file[0] & 0xFF) == 0xFF && (file[1] & 0xFF) == 0xD8;
  }

  /** A JPEG has no alpha; the others keep theirs only when nothing is converted. */
  private static int flags(byte[] file) {
    return isJpeg(file)
        ? opencv_imgcodecs.IMREAD_COLOR | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION
        : opencv_imgcodecs.IMREAD_UNCHANGED;
  }

  /**
   * The centre square in stored coordinates. An odd margin is split so that the upright picture has
   * the smaller half on its left and at its top, whatever the orientation.
   */
  private static Rect centre(Mat decoded, ExifOrientation orientation) {
    int side = Math.min(decoded.cols(), decoded.rows());
    boolean swaps = orientation.swapsSides();
    boolean mirrorsColumns = swaps ? orientation.mirrorsY() : orientation.mirrorsX();
    boolean mirrorsRows = swaps ? orientation.mirrorsX() : orientation.mirrorsY();
    return new Rect(
        margin(decoded.cols() - side, mirrorsColumns),
        margin(decoded.rows() - side, mirrorsRows),
        side,
        side);
  }

  private static int margin(int both, boolean mirrored) {
    return mirrored ? both - both / 2 : both / 2;
  }

  /** Three channels, BGR, of grey, BGR or BGRA; what shines through is white. */
  private static Mat onWhite(Mat square, byte[] file) {
    if (square.channels() == 3) {
      return square;
    }
    Mat colour = new Mat();
    if (square.channels() == 1) {
      opencv_imgproc.cvtColor(square, colour, opencv_imgproc.COLOR_GRAY2BGR);
      OptionalInt clear = ClearGrey.of(file);
      if (clear.isPresent()) {
        Mat mask = new Mat();
        opencv_core.compare(
            square, new Mat(new double[] {clear.getAsInt()}), mask, opencv_core.CMP_EQ);
        colour.setTo(new Mat(new double[] {255, 255, 255}), mask);
      }
      return colour;
    }
    opencv_imgproc.cvtColor(square, colour, opencv_imgproc.COLOR_BGRA2BGR);
    Mat alpha = new Mat();
    opencv_core.extractChannel(square, alpha, 3);
    Mat alphas = new Mat();
    opencv_imgproc.cvtColor(alpha, alphas, opencv_imgproc.COLOR_GRAY2BGR);
    // In place: at 50 megapixels each further copy would take 150 MB.
    opencv_core.multiply(colour, alphas, colour, 1.0 / 255, -1);
    opencv_core.bitwise_not(alphas, alphas);
    opencv_core.add(colour, alphas, colour);
    return colour;
  }

  /**
   * Shrinks by area, which averages every pixel of the original, and enlarges by cubic
   * interpolation: Lanczos would ring at the hard edges of small drawings.
   */
  private static Mat scale(Mat square, int sidePx) {
    int side = square.cols();
    if (side == sidePx) {
      return square;
    }
    Mat scaled = new Mat();
    opencv_imgproc.resize(
        square,
        scaled,
        new Size(sidePx, sidePx),
        0,
        0,
        side > sidePx ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_CUBIC);
    return scaled;
  }

  private static Mat turn(Mat square, ExifOrientation orientation) {
    Mat turned = square;
    if (orientation.swapsSides()) {
      turned = new Mat();
      opencv_core.transpose(square, turned);
    }
    if (orientation.mirrorsX() || orientation.mirrorsY()) {
      Mat mirrored = new Mat();
      int axes = orientation.mirrorsX() ? (orientation.mirrorsY() ? -1 : 1) : 0;
      opencv_core.flip(turned, mirrored, axes);
      turned = mirrored;
    }
    return turned;
  }

  private static byte[] encode(Mat bgr, WorkerRequest request) {
    return switch (request.format()) {
      case JPEG -> encode(bgr, ".jpg", opencv_imgcodecs.IMWRITE_JPEG_QUALITY, request.quality());
      case PNG -> encode(bgr, ".png");
      case RAW -> {
        Mat rgb = new Mat();
        opencv_imgproc.cvtColor(bgr, rgb, opencv_imgproc.COLOR_BGR2RGB);
        byte[] pixels = new byte[rgb.rows() * rgb.cols() * 3];
        rgb.data().get(pixels);
        yield pixels;
      }
    };
  }

  private static byte[] encode(Mat bgr, String extension, int... parameters) {
    BytePointer buffer = new BytePointer();
    if (!opencv_imgcodecs.imencode(extension, bgr, buffer, new IntPointer(parameters))) {
      throw new IllegalStateException("the encoder for " + extension + " does not work");
    }
    byte[] bytes = new byte[(int) buffer.limit()];
    buffer.get(bytes);
    return bytes;
  }

  private static boolean isOutOfMemory(String message) {
    return message.contains("Insufficient memory") || message.contains("bad_alloc");
  }

  /** OpenCV's messages name a source file of its build before they say what is wrong. */
  private static String withoutLocation(String message) {
    int at = message.indexOf("error: ");
    return at < 0 ? message : message.substring(at + "error: ".length());
  }
}
