package io.pairstream.image.worker.pixels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Results of {@code src/test/reference/pixel_reference.py}, and the pictures it began with. */
final class Golden {

  private static final Map<String, String> VALUES = read();

  private Golden() {}

  private static Map<String, String> read() {
    try (InputStream in = Golden.class.getResourceAsStream("pixel-golden.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split(" "))
          .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the measures, all of which are numbers. */
  static Stream<String> measures() {
    return VALUES.keySet().stream().filter(name -> name.equals(name.toLowerCase(Locale.ROOT)));
  }

  static double number(String name) {
    return Double.parseDouble(VALUES.get(name));
  }

  static byte[] bytes(String name) {
    return HexFormat.of().parseHex(VALUES.get(name));
  }

  /** The script's {@code picture}: uint8 [height, width, 3], BGR. */
  static Mat picture(int width, int height) {
    byte[] bgr = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        bgr[at++] = (byte) (x * 3 + y * 5 + x * y % 17);
        bgr[at++] = (byte) (x * x / 7 + y * 2);
        bgr[at++] = (byte) ((x / 8 + y / 8) % 2 == 0 ? 200 - y : 30 + x);
      }
    }
    return bgr(width, height, bgr);
  }

  static Mat bgr(int width, int height, byte... pixels) {
    return new Mat(height, width, opencv_core.CV_8UC3, new BytePointer(pixels));
  }

  static Mat grey(int width, int height, byte... pixels) {
    return new Mat(height, width, opencv_core.CV_8UC1, new BytePointer(pixels));
  }

  /** The pixels as an encoder takes them: the last channel first. */
  static byte[] rgb(Mat picture) {
    byte[] bytes = new byte[picture.rows() * picture.cols() * picture.channels()];
    picture.data().get(bytes);
    if (picture.channels() == 3) {
      for (int i = 0; i < bytes.length; i += 3) {
        byte first = bytes[i];
        bytes[i] = bytes[i + 2];
        bytes[i + 2] = first;
      }
    }
    return bytes;
  }
}
