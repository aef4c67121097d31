package io.pairstream.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Puts an EXIF orientation into finished files. */
public final class ExifBlocks {

  private ExifBlocks() {}

  /** A TIFF block with one directory that holds one entry: the orientation. */
  static byte[] block(int orientation, ByteOrder order) {
    ByteBuffer block = ByteBuffer.allocate(26).order(order);
    block.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
    block.putShort((short) 42).putInt(8).putShort((short) 1);
    block.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    block.putShort((short) orientation).putShort((short) 0).putInt(0);
    return block.array();
  }

  static byte[] inJpeg(byte[] file, int orientation) {
    return segment(file, block(orientation, ByteOrder.BIG_ENDIAN));
  }

  /** The JPEG with an APP1 segment that holds this block. */
  static byte[] segment(byte[] file, byte[] block) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, 2);
    out.writeBytes(
        ByteBuffer.allocate(4)
            .putShort((short) 0xFFE1)
            .putShort((short) (8 + block.length))
            .array());
    out.writeBytes("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(block);
    out.write(file, 2, file.length - 2);
    return out.toByteArray();
  }

  static byte[] inPng(byte[] file, int orientation) {
    return withPngChunk(file, "eXIf", block(orientation, ByteOrder.LITTLE_ENDIAN));
  }

  /** The PNG with another chunk right behind its header. */
  static byte[] withPngChunk(byte[] file, String name, byte[] block) {
    int afterHeader = 8 + 25;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, afterHeader);
    out.writeBytes(pngChunk(name, block));
    out.write(file, afterHeader, file.length - afterHeader);
    return out.toByteArray();
  }

  /** A chunk of a PNG with its right checksum. */
  public static byte[] pngChunk(String name, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
    chunk.put(name.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + data.length);
    return chunk.putInt((int) crc.getValue()).array();
  }

  /** The extended form of a WebP with a lone VP8L chunk. */
  static byte[] inLosslessWebp(byte[] file, BufferedImage picture, int orientation) {
    byte[] block = block(orientation, ByteOrder.LITTLE_ENDIAN);
    int at = 12;
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (!new String(file, at, 4, StandardCharsets.US_ASCII).equals("VP8L")) {
      at += 8 + in.getInt(at + 4) + (in.getInt(at + 4) & 1);
    }
    int frame = 8 + in.getInt(at + 4) + (in.getInt(at + 4) & 1);
    ByteBuffer out =
        ByteBuffer.allocate(12 + 18 + frame + 8 + block.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(file, 0, 4).putInt(out.capacity() - 8).put(file, 8, 4);
    out.put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(0x08);
    out.putShort((short) (picture.getWidth() - 1)).put((byte) 0);
    out.putShort((short) (picture.getHeight() - 1)).put((byte) 0);
    out.put(Arrays.copyOfRange(file, at, at + frame));
    out.put("EXIF".getBytes(StandardCharsets.US_ASCII)).putInt(block.length).put(block);
    return out.array();
  }
}
