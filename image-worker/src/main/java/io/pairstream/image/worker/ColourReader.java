package io.pairstream.image.worker;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ColourProfileRule;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * Decides how a file's colours become sRGB.
 *
 * <p>Believes, in this order, a PNG's cICP chunk, the embedded ICC profile, a PNG's sRGB chunk, and
 * its gAMA and cHRM chunks (W3C PNG, third edition, 4.3). A gamma of 1/2.2 without other lights is
 * how sRGB was written before there was a chunk for it. A profile that is damaged, or is for other
 * colours than the picture's, counts for nothing; one that means sRGB costs nothing further.
 *
 * <p>Rejects: {@code IMAGE_COLOUR_MODEL_UNSUPPORTED}, {@code IMAGE_COLOUR_PROFILE_UNSUPPORTED}. Not
 * thread-safe.
 */
final class ColourReader {

  /** Profiles that are remembered; a stream has few. */
  private static final int KNOWN = 8;

  private static final int MAX_KNOWN_BYTES = 1024 * 1024;

  /** gAMA of sRGB, and how far off others write it. */
  private static final long USUAL_GAMMA = 45_455;

  private static final long USUAL_GAMMA_ROUNDING = 600;

  /** The one met last comes first. */
  private final Deque<Known> known = new ArrayDeque<>();

  /**
   * A profile as it was read before.
   *
   * @param components for how many colours; the same profile may be sent with a picture of others
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand, and never handed out
  private record Known(byte[] icc, int components, Optional<ColourConversion> conversion) {
    boolean isOf(FileColours declared) {
      return components == declared.components() && Arrays.equals(icc, declared.icc());
    }
  }

  /**
   * How colours are to be read.
   *
   * @param conversion what makes sRGB of them
   * @param ofInks whether it takes the four inks of a CMYK picture, rather than BGR
   */
  record Colours(ColourConversion conversion, boolean ofInks) {
    static final Colours SRGB = new Colours(ColourConversion.NONE, false);
  }

  Outcome<Colours> read(byte[] file, ColourProfileRule rule) {
    FileColours declared = FileColours.of(file);
    if (declared.components() == 4 && !declared.hasAdobeMarker()) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          "the JPEG has four colours and no Adobe marker, so nothing says which level is full ink",
          "CMYK",
          "RGB");
    }
    if (rule == ColourProfileRule.IGNORE) {
      return Outcome.kept(Colours.SRGB);
    }
    Outcome<Colours> colours = colours(declared);
    boolean unwanted =
        rule == ColourProfileRule.REJECT
            && colours.keptOnly().stream()
                .anyMatch(kept -> kept.conversion() != ColourConversion.NONE);
    return unwanted ? unsupported("the image's colours are not sRGB") : colours;
  }

  private Outcome<Colours> colours(FileColours declared) {
    if (declared.codePoints().length > 0) {
      return ofCodePoints(declared.codePoints());
    }
    if (declared.icc().length > 0) {
      Optional<ColourConversion> conversion = ofProfile(declared);
      if (conversion.isPresent()) {
        boolean inks = declared.components() == 4;
        return Outcome.kept(new Colours(conversion.get(), inks));
      }
    }
    if (declared.isDeclaredSrgb()) {
      return Outcome.kept(Colours.SRGB);
    }
    return Outcome.kept(new Colours(ofGamma(declared), false));
  }

  private Optional<ColourConversion> ofProfile(FileColours declared) {
    for (Known candidate : known) {
      if (candidate.isOf(declared)) {
        known.remove(candidate);
        known.addFirst(candidate);
        return candidate.conversion();
      }
    }
    Optional<ColourConversion> conversion =
        IccProfile.of(declared.icc()).flatMap(profile -> of(profile, declared.components()));
    if (declared.icc().length <= MAX_KNOWN_BYTES) {
      known.addFirst(new Known(declared.icc(), declared.components(), conversion));
    }
    if (known.size() > KNOWN) {
      known.removeLast();
    }
    return conversion;
  }

  /** An RGB profile fits a grey picture, too: its three numbers are equal. */
  private static Optional<ColourConversion> of(IccProfile profile, int components) {
    if (components == 4) {
      return profile.isCmyk() ? profile.ofInks() : Optional.empty();
    }
    if (profile.isRgb()) {
      return profile.ofRgb();
    }
    return profile.isGrey() && components == 1 ? profile.ofGrey() : Optional.empty();
  }

  /** ITU-T H.273, 8.1 and 8.2. */
  private static Outcome<Colours> ofCodePoints(byte[] points) {
    Optional<Primaries> primaries =
        switch (points[0]) {
          case 1 -> Optional.of(Primaries.SRGB);
          case 9 -> Optional.of(Primaries.BT2020);
          case 12 -> Optional.of(Primaries.P3);
          default -> Optional.empty();
        };
    Optional<ColourCurve> curve =
        switch (points[1]) {
          case 1, 6, 14, 15 -> Optional.of(ColourCurve.BT709);
          case 4 -> Optional.of(ColourCurve.power(2.2));
          case 5 -> Optional.of(ColourCurve.power(2.8));
          case 8 -> Optional.of(ColourCurve.power(1));
          case 13 -> Optional.of(ColourCurve.SRGB);
          default -> Optional.empty();
        };
    if (primaries.isEmpty() || curve.isEmpty() || points[2] != 0 || points[3] != 1) {
      return unsupported(
          String.format(
              "the PNG's colours have the code points %d-%d-%d-%d, which are not converted",
              points[0], points[1], points[2], points[3]));
    }
    return Outcome.kept(new Colours(conversion(primaries.get(), curve.get()), false));
  }

  private static ColourConversion ofGamma(FileColours declared) {
    long[] xy = declared.chromaticities();
    boolean usual =
        declared.gamma() == 0 || Math.abs(declared.gamma() - USUAL_GAMMA) <= USUAL_GAMMA_ROUNDING;
    if (xy.length == 0 && usual) {
      return ColourConversion.NONE;
    }
    Primaries primaries =
        xy.length == 0
            ? Primaries.SRGB
            : new Primaries(
                xy[2] / 1e5,
                xy[3] / 1e5,
                xy[4] / 1e5,
                xy[5] / 1e5,
                xy[6] / 1e5,
                xy[7] / 1e5,
                xy[0] / 1e5,
                xy[1] / 1e5);
    if (!primaries.areUsable()) {
      return ColourConversion.NONE;
    }
    if (usual && !(conversion(primaries, ColourCurve.SRGB) instanceof MatrixConversion)) {
      return ColourConversion.NONE;
    }
    ColourCurve curve =
        declared.gamma() == 0 ? ColourCurve.SRGB : ColourCurve.power(1e5 / declared.gamma());
    return conversion(primaries, curve);
  }

  private static ColourConversion conversion(Primaries primaries, ColourCurve curve) {
    MatrixConversion conversion = new MatrixConversion(primaries.colorants(), curve, curve, curve);
    return conversion.isIdentity() ? ColourConversion.NONE : conversion;
  }

  private static Outcome<Colours> unsupported(String detail) {
    return Outcome.rejected(RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED, detail, "", "sRGB");
  }
}
