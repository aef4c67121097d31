package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

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
    ByteBuffer indices = new Mat(height, width, opencv_core.CV_8UC1).createBuffer();
    String damage = unpack(indices);
    if (!damage.isEmpty()) {
      return damaged(damage);
    }
    Mat canvas = new Mat(heightPx, widthPx, opencv_core.CV_8UC3, Scalar.all(255));
    Mat frame = new Mat(canvas, new Rect(left, top, width, height));
    return paint(indices.rewind(), colours, frame, (flags & 0x40) != 0)
        ? Outcome.kept(canvas)
        : damaged("it names a colour that its table does not have");
  }

  /**
   * The colour table at the current position if the flags announce one, three bytes a colour, RGB;
   * else none.
   */
  private byte[] colourTable(byte flags) {
    if ((flags & 0x80) == 0) {
      return new byte[0];
    }
    byte[] table = new byte[3 << ((flags & 7) + 1)];
    file.get(at, table);
    at += table.length;
    return table;
  }

  /**
   * Unpacks colour indices until none is missing (appendix F). Each string of the table is an
   * earlier one and the index after it.
   *
   * @return the fault, or an empty string
   */
  private String unpack(ByteBuffer indices) {
    int rootBits = file.get(at++);
    if (rootBits < 1 || rootBits > 8) {
      return "its codes begin with " + rootBits + " bits";
    }
    int clear = 1 << rootBits;
    int[] starts = new int[MAX_CODES];
    int[] lengths = new int[MAX_CODES];
    int next = clear + 2;
    int bits = rootBits + 1;
    int lastStart = -1;
    int buffer = 0;
    int buffered = 0;
    int blockEnd = at;
    while (indices.hasRemaining()) {
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
        lastStart = -1;
        continue;
      }
      int start = indices.position();
      if (lastStart >= 0 && next < MAX_CODES) {
        starts[next] = lastStart;
        lengths[next] = start - lastStart + 1;
        next++;
        if (next == 1 << bits && bits < 12) {
          bits++;
        }
      }
      if (code == clear + 1) {
        return "pixels are missing";
      }
      if (code >= next) {
        return "its pixel data makes no sense";
      }
      if (code < clear) {
        indices.put((byte) code);
      }
      int end = Math.min(indices.limit(), start + lengths[code]);
      for (int from = starts[code]; indices.position() < end; from++) {
        indices.put(indices.get(from));
      }
      lastStart = start;
    }
    return "";
  }

  /** Paints rows of indices. @return false where an index is beyond the colours */
  private boolean paint(ByteBuffer indices, byte[] colours, Mat frame, boolean interlaced) {
    byte[] bgr = new byte[3 * frame.cols()];
    for (int row : rows(frame.rows(), interlaced)) {
      for (int at = 0; at < bgr.length; at += 3) {
        int index = indices.get() & 0xFF;
        if (index == clearIndex) {
          Arrays.fill(bgr, at, at + 3, (byte) 255);
        } else if (3 * index + 2 < colours.length) {
          bgr[at] = colours[3 * index + 2];
          bgr[at + 1] = colours[3 * index + 1];
          bgr[at + 2] = colours[3 * index];
        } else {
          return false;
        }
      }
      frame.ptr(row).put(bgr);
    }
    return true;
  }

  /** Row of the frame for each row in the order of the file (appendix E). */
  private static int[] rows(int height, boolean interlaced) {
    int[] first = interlaced ? new int[] {0, 4, 2, 1} : new int[] {0};
    int[] step = interlaced ? new int[] {8, 8, 4, 2} : new int[] {1};
    return IntStream.range(0, first.length)
        .flatMap(
            pass -> IntStream.iterate(first[pass], row -> row < height, row -> row + step[pass]))
        .toArray();
  }

  private static Outcome<Mat> damaged(String what) {
    return Outcome.rejected(RejectReason.IMAGE_DAMAGED, "GIF: " + what);
  }
}
