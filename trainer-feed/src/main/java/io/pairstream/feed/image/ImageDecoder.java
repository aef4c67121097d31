package io.pairstream.feed.image;

import io.pairstream.feed.record.ImageShape;
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

  private static final int AS_RGB =
      opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  private static final int AS_GREY =
      opencv_imgcodecs.IMREAD_GRAYSCALE | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  /**
   * Decodes one image.
   *
   * @param encoding jpeg, png or raw
   * @param source the encoded image is its bytes from {@code offset} on
   * @param length bytes of the encoded image
   * @param shape of the image; one channel or three
   * @param pixels direct; the pixels go between its position and its limit, as many bytes apart as
   *     the shape has values
   * @throws UndecodableImageException where that is not what the bytes are
   */
  public void decode(
      String encoding, byte[] source, int offset, int length, ImageShape shape, ByteBuffer pixels)
      throws UndecodableImageException {
    switch (encoding) {
      case "raw" -> copy(source, offset, length, shape, pixels);
      case "jpeg", "png" -> decompress(encoding, source, offset, length, shape, pixels);
      default ->
          throw new UndecodableImageException(
              "image encoding is '" + encoding + "', expected jpeg, png or raw");
    }
  }

  private void copy(byte[] source, int offset, int length, ImageShape shape, ByteBuffer pixels)
      throws UndecodableImageException {
    if (length != shape.values()) {
      throw new UndecodableImageException(
          "raw image has " + length + " bytes, expected " + shape.values() + " (" + shape + ")");
    }
    pixels.duplicate().put(source, offset, length);
  }

  private void decompress(
      String encoding, byte[] source, int offset, int length, ImageShape shape, ByteBuffer pixels)
      throws UndecodableImageException {
    if (length == 0) {
      throw new UndecodableImageException("the " + encoding + " image is empty");
    }
    try (BytePointer input = new BytePointer((long) length).put(source, offset, length);
        Mat encoded = new Mat(1, length, opencv_core.CV_8UC1, input);
        BytePointer output = new BytePointer(pixels.slice());
        Mat target =
            new Mat(
                shape.heightPx(), shape.widthPx(), opencv_core.CV_8UC(shape.channels()), output);
        Mat decoded =
            opencv_imgcodecs.imdecode(encoded, shape.channels() == 1 ? AS_GREY : AS_RGB, target)) {
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
                + shape.widthPx()
                + "x"
                + shape.heightPx());
      }
    }
  }
}
