package io.pairstream.feed.batch;

import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Turns a prepared image into pixels: uint8 [height, width, channels], RGB or grey, row-major,
 * straight into memory that the caller owns. Thread-safe.
 */
public final class ImageDecoder {

  static {
    // Its own log is standard error, whatever the program's is.
    if (System.getProperty("org.bytedeco.javacpp.logger") == null) {
      System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    }
  }

  private static final int AS_RGB =
      opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  private static final int AS_GREY =
      opencv_imgcodecs.IMREAD_GRAYSCALE | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  /**
   * Decodes a pair's image.
   *
   * @param pair with an image of one channel or three
   * @param pixels direct; the pixels go between its position and its limit, as many bytes apart as
   *     the image has values
   * @throws IllegalArgumentException where the image is not what the pair says
   */
  public void decode(PreparedPair pair, ByteBuffer pixels) {
    String encoding = pair.getImageEncoding();
    ByteBuffer image = pair.getImage().duplicate();
    switch (encoding) {
      case "raw" -> copy(image, pair, pixels);
      case "jpeg", "png" -> {
        checkHeader(image, pair);
        try {
          decompress(image, pair, pixels);
        } catch (IllegalArgumentException e) {
          throw e;
        } catch (RuntimeException e) {
          // Whatever a codec throws, the file is to blame.
          throw new IllegalArgumentException("the " + encoding + " image is damaged", e);
        }
      }
      default ->
          throw new IllegalArgumentException(
              "image encoding is '" + encoding + "', expected jpeg, png or raw");
    }
  }

  private static void copy(ByteBuffer image, PreparedPair pair, ByteBuffer pixels) {
    int values = pair.getHeight() * pair.getWidth() * pair.getChannels();
    if (image.remaining() != values) {
      throw new IllegalArgumentException(
          "raw image has " + image.remaining() + " bytes, expected " + values);
    }
    pixels.duplicate().put(image);
  }

  /** Refuses a file of another encoding or size before a codec sees it. */
  private static void checkHeader(ByteBuffer image, PreparedPair pair) {
    String encoding = pair.getImageEncoding();
    if (!image.hasRemaining()) {
      throw new IllegalArgumentException("the " + encoding + " image is empty");
    }
    FileHeader header = FileHeader.of(image, encoding);
    if (header.widthPx() != pair.getWidth() || header.heightPx() != pair.getHeight()) {
      throw new IllegalArgumentException(
          "the %s image is %dx%d, expected %dx%d"
              .formatted(
                  encoding,
                  header.widthPx(),
                  header.heightPx(),
                  pair.getWidth(),
                  pair.getHeight()));
    }
  }

  private static void decompress(ByteBuffer image, PreparedPair pair, ByteBuffer pixels) {
    String encoding = pair.getImageEncoding();
    int length = image.remaining();
    int channels = pair.getChannels();
    try (BytePointer input =
            new BytePointer((long) length)
                .put(image.array(), image.arrayOffset() + image.position(), length);
        Mat encoded = new Mat(1, length, opencv_core.CV_8UC1, input);
        BytePointer output = new BytePointer(pixels.slice());
        Mat target =
            new Mat(pair.getHeight(), pair.getWidth(), opencv_core.CV_8UC(channels), output);
        Mat decoded =
            opencv_imgcodecs.imdecode(encoded, channels == 1 ? AS_GREY : AS_RGB, target)) {
      if (decoded.empty()) {
        throw new IllegalArgumentException("the " + encoding + " image is damaged");
      }
      // OpenCV writes into the target only if the image has the target's size.
      if (target.data().address() != output.address()) {
        throw new IllegalArgumentException("the " + encoding + " image is not as it declares");
      }
    }
  }
}
