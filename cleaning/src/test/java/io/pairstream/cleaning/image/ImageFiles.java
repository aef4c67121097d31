package io.pairstream.cleaning.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Tiny image files, made on the spot. */
public final class ImageFiles {

  private ImageFiles() {}

  static byte[] jpeg(int width, int height) {
    return write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpg");
  }

  static byte[] greyJpeg(int width, int height) {
    return write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "jpg");
  }

  static byte[] png(int width, int height) {
    return write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
  }

  static byte[] write(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Markers of a JPEG without any real pixels: SOI, SOF, {@code scans} scans, EOI. */
  static byte[] jpegMarkers(
      int sof, int precision, int width, int height, int components, int scans) {
    ByteBuffer file = ByteBuffer.allocate(64 + 3 * components + 32 * scans);
    file.putShort((short) 0xFFD8);
    file.putShort((short) (0xFF00 | sof)).putShort((short) (8 + 3 * components));
    file.put((byte) precision).putShort((short) height).putShort((short) width);
    file.put((byte) components);
    for (int i = 0; i < components; i++) {
      file.put(new byte[] {(byte) (i + 1), 0x11, 0});
    }
    for (int i = 0; i < scans; i++) {
      putScan(file, components, 0, 63, 0);
    }
    file.putShort((short) 0xFFD9);
    return used(file);
  }

  /** A progressive JPEG of three components; each scan as first and last coefficient and bits. */
  static byte[] progressiveJpeg(int[]... scans) {
    byte[] empty = jpegMarkers(0xC2, 8, 9, 7, 3, 0);
    ByteBuffer file = ByteBuffer.allocate(empty.length + 32 * scans.length);
    file.put(empty, 0, empty.length - 2);
    for (int[] scan : scans) {
      putScan(file, 3, scan[0], scan[1], scan[2]);
    }
    file.putShort((short) 0xFFD9);
    return used(file);
  }

  private static void putScan(ByteBuffer file, int components, int first, int last, int bits) {
    file.putShort((short) 0xFFDA).putShort((short) (6 + 2 * components)).put((byte) components);
    for (int i = 0; i < components; i++) {
      file.put((byte) (i + 1)).put((byte) 0);
    }
    file.put(new byte[] {(byte) first, (byte) last, (byte) bits, 0x2A, (byte) 0xFF, 0, 0x2A});
  }

  /** A PNG of the chunks given, each {@code type} followed by its data; CRCs are right. */
  static byte[] pngChunks(Object... typesAndData) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(PngHeader.SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < typesAndData.length; i += 2) {
      byte[] type = ((String) typesAndData[i]).getBytes(StandardCharsets.ISO_8859_1);
      byte[] data = (byte[]) typesAndData[i + 1];
      CRC32 crc = new CRC32();
      crc.update(type);
      crc.update(data);
      file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
      file.writeBytes(type);
      file.writeBytes(data);
      file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
    return file.toByteArray();
  }

  /** A PNG with further chunks, each as {@code type}, head in Latin-1 and the rest of its data. */
  static byte[] pngWith(Object... typesHeadsAndRests) {
    List<Object> chunks = new ArrayList<>(List.of("IHDR", ihdr(4, 4, 8, 2)));
    for (int i = 0; i < typesHeadsAndRests.length; i += 3) {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      data.writeBytes(((String) typesHeadsAndRests[i + 1]).getBytes(StandardCharsets.ISO_8859_1));
      data.writeBytes((byte[]) typesHeadsAndRests[i + 2]);
      chunks.addAll(List.of(typesHeadsAndRests[i], data.toByteArray()));
    }
    chunks.addAll(List.of("IDAT", new byte[1], "IEND", new byte[0]));
    return pngChunks(chunks.toArray());
  }

  /** So many zero bytes, compressed as small as it goes. */
  static byte[] deflatedZeros(int count) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    byte[] buffer = new byte[1 << 16];
    for (int left = count; left > 0; left -= zeros.length) {
      deflater.setInput(zeros, 0, Math.min(left, zeros.length));
      if (left <= zeros.length) {
        deflater.finish();
      }
      while (!deflater.needsInput() || (left <= zeros.length && !deflater.finished())) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    }
    deflater.end();
    return out.toByteArray();
  }

  static byte[] ihdr(int width, int height, int depth, int colourType) {
    return ByteBuffer.allocate(13)
        .putInt(width)
        .putInt(height)
        .put((byte) depth)
        .put((byte) colourType)
        .put(new byte[3])
        .array();
  }

  /** A whole PNG as far as its chunks tell; the pixel data itself is one byte. */
  public static byte[] pngDeclaring(int width, int height, int depth, int colourType) {
    return pngChunks(
        "IHDR", ihdr(width, height, depth, colourType), "IDAT", new byte[1], "IEND", new byte[0]);
  }

  /** A WebP of the chunks given, each {@code type} followed by its data. */
  static byte[] webp(Object... typesAndData) {
    ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    file.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(0);
    file.put("WEBP".getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < typesAndData.length; i += 2) {
      byte[] data = (byte[]) typesAndData[i + 1];
      file.put(((String) typesAndData[i]).getBytes(StandardCharsets.ISO_8859_1));
      file.putInt(data.length).put(data);
      if (data.length % 2 == 1) {
        file.put((byte) 0);
      }
    }
    file.putInt(4, file.position() - 8);
    return used(file);
  }

  static byte[] lossyFrame(int width, int height) {
    ByteBuffer frame = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(new byte[] {0x10, 0, 0, (byte) 0x9D, 1, 0x2A});
    frame.putShort((short) width).putShort((short) height);
    return frame.array();
  }

  static byte[] losslessFrame(int width, int height) {
    ByteBuffer frame = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
    frame.put((byte) 0x2F).putInt(width - 1 | (height - 1) << 14);
    return frame.array();
  }

  static byte[] canvas(int flags, int width, int height) {
    ByteBuffer chunk = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    chunk.putInt(flags);
    chunk.put((byte) (width - 1)).putShort((short) ((width - 1) >> 8));
    chunk.put((byte) (height - 1)).putShort((short) ((height - 1) >> 8));
    return chunk.array();
  }

  /** A GIF with a logical screen and frames, each as left, top, width, height. */
  static byte[] gif(int screenWidth, int screenHeight, int[]... frames) {
    ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    file.put("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
    file.putShort((short) screenWidth).putShort((short) screenHeight);
    file.put(new byte[] {(byte) 0x80, 0, 0}).put(new byte[6]);
    file.put(new byte[] {0x21, (byte) 0xF9, 4, 1, 0, 0, 0, 0});
    for (int[] frame : frames) {
      file.put((byte) 0x2C);
      for (int number : frame) {
        file.putShort((short) number);
      }
      file.put(new byte[] {0, 2, 2, 0x44, 1, 0});
    }
    file.put((byte) 0x3B);
    return used(file);
  }

  private static byte[] used(ByteBuffer file) {
    byte[] bytes = new byte[file.position()];
    file.rewind().get(bytes);
    return bytes;
  }
}
