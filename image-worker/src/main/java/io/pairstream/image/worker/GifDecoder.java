package io.pairstream.image.worker;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes the first frame of a GIF (GIF89a specification).
 *
 * <p>The picture is as large as the screen and all frames on it. It is white where the first frame
 * does not reach or is transparent, as a page would show. In Java: the format is small, and the
 * rules for damage are ours.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}.
 */
final class GifDecoder {

  private static final int SCREEN_END = 13;
  private static final int MAX_CODES = 4096;

  private final ByteBuffer file;
  private final int widthPx;
  private final int heightPx;

  private int at = SCREEN_END;
  private int clearIndex = -1;

  private GifDecoder(byte[] file, int widthPx, int heightPx) {
    this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    this.widthPx = widthPx;
    this.heightPx = heightPx;
  }

  /**
   * uint8 [heightPx, widthPx, 3], BGR.
   *
   * @param widthPx width of the whole, as the gate has found it
   * @param heightPx height of the whole
   */
  static Outcome<Mat> decode(byte[] file, int widthPx, int heightPx) {
    try {
      return new GifDecoder(file, widthPx, heightPx).decode();
    } catch (IndexOutOfBoundsException e) {
      return damaged("it is cut off");
    }
  }

  private Outcome<Mat> decode() {
    byte[] colours = colourTable(file.get(10));
    while (file.get(at) == 0x21) {
      if (file.get(at + 1) == (byte) 0xF9 && file.get(at + 2) >= 4) {
        clearIndex = (file.get(at + 3) & 1) == 0 ? -1 : file.get(at + 6) & 0xFF;
      }
      at += 2;
      while (file.get(at) != 0) {
        at += 1 + (file.get(at) & 0xFF);
      }
      at++;
    }
    if (file.get(at) != 0x2C) {
      return damaged("no frame is where the first should be");
    }
    int left = file.getShort(at + 1) & 0xFFFF;
    int top = file.getShort(at + 3) & 0xFFFF;
    int width = file.getShort(at + 5) & 0xFFFF;
    int height = file.getShort(at + 7) & 0xFFFF;
    byte flags = file.get(at + 9);
    at += 10;
    byte[] own = colourTable(flags);
    if (own.length > 0) {
      colours = own;
    }
    if (colours.length == 0) {
      return damaged("its first frame has no colours");
    }
    if (width == 0 || height == 0 || left + width > widthPx || top + height > heightPx) {
      return damaged("its first frame has no place on the screen");
    }
    Mat canvas = new Mat(heightPx, widthPx, opencv_core.CV_8UC3);
    BytePointer pixels = canvas.data();
    pixels.limit((long) heightPx * widthPx * 3).fill(255);
    Rows rows = new Rows(pixels, colours, left, top, width, height, (flags & 0x40) != 0);
    String damage = decodeInto(rows);
    return damage.isEmpty() ? Outcome.kept(canvas) : damaged(damage);
  }

  /** The table that stands here if the flags announce one: three bytes a colour, RGB. */
  private byte[] colourTable(byte flags) {
    if ((flags & 0x80) == 0) {
      return new byte[0];
    }
    byte[] table = new byte[3 << ((flags & 7) + 1)];
    file.get(at, table);
    at += table.length;
    return table;
  }

  /** Appendix F. Answers what is wrong, or nothing. */
  private String decodeInto(Rows rows) {
    int rootBits = file.get(at++);
    if (rootBits < 1 || rootBits > 8) {
      return "its codes begin with " + rootBits + " bits";
    }
    int clear = 1 << rootBits;
    int[] prefix = new int[MAX_CODES];
    byte[] suffix = new byte[MAX_CODES];
    byte[] string = new byte[MAX_CODES + 1];
    for (int i = 0; i < clear; i++) {
      suffix[i] = (byte) i;
    }
    int next = clear + 2;
    int bits = rootBits + 1;
    int before = -1;
    byte first = 0;
    int buffer = 0;
    int buffered = 0;
    int blockEnd = at;
    while (!rows.complete()) {
      while (buffered < bits) {
        if (at == blockEnd) {
          int length = file.get(at++) & 0xFF;
          blockEnd = at + length;
          if (length == 0) {
            return "pixels are missing";
          }
        }
        buffer |= (file.get(at++) & 0xFF) << buffered;
        buffered += 8;
      }
      int code = buffer & ((1 << bits) - 1);
      buffer >>>= bits;
      buffered -= bits;
      if (code == clear) {
        next = clear + 2;
        bits = rootBits + 1;
        before = -1;
        continue;
      }
      if (code == clear + 1) {
        return "pixels are missing";
      }
      if (code > next || (code == next && before < 0)) {
        return "its pixel data makes no sense";
      }
      int end = string.length;
      int walk = code;
      if (code == next) {
        string[--end] = first;
        walk = before;
      }
      while (walk > clear) {
        string[--end] = suffix[walk];
        walk = prefix[walk];
      }
      first = suffix[walk];
      string[--end] = first;
      if (before >= 0 && next < MAX_CODES) {
        prefix[next] = before;
        suffix[next] = first;
        next++;
        if (next == 1 << bits && bits < 12) {
          bits++;
        }
      }
      before = code;
      if (!rows.add(string, end)) {
        return "it names a colour that its table does not have";
      }
    }
    return "";
  }

  private static Outcome<Mat> damaged(String what) {
    return Outcome.rejected(RejectReason.IMAGE_DAMAGED, "GIF: " + what);
  }

  /** Takes a frame's colour indices as they come and writes whole rows. */
  private final class Rows {

    private static final int[] FIRST = {0, 4, 2, 1};
    private static final int[] STEP = {8, 8, 4, 2};

    private final BytePointer pixels;
    private final byte[] colours;
    private final int left;
    private final int top;
    private final int height;
    private final boolean interlaced;
    private final byte[] bgr;
    private int column;
    private int row;
    private int pass;
    private int rowsDone;

    Rows(
        BytePointer pixels,
        byte[] colours,
        int left,
        int top,
        int width,
        int height,
        boolean interlaced) {
      this.pixels = pixels;
      this.colours = colours;
      this.left = left;
      this.top = top;
      this.height = height;
      this.interlaced = interlaced;
      bgr = new byte[3 * width];
    }

    boolean complete() {
      return rowsDone == height;
    }

    /** Adds the end of {@code indices}; false where one is beyond the table. */
    boolean add(byte[] indices, int from) {
      for (int i = from; i < indices.length && !complete(); i++) {
        int index = indices[i] & 0xFF;
        if (index == clearIndex) {
          Arrays.fill(bgr, column, column + 3, (byte) 255);
        } else if (3 * index + 2 < colours.length) {
          bgr[column] = colours[3 * index + 2];
          bgr[column + 1] = colours[3 * index + 1];
          bgr[column + 2] = colours[3 * index];
        } else {
          return false;
        }
        column += 3;
        if (column == bgr.length) {
          endRow();
        }
      }
      return true;
    }

    private void endRow() {
      pixels.position(3L * ((long) (top + row) * widthPx + left)).put(bgr, 0, bgr.length);
      column = 0;
      rowsDone++;
      row += interlaced ? STEP[pass] : 1;
      while (interlaced && row >= height && pass < 3) {
        pass++;
        row = FIRST[pass];
      }
    }
  }
}
