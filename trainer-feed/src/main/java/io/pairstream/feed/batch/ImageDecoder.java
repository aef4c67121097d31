package io.pairstream.feed.batch;

import io.pairstream.schemas.PreparedPair;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.apache.kafka.common.utils.Utils;

/**
 * Turns a prepared image into pixels, uint8 [height, width, channels], RGB or grey, row-major, with
 * the JDK's decoders of JPEG and PNG. Thread-safe.
 *
 * <p>The record names the decoder, so that none but these two meets bytes from a topic.
 */
public final class ImageDecoder {

  /**
   * Decodes a pair's image.
   *
   * @param pair with an image of one channel or three
   * @param pixels the pixels go between its position and its limit, as many bytes apart as the
   *     image has values
   * @throws IllegalArgumentException where the image is not what the pair says
   */
  public void decode(PreparedPair pair, ByteBuffer pixels) {
    String encoding = pair.getImageEncoding();
    ByteBuffer image = pair.getImage().duplicate();
    switch (encoding) {
      case "raw" -> pixels.duplicate().put(raw(image, pair));
      case "jpeg", "png" -> pixels.duplicate().put(decompressed(image, pair));
      default ->
          throw new IllegalArgumentException(
              "image encoding is '" + encoding + "', expected jpeg, png or raw");
    }
  }

  private static ByteBuffer raw(ByteBuffer image, PreparedPair pair) {
    int values = pair.getHeight() * pair.getWidth() * pair.getChannels();
    if (image.remaining() != values) {
      throw new IllegalArgumentException(
          "raw image has " + image.remaining() + " bytes, expected " + values);
    }
    return image;
  }

  private static byte[] decompressed(ByteBuffer image, PreparedPair pair) {
    String encoding = pair.getImageEncoding();
    String expected = pair.getWidth() + "x" + pair.getHeight();
    String found;
    BufferedImage decoded = null;
    ImageReader reader = ImageIO.getImageReadersByFormatName(encoding).next();
    try (var stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(Utils.toArray(image)))) {
      reader.setInput(stream, true, true);
      found = reader.getWidth(0) + "x" + reader.getHeight(0);
      if (found.equals(expected)) {
        decoded = reader.read(0);
      }
    } catch (IOException | RuntimeException e) {
      // Whatever a codec throws, the file is to blame.
      throw new IllegalArgumentException(
          "the %s image is damaged, or is none: %s".formatted(encoding, e.getMessage()), e);
    } finally {
      reader.dispose();
    }
    if (decoded == null) {
      throw new IllegalArgumentException(
          "the %s image is %s, expected %s".formatted(encoding, found, expected));
    }
    ColorModel colours = decoded.getColorModel();
    if (!(colours instanceof ComponentColorModel)
        || colours.getTransferType() != DataBuffer.TYPE_BYTE
        || colours.getNumComponents() != pair.getChannels()) {
      throw new IllegalArgumentException(
          "the %s image has %d components of %d bits in all, expected %d of 8 bits"
              .formatted(
                  encoding,
                  colours.getNumComponents(),
                  colours.getPixelSize(),
                  pair.getChannels()));
    }
    return (byte[])
        decoded.getRaster().getDataElements(0, 0, pair.getWidth(), pair.getHeight(), null);
  }
}
