package io.pairstream.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Contents of a file besides its pixels. */
final class Metadata {

  private Metadata() {}

  /**
   * Names of a PNG's chunks, or of a JPEG's application and comment segments with how each begins;
   * those after the end count, too.
   */
  static List<String> names(byte[] file) {
    return file[0] == (byte) 0x89 ? chunks(file) : segments(file);
  }

  private static List<String> chunks(byte[] png) {
    List<String> names = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(png);
    for (int at = 8; at < png.length; at += 12 + file.getInt(at)) {
      names.add(text(png, at + 4, 4));
    }
    return names;
  }

  private static List<String> segments(byte[] jpeg) {
    List<String> names = new ArrayList<>();
    int at = 2;
    while ((jpeg[at + 1] & 0xFF) != 0xDA) {
      int marker = jpeg[at + 1] & 0xFF;
      if (marker >= 0xE0 && marker <= 0xEF) {
        names.add("APP" + (marker - 0xE0) + " " + text(jpeg, at + 4, 4));
      } else if (marker == 0xFE) {
        names.add("COM");
      }
      at += 2 + (ByteBuffer.wrap(jpeg).getShort(at + 2) & 0xFFFF);
    }
    int end = jpeg.length - 2;
    if (jpeg[end] != (byte) 0xFF || jpeg[end + 1] != (byte) 0xD9) {
      names.add("something behind the end");
    }
    return names;
  }

  private static String text(byte[] file, int at, int length) {
    return new String(file, at, length, StandardCharsets.ISO_8859_1);
  }
}
