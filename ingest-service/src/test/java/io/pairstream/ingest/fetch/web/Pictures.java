package io.pairstream.ingest.fetch.web;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Image files drawn for tests. */
final class Pictures {

  private Pictures() {}

  static byte[] png() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB), "png", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  /** Begins like a PNG file and has so many bytes. */
  static byte[] png(int bytes) {
    return Arrays.copyOf(png(), bytes);
  }
}
