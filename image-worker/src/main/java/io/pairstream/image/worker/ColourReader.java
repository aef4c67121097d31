package io.pairstream.image.worker;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides how a file's colours become sRGB.
 *
 * <p>Believes the embedded ICC profile of a grey or an RGB picture, and a PNG's cICP chunk as far
 * as it says sRGB. A profile that is damaged, or is for other colours than the picture's, counts
 * for nothing; one that means sRGB costs nothing further. The four inks of a CMYK picture are mixed
 * by the decoder, whatever their profile.
 *
 * <p>Rejects: {@code IMAGE_COLOUR_MODEL_UNSUPPORTED}, {@code IMAGE_COLOUR_PROFILE_UNSUPPORTED}. Not
 * thread-safe.
 */
final class ColourReader {

  /** Profiles that are remembered: a stream has few, and a new one takes 5 ms. */
  private static final int KNOWN = 16;

  private static final int MAX_KNOWN_BYTES = 1024 * 1024;

  /** ITU-T H.273: the lights of BT.709, the curve of sRGB, no matrix, full range. */
  private static final byte[] SRGB = {1, 13, 0, 1};

  /** By profile and components; the one met longest ago comes first. */
  private final Map<ByteBuffer, ColourConversion> known = new LinkedHashMap<>(16, 0.75f, true);

  Outcome<ColourConversion> read(byte[] file, ColourProfileRule rule) {
    FileColours declared = FileColours.of(file);
    boolean inks = declared.components() == 4;
    if (inks && !declared.hasAdobeMarker()) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          "the JPEG has four colours and no Adobe marker, so nothing says which level is full ink",
          "CMYK",
          "RGB");
    }
    if (rule == ColourProfileRule.IGNORE) {
      return Outcome.kept(ColourConversion.NONE);
    }
    byte[] points = declared.codePoints();
    if (points.length > 0) {
      return Arrays.equals(points, SRGB)
          ? Outcome.kept(ColourConversion.NONE)
          : unsupported(
              "the PNG's colours have the code points "
                  + Arrays.toString(Arrays.copyOf(points, 4))
                  + ", and only those of sRGB are read");
    }
    ColourConversion conversion =
        inks || declared.icc().length == 0
            ? ColourConversion.NONE
            : ofProfile(declared.icc(), declared.components());
    boolean profiled = conversion != ColourConversion.NONE || (inks && declared.icc().length > 0);
    return rule == ColourProfileRule.REJECT && profiled
        ? unsupported("the image's colours are not sRGB")
        : Outcome.kept(conversion);
  }

  private ColourConversion ofProfile(byte[] icc, int components) {
    ByteBuffer key = ByteBuffer.allocate(icc.length + 1).put(icc).put((byte) components).flip();
    ColourConversion before = known.get(key);
    if (before != null) {
      return before;
    }
    ColourConversion conversion = ColourConversion.of(icc, components);
    if (icc.length <= MAX_KNOWN_BYTES) {
      known.put(key, conversion);
    }
    if (known.size() > KNOWN) {
      known.remove(known.keySet().iterator().next());
    }
    return conversion;
  }

  private static <T> Outcome<T> unsupported(String detail) {
    return Outcome.rejected(RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED, detail, "", "sRGB");
  }
}
