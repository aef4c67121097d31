package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A colour profile as far as it concerns us (ICC.1:2022, 7): which colours it speaks of, and
 * whether it does so by lights and curves or by tables.
 *
 * <p>Follows the tag table once; every offset is checked, nothing nests.
 */
final class IccProfile {

  private static final int HEADER_BYTES = 128;
  private static final int MAX_TAGS = 100;

  private final byte[] bytes;
  private final ByteBuffer profile;

  private IccProfile(byte[] bytes) {
    this.bytes = bytes;
    this.profile = ByteBuffer.wrap(bytes);
  }

  /** Nothing where the bytes are no profile. */
  static Optional<IccProfile> of(byte[] bytes) {
    boolean valid =
        bytes.length >= HEADER_BYTES + 4
            && text(bytes, 36).equals("acsp")
            && text(bytes, 12).matches("scnr|mntr|prtr|spac");
    return valid ? Optional.of(new IccProfile(bytes)) : Optional.empty();
  }

  boolean isRgb() {
    return text(bytes, 16).equals("RGB ");
  }

  boolean isGrey() {
    return text(bytes, 16).equals("GRAY");
  }

  boolean isCmyk() {
    return text(bytes, 16).equals("CMYK");
  }

  /** The conversion of an RGB picture; nothing where the profile does not say. */
  Optional<ColourConversion> ofRgb() {
    if (tag("A2B0").isPresent()) {
      return TableConversion.of(bytes, 3).map(conversion -> conversion);
    }
    double[][] colorants = new double[3][3];
    for (int column = 0; column < 3; column++) {
      Optional<ByteBuffer> light = tag("rgb".charAt(column) + "XYZ");
      if (light.isEmpty() || light.get().limit() < 20) {
        return Optional.empty();
      }
      for (int row = 0; row < 3; row++) {
        colorants[row][column] = light.get().getInt(8 + 4 * row) / 65536.0;
      }
    }
    Optional<ColourCurve> red = tag("rTRC").flatMap(ColourCurve::read);
    Optional<ColourCurve> green = tag("gTRC").flatMap(ColourCurve::read);
    Optional<ColourCurve> blue = tag("bTRC").flatMap(ColourCurve::read);
    if (red.isEmpty() || green.isEmpty() || blue.isEmpty()) {
      return Optional.empty();
    }
    MatrixConversion conversion =
        new MatrixConversion(colorants, red.get(), green.get(), blue.get());
    return Optional.of(conversion.isIdentity() ? ColourConversion.NONE : conversion);
  }

  /**
   * The conversion of a grey picture; nothing where the profile does not say. Its curve leads to
   * the connection space: to light, or to the lightness of Lab.
   */
  Optional<ColourConversion> ofGrey() {
    boolean toLightness = text(bytes, 20).equals("Lab ");
    return tag("kTRC")
        .flatMap(ColourCurve::read)
        .map(curve -> toLightness ? curve.ofLightness() : curve)
        .map(GreyConversion::new)
        .map(conversion -> conversion.isIdentity() ? ColourConversion.NONE : conversion);
  }

  /** The conversion of four inks; nothing where the profile does not say. */
  Optional<ColourConversion> ofInks() {
    return TableConversion.of(bytes, 4).map(conversion -> conversion);
  }

  private Optional<ByteBuffer> tag(String name) {
    int count = Math.min(profile.getInt(HEADER_BYTES), MAX_TAGS);
    for (int i = 0; i < count; i++) {
      int entry = HEADER_BYTES + 4 + 12 * i;
      if (entry + 12 > bytes.length) {
        break;
      }
      if (text(bytes, entry).equals(name)) {
        int offset = profile.getInt(entry + 4);
        int length = profile.getInt(entry + 8);
        boolean inside =
            offset >= HEADER_BYTES && length >= 8 && length <= bytes.length - (long) offset;
        return inside ? Optional.of(profile.slice(offset, length)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static String text(byte[] bytes, int at) {
    return new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
  }
}
