package io.pairstream.operations.profile;

import io.pairstream.schemas.PreparedPair;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a histogram is kept of. A bin holds its lower edge and not its upper one; the first bin also
 * holds what is smaller, the last what is larger. Edges grow by a factor, as sizes do.
 */
enum ProfiledMeasure {
  /** Width of the original, in pixels. */
  WIDTH("px", sides()) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      return measure(pair, "original_width_px");
    }
  },

  /** Height of the original, in pixels. */
  HEIGHT("px", sides()) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      return measure(pair, "original_height_px");
    }
  },

  /** Width over height of the original; a bin is a quarter of a doubling, with 1 in a middle. */
  ASPECT("width/height", aspects()) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      OptionalDouble width = WIDTH.of(pair);
      OptionalDouble height = HEIGHT.of(pair);
      return width.isPresent() && height.isPresent() && height.getAsDouble() > 0
          ? OptionalDouble.of(width.getAsDouble() / height.getAsDouble())
          : OptionalDouble.empty();
    }
  },

  /** Size of the original file, in bytes: from 1 KiB to 8 MiB, which is the most that is taken. */
  BYTES("bytes", doublings(1024, 13)) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      return measure(pair, "original_bytes");
    }
  },

  /** Variance of the Laplacian of the luma, in squared levels. */
  SHARPNESS("levels²", doublings(1, 14)) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      return measure(pair, "sharpness");
    }
  },

  /** Length of the cleaned caption, in code points. */
  CAPTION_CHARACTERS(
      "characters", 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      String caption = pair.getCaption();
      return OptionalDouble.of(caption.codePointCount(0, caption.length()));
    }
  },

  /**
   * Tokens of the caption before it is cut. Edges lie behind 77, 128 and 256, which are lengths of
   * well-known models.
   */
  TOKEN_COUNT("tokens", 1, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 78, 96, 129, 193, 257, 513, 1025) {
    @Override
    OptionalDouble of(PreparedPair pair) {
      if (pair.getTokenizer().isEmpty()) {
        return OptionalDouble.empty();
      }
      OptionalDouble uncut = measure(pair, "caption_tokens");
      return uncut.isPresent() ? uncut : OptionalDouble.of(pair.getTokenCount());
    }
  };

  private final String unit;
  private final double[] edges;

  ProfiledMeasure(String unit, double... edges) {
    this.unit = unit;
    this.edges = edges;
  }

  /** The value of a pair, where it was measured. */
  abstract OptionalDouble of(PreparedPair pair);

  /** The name in lower case, as the answer has it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String unit() {
    return unit;
  }

  /** One more than there are bins; rising. */
  double[] edges() {
    return edges.clone();
  }

  int bins() {
    return edges.length - 1;
  }

  /** The bin of a value, from 0. */
  int bin(double value) {
    int at = Arrays.binarySearch(edges, value);
    int bin = at >= 0 ? at : -at - 2;
    return Math.max(0, Math.min(bins() - 1, bin));
  }

  private static OptionalDouble measure(PreparedPair pair, String name) {
    Map<String, Double> measures = pair.getMeasures();
    Double value = measures.get(name);
    return value == null || value.isNaN() ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private static double[] sides() {
    double[] edges = new double[17];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = Math.rint(32 * Math.pow(2, i / 2.0));
    }
    return edges;
  }

  private static double[] aspects() {
    double[] edges = new double[18];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = Math.rint(1000 * Math.pow(2, (2 * i - 17) / 8.0)) / 1000;
    }
    return edges;
  }

  private static double[] doublings(double first, int bins) {
    double[] edges = new double[bins + 1];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = first * Math.pow(2, i);
    }
    return edges;
  }
}
