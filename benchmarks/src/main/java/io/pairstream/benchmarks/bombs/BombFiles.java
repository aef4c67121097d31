package io.pairstream.benchmarks.bombs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Small files that would cost a decoder much. */
final class BombFiles {

  /** A side of 49 megapixels. */
  private static final int SIDE_PX = 7000;

  private BombFiles() {}

  /** Those that cost a decoder most, by name. */
  static Map<String, byte[]> costly() {
    Map<String, byte[]> bombs = new LinkedHashMap<>();
    bombs.put("JPEG, 49 Mpx in 100 scans", progressive());
    int rows = SIDE_PX * (SIDE_PX * 8 + 1);
    bombs.put("PNG, 49 Mpx of 8 bytes", png(SIDE_PX, 16, 6, new byte[0], zeros(rows)));
    bombs.put(
        "PNG, 1 GB of pixel data", png(600, 8, 2, new byte[0], zeros(1_000_000_000 + 600 * 1801)));
    return bombs;
  }

  /** All of them, by name. */
  static Map<String, byte[]> all() {
    Map<String, byte[]> bombs = new LinkedHashMap<>();
    bombs.put("GIF, 30,000 px square", gif());
    bombs.put("PNG, 32,000 px square", png(32_000, 8, 2, new byte[0], zeros(124_000_000)));
    bombs.put("JPEG, 20,000 scans", jpeg(20_000));
    byte[] head = "Comment\0\0".getBytes(StandardCharsets.ISO_8859_1);
    byte[] text = joined(head, zeros(1_000_000_000));
    bombs.put("PNG, 1 GB of text", png(300, 8, 2, text, zeros(270_300)));
    bombs.putAll(costly());
    return bombs;
  }

  /**
   * A grey JPEG without a flaw, in one scan of the mean, one of each of the 63 other coefficients,
   * and a second bit of the first 36. All are zero, and said by the ten thousand (ITU-T T.81, G.1).
   */
  private static byte[] progressive() {
    int blocks = (SIDE_PX / 8) * (SIDE_PX / 8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8});
    byte[] ones = new byte[65];
    Arrays.fill(ones, 1, ones.length, (byte) 8);
    segment(file, 0xDB, ones);
    ByteBuffer frame = ByteBuffer.allocate(9).put((byte) 8);
    frame.putShort((short) SIDE_PX).putShort((short) SIDE_PX).put(new byte[] {1, 1, 0x11, 0});
    segment(file, 0xC2, frame.array());
    byte[] meanCode = new byte[18]; // no change: the bit 0
    meanCode[1] = 1;
    segment(file, 0xC4, meanCode);
    byte[] runCodes = new byte[19]; // 00: 16,384 empty blocks and more; 01: 8,192 and more
    runCodes[0] = 0x10;
    runCodes[2] = 2;
    runCodes[17] = (byte) 0xE0;
    runCodes[18] = (byte) 0xD0;
    segment(file, 0xC4, runCodes);

    scan(file, 0, 0, "0".repeat(blocks));
    StringBuilder runs = new StringBuilder();
    int left = blocks;
    for (; left >= 1 << 14; left -= Math.min(left, (1 << 15) - 1)) {
      runs.append("00").append(bits(Math.min(left, (1 << 15) - 1) - (1 << 14), 14));
    }
    runs.append("01").append(bits(left - (1 << 13), 13));
    for (int coefficient = 1; coefficient <= 63; coefficient++) {
      scan(file, coefficient, coefficient <= 36 ? 0x01 : 0x00, runs);
    }
    for (int coefficient = 1; coefficient <= 36; coefficient++) {
      scan(file, coefficient, 0x10, runs);
    }
    file.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
    return file.toByteArray();
  }

  private static String bits(int number, int count) {
    return Integer.toBinaryString((1 << count) | number).substring(1);
  }

  private static void scan(
      ByteArrayOutputStream file, int coefficient, int approximation, CharSequence code) {
    byte at = (byte) coefficient;
    segment(file, 0xDA, new byte[] {1, 1, 0, at, at, (byte) approximation});
    for (int i = 0; i < code.length(); i += 8) {
      int end = Math.min(code.length(), i + 8);
      int bits = Integer.parseInt(code, i, end, 2);
      int padded = ((bits + 1) << (8 - (end - i))) - 1; // with ones
      file.write(padded);
      if (padded == 0xFF) {
        file.write(0);
      }
    }
  }

  private static void segment(ByteArrayOutputStream file, int marker, byte[] data) {
    file.write(0xFF);
    file.write(marker);
    file.writeBytes(ByteBuffer.allocate(2).putShort((short) (data.length + 2)).array());
    file.writeBytes(data);
  }

  private static byte[] gif() {
    ByteBuffer file = ByteBuffer.allocate(43).order(ByteOrder.LITTLE_ENDIAN);
    file.put("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
    file.putShort((short) 30_000).putShort((short) 30_000).put(new byte[] {(byte) 0x80, 0, 0});
    file.put(new byte[6]).put(new byte[] {0x21, (byte) 0xF9, 4, 0, 0, 0, 0, 0});
    file.put((byte) 0x2C).putInt(0).putShort((short) 30_000).putShort((short) 30_000).put((byte) 0);
    file.put(new byte[] {2, 2, 0x44, 1, 0, 0x3B});
    return Arrays.copyOf(file.array(), file.position());
  }

  private static byte[] jpeg(int scans) {
    ByteBuffer file = ByteBuffer.allocate(64 + 20 * scans);
    file.putShort((short) 0xFFD8).putShort((short) 0xFFC2).putShort((short) 17).put((byte) 8);
    file.putShort((short) 4000).putShort((short) 4000).put((byte) 3);
    for (int component = 1; component <= 3; component++) {
      file.put(new byte[] {(byte) component, 0x11, 0});
    }
    for (int i = 0; i < scans; i++) {
      file.putShort((short) 0xFFDA).putShort((short) 12).put((byte) 3);
      file.put(new byte[] {1, 0, 2, 0, 3, 0, 0, 63, 0, 0x2A});
    }
    file.putShort((short) 0xFFD9);
    return Arrays.copyOf(file.array(), file.position());
  }

  private static byte[] png(int sidePx, int depth, int colourType, byte[] text, byte[] pixels) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(sidePx)
            .putInt(sidePx)
            .put(new byte[] {(byte) depth, (byte) colourType, 0, 0, 0})
            .array();
    writeChunk(file, "IHDR", header);
    if (text.length > 0) {
      writeChunk(file, "zTXt", text);
    }
    writeChunk(file, "IDAT", pixels);
    writeChunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void writeChunk(ByteArrayOutputStream file, String type, byte[] data) {
    byte[] typed = joined(type.getBytes(StandardCharsets.ISO_8859_1), data);
    CRC32 crc = new CRC32();
    crc.update(typed);
    file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    file.writeBytes(typed);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] zeros(int count) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] block = new byte[1 << 20];
    byte[] buffer = new byte[1 << 16];
    int left = count;
    while (!deflater.finished()) {
      if (deflater.needsInput()) {
        int next = Math.min(left, block.length);
        deflater.setInput(block, 0, next);
        left -= next;
        if (left == 0) {
          deflater.finish();
        }
      }
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }
}
