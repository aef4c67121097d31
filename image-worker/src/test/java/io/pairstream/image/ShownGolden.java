package io.pairstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Results of {@code src/test/reference/shown_reference.py}, and the pictures it began with. */
public final class ShownGolden {

  private ShownGolden() {}

  /** Lines that begin with these words, without them. */
  public static Stream<String> lines(String beginning) {
    try (InputStream in = ShownGolden.class.getResourceAsStream("shown-golden.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .filter(line -> line.startsWith(beginning))
              .map(line -> line.substring(beginning.length()))
              .toList()
              .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The script's {@code picture}: uint8 [height, width, 3], RGB. */
  public static byte[] rgb(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[at++] = (byte) ((x / 8 + y / 8) % 2 == 0 ? 200 - y : 30 + x);
        rgb[at++] = (byte) (x * x / 7 + y * 2);
        rgb[at++] = (byte) (x * 3 + y * 5 + x * y % 17);
      }
    }
    return rgb;
  }
}
