package io.pairstream.image.protocol;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One change to the pixels of a picture of the output's size.
 *
 * <p>On the wire: byte kind, int size, double sigma, double strength.
 *
 * @param kind what is done; it says which of the others count
 * @param size side of a kernel in pixels, or number of tiles per side
 * @param sigmaPx standard deviation of a Gaussian in pixels; 0 where the kernel's size gives it
 * @param strength how much, in the unit of the kind
 */
public record PixelChange(Kind kind, int size, double sigmaPx, double strength) {

  /** What can be done to pixels; on the wire, one byte. */
  public enum Kind {
    /** Blur by a Gaussian kernel: size, sigma. */
    GAUSSIAN(1),
    /** The median of the neighbourhood: size. */
    MEDIAN(2),
    /** Blur that stops at edges: size, sigma, and how far levels may differ as the strength. */
    BILATERAL(3),
    /** The mean of similar patches: the filter's h, in levels, as the strength. */
    NL_MEANS(4),
    /** Each level to the power of the strength, 0 to 255 taken as 0 to 1. */
    GAMMA(5),
    /** The luma's histogram made even over the whole picture. */
    EQUALISE(6),
    /** The luma's histogram made even tile by tile: size x size tiles, the clip limit. */
    CLAHE(7),
    /** Unsharp mask: sigma, and the amount as the strength. */
    SHARPEN(8),
    /** One channel: the luma. */
    TO_GREY(9),
    /** Three channels: hue, saturation, value. */
    TO_HSV(10),
    /** Three channels: L*, a*, b*. */
    TO_LAB(11),
    /** Three channels: luma, red difference, blue difference. */
    TO_YCRCB(12);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind of(int code) throws IOException {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IOException("not a pixel change: " + code);
    }
  }

  /** Writes the number of changes in a byte, then each of them. */
  static void writeAll(List<PixelChange> changes, DataOutputStream out) throws IOException {
    out.writeByte(changes.size());
    for (PixelChange change : changes) {
      out.writeByte(change.kind.code);
      out.writeInt(change.size);
      out.writeDouble(change.sigmaPx);
      out.writeDouble(change.strength);
    }
  }

  /** Reads what {@link #writeAll} wrote. */
  static List<PixelChange> readAll(DataInputStream in) throws IOException {
    int count = in.readUnsignedByte();
    List<PixelChange> changes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      changes.add(
          new PixelChange(
              Kind.of(in.readUnsignedByte()), in.readInt(), in.readDouble(), in.readDouble()));
    }
    return changes;
  }
}
