package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.worker.pixels.FileParts.Part;
import io.pairstream.image.worker.pixels.RgbLights.Curve;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.InflaterInputStream;

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

  /** Most profiles that are remembered: a stream has few, and a new one takes 5 ms. */
  private static final int KNOWN = 16;

  private static final int MAX_KNOWN_BYTES = 1024 * 1024;

  /** gAMA of sRGB, and how far other programs' values differ. */
  private static final long USUAL_GAMMA = 45_455;

  private static final long USUAL_GAMMA_ROUNDING = 600;

  /** By profile and number of components, in order of access, the oldest first. */
  private final Map<ByteBuffer, Optional<ColourConversion>> known =
      new LinkedHashMap<>(16, 0.75f, true);

  Outcome<ColourConversion> read(byte[] file, ColourProfileRule rule) {
    FileColours declared = FileColours.of(file);
    if (declared.components == 4 && !declared.hasAdobeMarker) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          "the JPEG has four colours and no Adobe marker, so nothing says which level is full ink",
          Measured.text("CMYK", "RGB"));
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
    if (declared.codePoints.length > 0) {
      return ofCodePoints(declared.codePoints);
    }
    if (declared.icc.length > 0) {
      Optional<ColourConversion> conversion = ofProfile(declared.icc, declared.components);
      if (conversion.isPresent()) {
        return Outcome.kept(conversion.get());
      }
    }
    return Outcome.kept(declared.isDeclaredSrgb ? ColourConversion.NONE : ofGamma(declared));
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

  /** Conversion of a PNG's cICP chunk: ITU-T H.273, 8.1 and 8.2. */
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
    long[] xy = declared.chromaticities;
    boolean usual =
        declared.gamma == 0 || Math.abs(declared.gamma - USUAL_GAMMA) <= USUAL_GAMMA_ROUNDING;
    RgbLights lights =
        xy.length == 0
            ? RgbLights.SRGB
            : new RgbLights(LongStream.of(xy).mapToDouble(number -> number / 1e5).toArray());
    if ((xy.length == 0 && usual)
        || !lights.areUsable()
        || (usual && conversion(lights, Curve.SRGB) == ColourConversion.NONE)) {
      return ColourConversion.NONE;
    }
    return conversion(lights, declared.gamma == 0 ? Curve.SRGB : Curve.power(1e5 / declared.gamma));
  }

  private ColourConversion conversion(RgbLights lights, Curve curve) {
    return ofProfile(lights.profile(curve), 3).orElse(ColourConversion.NONE);
  }

  private static Outcome<ColourConversion> unsupported(String detail) {
    return Outcome.rejected(
        RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED, detail, Measured.text("", "sRGB"));
  }

  /**
   * A file's description of its colours, read from the segments or chunks before its pixels. Linear
   * in the file's size; a colour profile is unpacked to at most 4 MiB.
   */
  static final class FileColours {

    private static final int MAX_PROFILE_BYTES = 4 * 1024 * 1024;
    private static final String JPEG_PROFILE = "ICC_PROFILE\0";

    /** All SOF markers; C4, C8 and CC are others. */
    private static final Pattern FRAME_HEADER = Pattern.compile("C[0-35-79ABD-F]");

    private static final byte[] NOTHING = {};

    /** Number of components: 1 for grey, 3 for RGB, 4 for CMYK; alpha does not count. */
    private int components = 3;

    /** Whether a JPEG has Adobe's marker, whose inks are stored with 0 for the full ink. */
    private boolean hasAdobeMarker;

    /** The embedded ICC profile; empty where there is none, or only a part of one. */
    byte[] icc = NOTHING;

    /** A PNG's cICP chunk: primaries, transfer, matrix, range; empty where there is none. */
    private byte[] codePoints = NOTHING;

    /** Whether a PNG says that it is sRGB. */
    private boolean isDeclaredSrgb;

    /** A PNG's gAMA times 100000; 0 where there is none. */
    private long gamma;

    /** A PNG's cHRM times 100000: x and y of white, red, green, blue; empty where there is none. */
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
          hasAdobeMarker = true;
        } else if (FRAME_HEADER.matcher(part.name()).matches() && part.length() >= 6) {
          components = file[start + 5];
        }
      }
      icc = joined(profile, total);
    }

    /** Content of parts 1 to {@code total}; empty where one is missing. */
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
          case "sRGB" -> isDeclaredSrgb = true;
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

    /**
     * Unpacks a profile's chunk: a name of up to 79 bytes, a zero, the method 0, then a zlib stream
     * (W3C PNG, 11.3.2.3).
     */
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
}
