package io.pairstream.image.sandbox;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages of the codecs about an image while they decoded it.
 *
 * <p>A codec that meets damage often fills the gap with grey, reports success and prints a line. So
 * every line counts as damage, but for those known to say nothing about the pixels.
 *
 * <p>libjpeg prints only the first warning per image. A warning that comes early must never be
 * taken for harmless, or it would hide those after it.
 */
public final class Complaints {

  private static final int MAX_CHARS = 200;

  /**
   * Harmless messages of libpng: about chunks that describe the picture rather than hold it; about
   * data after the last pixel; and about a transparent colour beside an alpha channel, which takes
   * precedence.
   */
  private static final Pattern PNG_WHOLE =
      Pattern.compile(
          "libpng warning: (?:(?:.*[ :])?(?:iCCP|sRGB|gAMA|cHRM|cICP|mDCV|cLLI|pHYs|oFFs|sCAL|pCAL"
              + "|tIME|sBIT|bKGD|hIST|sPLT|tEXt|zTXt|iTXt|eXIf)\\b.*"
              + "|IDAT: (?:Extra compressed|Too much image) data"
              + "|tRNS: invalid with alpha channel)");

  /**
   * Beginning of libpng's messages about a palette, which affects only pixels of the palette colour
   * type.
   */
  private static final String PALETTE = "libpng warning: PLTE: ";

  private static final int COLOUR_TYPE_AT = 25;
  private static final int INDEXED = 3;

  /** Harmless messages of libjpeg: bytes before the end marker, when all pixels are there. */
  private static final Pattern JPEG_TAIL =
      Pattern.compile("Corrupt JPEG data: (\\d{1,8}) extraneous bytes before marker 0xd9");

  private Complaints() {}

  /** The first line that counts, fit to be shown; nothing where none does. */
  public static Optional<String> serious(String words, byte[] image) {
    return words
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !isHarmless(line, image))
        .findFirst()
        .map(Complaints::presentable);
  }

  /** Printable characters only, at most 200. */
  public static String presentable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7E]+", " ").strip();
    return clean.length() <= MAX_CHARS ? clean : clean.substring(0, MAX_CHARS);
  }

  private static boolean isHarmless(String line, byte[] image) {
    if (PNG_WHOLE.matcher(line).matches()) {
      return true;
    }
    if (line.startsWith(PALETTE)) {
      return image.length > COLOUR_TYPE_AT && image[COLOUR_TYPE_AT] != INDEXED;
    }
    Matcher tail = JPEG_TAIL.matcher(line);
    return tail.matches() && isPadding(image, Integer.parseInt(tail.group(1)));
  }

  /**
   * Whether {@code count} equal bytes precede the last end marker, as some cameras pad. Data in
   * which the decoder lost its way is not that regular.
   */
  private static boolean isPadding(byte[] image, int count) {
    int marker = image.length - 2;
    while (marker >= 0 && !(image[marker] == (byte) 0xFF && image[marker + 1] == (byte) 0xD9)) {
      marker--;
    }
    for (int i = marker - count; i < marker; i++) {
      if (i < 0 || image[i] != image[marker - 1]) {
        return false;
      }
    }
    return marker >= 0;
  }
}
