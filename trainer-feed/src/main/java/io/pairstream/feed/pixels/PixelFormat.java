package io.pairstream.feed.pixels;

import java.util.List;

/**
 * How a feed hands out pixels.
 *
 * @param profile NONE where the type is UINT8
 */
public record PixelFormat(Type type, Layout layout, PixelProfile profile) {

  /** Type of one value. */
  public enum Type {
    UINT8(1),
    FLOAT32(Float.BYTES);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }
  }

  /** Order of a batch's dimensions. */
  public enum Layout {
    /** [size, height, width, channels]. */
    NHWC,
    /** [size, channels, height, width]. */
    NCHW
  }

  /** uint8 [size, height, width, channels], as pictures are stored. */
  public static final PixelFormat STORED =
      new PixelFormat(Type.UINT8, Layout.NHWC, PixelProfile.NONE);

  public PixelFormat {
    if (type == Type.UINT8 && profile != PixelProfile.NONE) {
      throw new IllegalArgumentException(
          "normalised pixels are fractions: "
              + profile.label()
              + " needs pixels of float32, not of uint8");
    }
  }

  /** Floats in the stored layout. */
  public static PixelFormat floats(PixelProfile profile) {
    return new PixelFormat(Type.FLOAT32, Layout.NHWC, profile);
  }

  /** The same, in another layout. */
  public PixelFormat layout(Layout otherLayout) {
    return new PixelFormat(type, otherLayout, profile);
  }

  /** The same, with another profile. */
  public PixelFormat profile(PixelProfile otherProfile) {
    return new PixelFormat(type, layout, otherProfile);
  }

  /** A batch's dimensions, in the layout's order. */
  public List<Integer> shape(int size, int heightPx, int widthPx, int channels) {
    return layout == Layout.NHWC
        ? List.of(size, heightPx, widthPx, channels)
        : List.of(size, channels, heightPx, widthPx);
  }
}
