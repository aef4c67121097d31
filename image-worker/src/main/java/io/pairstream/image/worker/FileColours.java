package io.pairstream.image.worker;

import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.worker.FileParts.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.InflaterInputStream;

/**
 * What a file says of its colours, read from the segments or chunks before its pixels. Linear in
 * the file's size; a colour profile is unpacked to at most 4 MiB.
 */
final class FileColours {

  private static final int MAX_PROFILE_BYTES = 4 * 1024 * 1024;
  private static final String JPEG_PROFILE = "ICC_PROFILE\0";

  /** Of all SOF markers; C4, C8 and CC are others. */
  private static final Pattern FRAME_HEADER = Pattern.compile("C[0-35-79ABD-F]");

  private static final byte[] NOTHING = {};

  /** 1 for grey, 3 for RGB, 4 for CMYK; alpha does not count. */
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
    ImageType.of(file)
        .ifPresent(
            type -> {
              switch (type) {
                case JPEG -> colours.readJpeg(file);
                case PNG -> colours.readPng(file);
                case WEBP -> colours.readWebp(file);
                case GIF -> {}
              }
            });
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

  private void readJpeg(byte[] file) {
    byte[][] profile = new byte[256][];
    int total = 0;
    for (Part part : FileParts.of(file)) {
      int start = part.start();
      if (part.name().equals("E2")
          && part.length() > 14
          && FileParts.isText(file, start, JPEG_PROFILE)) {
        profile[file[start + 12] & 0xFF] = Arrays.copyOfRange(file, start + 14, part.end());
        total = file[start + 13] & 0xFF;
      } else if (part.name().equals("EE")
          && part.length() >= 12
          && FileParts.isText(file, start, "Adobe")) {
        adobe = true;
      } else if (FRAME_HEADER.matcher(part.name()).matches() && part.length() >= 6) {
        components = file[start + 5];
      }
    }
    icc = joined(profile, total);
  }

  /** Parts 1 to {@code total}; nothing where one is missing. */
  private static byte[] joined(byte[][] parts, int total) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= total; i++) {
      if (parts[i] == null) {
        return NOTHING;
      }
      all.writeBytes(parts[i]);
    }
    return all.size() > MAX_PROFILE_BYTES ? NOTHING : all.toByteArray();
  }

  private void readPng(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length > 25 && (file[25] & 2) == 0) {
      components = 1;
    }
    for (Part part : FileParts.of(file)) {
      int start = part.start();
      int length = part.length();
      switch (part.name()) {
        case "iCCP" -> icc = unpacked(file, start, part.end());
        case "cICP" ->
            codePoints = length == 4 ? Arrays.copyOfRange(file, start, part.end()) : codePoints;
        case "sRGB" -> srgb = true;
        case "gAMA" -> gamma = length == 4 ? bytes.getInt(start) & 0xFFFFFFFFL : gamma;
        case "cHRM" -> {
          if (length == 32) {
            chromaticities =
                IntStream.range(0, 8)
                    .mapToLong(i -> bytes.getInt(start + 4 * i) & 0xFFFFFFFFL)
                    .toArray();
          }
        }
        case "IDAT" -> {
          return;
        }
        default -> {}
      }
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
    try (InputStream packed =
        new InflaterInputStream(new ByteArrayInputStream(file, at + 2, end - at - 2))) {
      byte[] profile = packed.readNBytes(MAX_PROFILE_BYTES + 1);
      return profile.length > MAX_PROFILE_BYTES ? NOTHING : profile;
    } catch (IOException e) {
      return NOTHING; // damaged, or cut off
    }
  }

  private void readWebp(byte[] file) {
    for (Part part : FileParts.of(file)) {
      if (part.name().equals("ICCP") && part.length() <= MAX_PROFILE_BYTES) {
        icc = Arrays.copyOfRange(file, part.start(), part.end());
        return;
      }
    }
  }
}
