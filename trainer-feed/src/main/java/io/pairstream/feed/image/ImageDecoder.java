package io.pairstream.feed.image;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Turns a prepared image into pixels: uint8 [height, width, 3], RGB, row-major, straight into
 * memory that the caller owns. Thread-safe.
 */
public final class ImageDecoder {

  private static final int CHANNELS = 3;
  private static final int AS_RGB =
      opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  private final int heightPx;
  private final int widthPx;

  /** For images of one size. */
  public ImageDecoder(int heightPx, int widthPx) {
    this.heightPx = heightPx;
    this.widthPx = widthPx;
  }

  /**
   * Decodes one image.
   *
   * @param encoding jpeg, png or raw
   * @param source the encoded image is its bytes from {@code offset} on
   * @param length bytes of the encoded image
   * @param pixels direct; the pixels go between its position and its limit, which are height ×
   *     width × 3 bytes apart
   * @throws UndecodableImageException where that is not what the bytes are
   */
  public void decode(String encoding, byte[] source, int offset, int length, ByteBuffer pixels)
      throws UndecodableImageException {
    switch (encoding) {
      case "raw" -> copy(source, offset, length, pixels);
      case "jpeg", "png" -> decompress(encoding, source, offset, length, pixels);
      default ->
          throw new UndecodableImageException(
              "image encoding is '" + encoding + "', expected jpeg, png or raw");
    }
  }

  private void copy(byte[] source, int offset, int length, ByteBuffer pixels)
      throws UndecodableImageException {
    if (length != heightPx * widthPx * CHANNELS) {
      throw new UndecodableImageException(
          "raw image has "
              + length
              + " bytes, expected "
              + heightPx * widthPx * CHANNELS
              + " ("
              + heightPx
              + "x"
              + widthPx
              + "x3)");
    }
    pixels.duplicate().put(source, offset, length);
  }

  private void decompress(String encoding, byte[] source, int offset, int length, ByteBuffer pixels)
      throws UndecodableImageException {
    if (length == 0) {
      throw new UndecodableImageException("the " + encoding + " image is empty");
    }
    try (BytePointer input = new BytePointer((long) length).put(source, offset, length);
        Mat encoded = new Mat(1, length, opencv_core.CV_8UC1, input);
        BytePointer output = new BytePointer(pixels.slice());
        Mat target = new Mat(heightPx, widthPx, opencv_core.CV_8UC3, output);
        Mat decoded = opencv_imgcodecs.imdecode(encoded, AS_RGB, target)) {
      if (decoded.empty()) {
        throw new UndecodableImageException("the " + encoding + " image is damaged");
      }
      // OpenCV writes into the target only if the image has the target's size.
      if (target.data().address() != output.address()) {
        throw new UndecodableImageException(
            "the "
                + encoding
                + " image is "
                + target.cols()
                + "x"
                + target.rows()
                + ", expected "
                + widthPx
                + "x"
                + heightPx);
      }
    }
  }
}
