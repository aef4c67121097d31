package io.pairstream.drawing;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes JPEG files, whole ones and broken ones. */
final class JpegFile {

  private static final int START_OF_SCAN = 0xDA;

  private JpegFile() {}

  /**
   * A whole file.
   *
   * @param quality from 0 to 1
   */
  static byte[] encode(BufferedImage image, float quality, boolean progressive) {
    return write(new IIOImage(image, null, null), quality, progressive);
  }

  /**
   * A whole file in cyan, magenta, yellow and black, without the marker of Adobe that would say
   * which level is full ink.
   */
  static byte[] cmyk(BufferedImage image, float quality) {
    int width = image.getWidth();
    WritableRaster cmyk =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, image.getHeight(), 4, null);
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int channel = 0; channel < 3; channel++) {
        image.getRaster().getSamples(0, y, width, 1, channel, row);
        cmyk.setSamples(0, y, width, 1, channel, row);
      }
      Arrays.fill(row, 255);
      cmyk.setSamples(0, y, width, 1, 3, row);
    }
    return write(new IIOImage(cmyk, null, null), quality, false);
  }

  /** The file up to the middle of its pixels. */
  static byte[] cutOff(byte[] baseline) {
    return Arrays.copyOf(baseline, middleOfPixels(baseline));
  }

  /** The file up to the middle of its pixels, with an end marker. */
  static byte[] cutOffAndClosed(byte[] baseline) {
    int middle = middleOfPixels(baseline);
    byte[] closed = Arrays.copyOf(baseline, middle + 2);
    closed[middle] = (byte) 0xFF;
    closed[middle + 1] = (byte) 0xD9;
    return closed;
  }

  /**
   * The file with two bytes in the middle of its pixels turned into a restart marker, which no
   * decoder expects there: it runs out of data and says so.
   */
  static byte[] rotten(byte[] baseline) {
    int middle = middleOfPixels(baseline);
    byte[] rotten = baseline.clone();
    rotten[middle] = (byte) 0xFF;
    rotten[middle + 1] = (byte) 0xD3;
    return rotten;
  }

  private static int middleOfPixels(byte[] baseline) {
    int at = 2;
    while ((baseline[at + 1] & 0xFF) != START_OF_SCAN) {
      at += 2 + segmentLength(baseline, at);
    }
    int pixels = at + 2 + segmentLength(baseline, at);
    return pixels + (baseline.length - pixels) / 2;
  }

  /** Length of the segment at a marker, without the marker's two bytes. */
  private static int segmentLength(byte[] file, int marker) {
    return Byte.toUnsignedInt(file[marker + 2]) * 256 + Byte.toUnsignedInt(file[marker + 3]);
  }

  private static byte[] write(IIOImage image, float quality, boolean progressive) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionQuality(quality);
    settings.setProgressiveMode(
        progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 15);
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, image, settings);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
