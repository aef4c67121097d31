package io.pairstream.image.worker;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import io.pairstream.image.worker.RgbLights.Curve;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

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

  /** Profiles that are remembered: a stream has few, and a new one takes 5 ms. */
  private static final int KNOWN = 16;

  private static final int MAX_KNOWN_BYTES = 1024 * 1024;

  /** gAMA of sRGB, and how far off others write it. */
  private static final long USUAL_GAMMA = 45_455;

  private static final long USUAL_GAMMA_ROUNDING = 600;

  /** By profile and components; the one met longest ago comes first. */
  private final Map<ByteBuffer, Optional<ColourConversion>> known =
      new LinkedHashMap<>(16, 0.75f, true);

  Outcome<ColourConversion> read(byte[] file, ColourProfileRule rule) {
    FileColours declared = FileColours.of(file);
    if (declared.components() == 4 && !declared.hasAdobeMarker()) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          "the JPEG has four colours and no Adobe marker, so nothing says which level is full ink",
          "CMYK",
          "RGB");
    }
    if (rule == ColourProfileRule.IGNORE) {
      return Outcome.kept(ColourConversion.NONE);
    }
    Outcome<ColourConversion> colours = colours(declared);
    boolean unwanted =
        rule == ColourProfileRule.REJECT
            && colours.keptOnly().stream().anyMatch(kept -> kept != ColourConversion.NONE);
    return unwanted ? unsupported("the image's colours are not sRGB") : colours;
  }

  private Outcome<ColourConversion> colours(FileColours declared) {
    if (declared.codePoints().length > 0) {
      return ofCodePoints(declared.codePoints());
    }
    if (declared.icc().length > 0) {
      Optional<ColourConversion> conversion = ofProfile(declared.icc(), declared.components());
      if (conversion.isPresent()) {
        return Outcome.kept(conversion.get());
      }
    }
    return Outcome.kept(declared.isDeclaredSrgb() ? ColourConversion.NONE : ofGamma(declared));
  }

  private Optional<ColourConversion> ofProfile(byte[] icc, int components) {
    ByteBuffer key = ByteBuffer.allocate(icc.length + 1).put(icc).put((byte) components).flip();
    Optional<ColourConversion> before = known.get(key);
    if (before != null) {
      return before;
    }
    Optional<ColourConversion> conversion = ColourConversion.of(icc, components);
    if (icc.length <= MAX_KNOWN_BYTES) {
      known.put(key, conversion);
    }
    if (known.size() > KNOWN) {
      known.remove(known.keySet().iterator().next());
    }
    return conversion;
  }

  /** ITU-T H.273, 8.1 and 8.2. */
  private Outcome<ColourConversion> ofCodePoints(byte[] points) {
    Optional<RgbLights> lights =
        switch (points[0]) {
          case 1 -> Optional.of(RgbLights.SRGB);
          case 9 -> Optional.of(RgbLights.BT2020);
          case 12 -> Optional.of(RgbLights.P3);
          default -> Optional.empty();
        };
    Optional<Curve> curve =
        switch (points[1]) {
          case 1, 6, 14, 15 -> Optional.of(Curve.BT709);
          case 4 -> Optional.of(Curve.power(2.2));
          case 5 -> Optional.of(Curve.power(2.8));
          case 8 -> Optional.of(Curve.power(1));
          case 13 -> Optional.of(Curve.SRGB);
          default -> Optional.empty();
        };
    if (lights.isEmpty() || curve.isEmpty() || points[2] != 0 || points[3] != 1) {
      return unsupported(
          String.format(
              "the PNG's colours have the code points %d-%d-%d-%d, which are not converted",
              points[0], points[1], points[2], points[3]));
    }
    return Outcome.kept(conversion(lights.get(), curve.get()));
  }

  private ColourConversion ofGamma(FileColours declared) {
    long[] xy = declared.chromaticities();
    boolean usual =
        declared.gamma() == 0 || Math.abs(declared.gamma() - USUAL_GAMMA) <= USUAL_GAMMA_ROUNDING;
    RgbLights lights =
        xy.length == 0
            ? RgbLights.SRGB
            : new RgbLights(LongStream.of(xy).mapToDouble(number -> number / 1e5).toArray());
    if ((xy.length == 0 && usual)
        || !lights.areUsable()
        || (usual && conversion(lights, Curve.SRGB) == ColourConversion.NONE)) {
      return ColourConversion.NONE;
    }
    return conversion(
        lights, declared.gamma() == 0 ? Curve.SRGB : Curve.power(1e5 / declared.gamma()));
  }

  private ColourConversion conversion(RgbLights lights, Curve curve) {
    return ofProfile(lights.profile(curve), 3).orElse(ColourConversion.NONE);
  }

  private static Outcome<ColourConversion> unsupported(String detail) {
    return Outcome.rejected(RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED, detail, "", "sRGB");
  }
}
