package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What a file says of its colours, read from the segments or chunks before its pixels. Linear in
 * the file's size; a colour profile is unpacked to at most 4 MiB.
 */
final class FileColours {

  private static final int MAX_PROFILE_BYTES = 4 * 1024 * 1024;
  private static final String JPEG_PROFILE = "ICC_PROFILE\0";
  private static final byte[] NOTHING = {};

  private int components = 3;
  private boolean adobe;
  private byte[] icc = NOTHING;
  private byte[] codePoints = NOTHING;
  private boolean srgb;
  private long gamma;
  private long[] chromaticities = {};

  private FileColours() {}

  static FileColours of(byte[] file) {
    FileColours colours = new FileColours();
    switch (FileKind.of(file)) {
      case JPEG -> colours.readJpeg(file);
      case PNG -> colours.readPng(file);
      case WEBP -> colours.readWebp(file);
      case GIF, OTHER -> {}
    }
    return colours;
  }

  /** 1 for grey, 3 for RGB, 4 for CMYK; alpha does not count. */
  int components() {
    return components;
  }

  /** Whether a JPEG has Adobe's marker, whose inks are stored with 0 for the full ink. */
  boolean hasAdobeMarker() {
    return adobe;
  }

  /** The embedded ICC profile; empty where there is none, or only a part of one. */
  byte[] icc() {
    return icc;
  }

  /** A PNG's cICP chunk: primaries, transfer, matrix, range; empty where there is none. */
  byte[] codePoints() {
    return codePoints;
  }

  /** Whether a PNG says that it is sRGB. */
  boolean isDeclaredSrgb() {
    return srgb;
  }

  /** A PNG's gAMA times 100000; 0 where there is none. */
  long gamma() {
    return gamma;
  }

  /** A PNG's cHRM times 100000: x and y of white, red, green, blue; empty where there is none. */
  long[] chromaticities() {
    return chromaticities.clone();
  }

  private void readJpeg(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    byte[][] parts = new byte[256][];
    int total = 0;
    int at = 2;
    while (at + 4 <= file.limit()) {
      if (file.get(at) != (byte) 0xFF || file.get(at + 1) == (byte) 0xFF) {
        at++; // the decoder skips padding and strays between segments, too
        continue;
      }
      int marker = file.get(at + 1) & 0xFF;
      if (marker == 0xDA || marker == 0xD9) {
        break;
      }
      if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
        continue;
      }
      int data = at + 4;
      int end = at + 2 + (file.getShort(at + 2) & 0xFFFF);
      if (end > file.limit()) {
        break;
      }
      if (marker == 0xE2 && end - data > 14 && isText(bytes, data, JPEG_PROFILE)) {
        int number = file.get(data + 12) & 0xFF;
        total = file.get(data + 13) & 0xFF;
        parts[number] = Arrays.copyOfRange(bytes, data + 14, end);
      } else if (marker == 0xEE && end - data >= 12 && isText(bytes, data, "Adobe")) {
        adobe = true;
      } else if (isFrameHeader(marker) && end - data >= 6) {
        components = file.get(data + 5);
      }
      at = Math.max(end, at + 2);
    }
    icc = joined(parts, total);
  }

  private static boolean isFrameHeader(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** Parts 1 to {@code total}; nothing where one is missing. */
  private static byte[] joined(byte[][] parts, int total) {
    int length = 0;
    for (int i = 1; i <= total; i++) {
      if (parts[i] == null) {
        return NOTHING;
      }
      length += parts[i].length;
    }
    if (length > MAX_PROFILE_BYTES) {
      return NOTHING;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (int i = 1; i <= total; i++) {
      all.put(parts[i]);
    }
    return all.array();
  }

  private void readPng(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    if (file.limit() > 25 && (file.get(25) & 2) == 0) {
      components = 1;
    }
    int at = 8;
    while (at + 12 <= file.limit()) {
      int length = file.getInt(at);
      if (length < 0 || length > file.limit() - at - 12 || isText(bytes, at + 4, "IDAT")) {
        break;
      }
      int data = at + 8;
      if (isText(bytes, at + 4, "iCCP")) {
        icc = unpacked(bytes, data, data + length);
      } else if (isText(bytes, at + 4, "cICP") && length == 4) {
        codePoints = Arrays.copyOfRange(bytes, data, data + length);
      } else if (isText(bytes, at + 4, "sRGB")) {
        srgb = true;
      } else if (isText(bytes, at + 4, "gAMA") && length == 4) {
        gamma = file.getInt(data) & 0xFFFFFFFFL;
      } else if (isText(bytes, at + 4, "cHRM") && length == 32) {
        chromaticities = new long[8];
        for (int i = 0; i < chromaticities.length; i++) {
          chromaticities[i] = file.getInt(data + 4 * i) & 0xFFFFFFFFL;
        }
      }
      at += 12 + length;
    }
  }

  /** A name of up to 79 bytes, a zero, the method 0, then a zlib stream (W3C PNG, 11.3.2.3). */
  private static byte[] unpacked(byte[] file, int start, int end) {
    int at = start;
    while (at < end && at < start + 80 && file[at] != 0) {
      at++;
    }
    if (at + 2 >= end || file[at] != 0 || file[at + 1] != 0) {
      return NOTHING;
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(file, at + 2, end - at - 2);
      byte[] profile = new byte[4096];
      int length = 0;
      while (!inflater.finished()) {
        int more = inflater.inflate(profile, length, profile.length - length);
        length += more;
        if (more == 0 && length < profile.length) {
          return NOTHING; // cut off
        }
        if (length == profile.length) {
          if (length >= MAX_PROFILE_BYTES) {
            return NOTHING;
          }
          profile = Arrays.copyOf(profile, 2 * length);
        }
      }
      return Arrays.copyOf(profile, length);
    } catch (DataFormatException e) {
      return NOTHING;
    } finally {
      inflater.end();
    }
  }

  private void readWebp(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 12;
    while (at + 8 <= file.limit()) {
      int length = file.getInt(at + 4);
      if (length < 0 || length > file.limit() - at - 8) {
        break;
      }
      if (isText(bytes, at, "ICCP") && length <= MAX_PROFILE_BYTES) {
        icc = Arrays.copyOfRange(bytes, at + 8, at + 8 + length);
        break;
      }
      at += 8 + length + (length & 1);
    }
  }

  private static boolean isText(byte[] file, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return at + wanted.length <= file.length
        && Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }
}
