package io.pairstream.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Files that break their format's rules and hold every pixel, as Pillow, libvips and browsers show
 * them: a name, the flawless file, the other.
 */
final class Blemishes {

  private Blemishes() {}

  static Stream<Arguments> ofJpeg(byte[] file) {
    int scan = indexOf(file, "\u00ff\u00da");
    int selection = scan + 2 + file[scan + 3] - 3;
    byte[] noJfif = replaced(file, 2, 20, "");
    return Stream.of(
        Arguments.of("a scan to coefficient 0", file, with(file, selection, "003f00", "000000")),
        Arguments.of("a scan from 1 to 5", file, with(file, selection, "003f00", "010500")),
        Arguments.of("a scan of a bit", file, with(file, selection, "003f00", "003f21")),
        Arguments.of("JFIF 2.01", file, with(file, 11, "0102", "0201")),
        Arguments.of("JFIF 0.0", file, with(file, 11, "0102", "0000")),
        Arguments.of("Adobe transform 7", file, adobe(noJfif, 7)),
        Arguments.of("Adobe transform 2 of three", file, adobe(noJfif, 2)),
        Arguments.of(
            "half a colour profile",
            file,
            replaced(file, 20, 20, "\u00ff\u00e2\0\u0013ICC_PROFILE\0\u0001\u0002abc")),
        Arguments.of("strays between segments", file, replaced(file, 20, 20, "0a\0")),
        Arguments.of(
            "all of them",
            file,
            adobe(replaced(with(noJfif, selection - 18, "003f00", "000000"), 2, 2, "abc"), 255)));
  }

  static Stream<Arguments> ofPng(BufferedImage drawn) {
    byte[] rows = new byte[drawn.getHeight() * (1 + 3 * drawn.getWidth())];
    for (int y = 0, at = 0; y < drawn.getHeight(); y++) {
      at++;
      for (int x = 0; x < drawn.getWidth(); x++) {
        for (int shift = 16; shift >= 0; shift -= 8) {
          rows[at++] = (byte) (drawn.getRGB(x, y) >> shift);
        }
      }
    }
    byte[] pixels = deflated(rows);
    byte[] more = deflated(Arrays.copyOf(rows, rows.length + 3 * (1 + 3 * drawn.getWidth())));
    byte[] file = png(drawn, pixels);
    byte[] alpha = Pictures.png(Pictures.drawTranslucent(60, 40), false);
    ByteBuffer control = ByteBuffer.allocate(26).putInt(0);
    control.putInt(drawn.getWidth()).putInt(drawn.getHeight()).putLong(0).putInt(0x00010064);
    ByteBuffer count = ByteBuffer.allocate(8).putInt(1).putInt(0);
    byte[] counted = ExifBlocks.withPngChunk(file, "fcTL", control.array());
    return Stream.of(
        Arguments.of("a byte behind the pixels' code", file, png(drawn, joined(pixels, "x"))),
        Arguments.of("300 of them", file, png(drawn, joined(pixels, "abc".repeat(100)))),
        Arguments.of("three rows too many", file, png(drawn, more)),
        Arguments.of("both", file, png(drawn, joined(more, "abc"))),
        Arguments.of(
            "a clear colour beside alpha",
            alpha,
            ExifBlocks.withPngChunk(alpha, "tRNS", new byte[6])),
        Arguments.of("a broken place on the page", file, chunk(file, "oFFs")),
        Arguments.of("a broken scale", file, chunk(file, "sCAL")),
        Arguments.of("a broken calibration", file, chunk(file, "pCAL")),
        Arguments.of("a broken background", file, chunk(file, "bKGD")),
        Arguments.of("a histogram of no palette", file, chunk(file, "hIST")),
        Arguments.of("two palettes of no use", file, chunk(chunk(file, "PLTE"), "PLTE")),
        Arguments.of("a broken palette to choose from", file, chunk(file, "sPLT")),
        Arguments.of(
            "an animation of one frame",
            file,
            ExifBlocks.withPngChunk(counted, "acTL", count.array())));
  }

  private static byte[] chunk(byte[] file, String name) {
    return ExifBlocks.withPngChunk(file, name, new byte[] {1, 2, 3});
  }

  static Stream<Arguments> ofWebp(BufferedImage drawn) {
    return Stream.of(90, 101)
        .map(
            quality -> {
              byte[] file = Pictures.webp(drawn, quality);
              return Arguments.of(
                  "an animation of one frame, quality " + quality,
                  file,
                  animated(file, drawn.getWidth(), drawn.getHeight()));
            });
  }

  /** The one picture of a WebP as the only frame of an animation. */
  private static byte[] animated(byte[] still, int width, int height) {
    int frame = still.length - 12;
    ByteBuffer file =
        ByteBuffer.allocate(12 + 18 + 14 + 8 + 16 + frame).order(ByteOrder.LITTLE_ENDIAN);
    file.put("RIFF".getBytes(ISO_8859_1)).putInt(file.capacity() - 8);
    file.put("WEBPVP8X".getBytes(ISO_8859_1)).putInt(10).putInt(0x02);
    putSides(file, width, height);
    file.put("ANIM".getBytes(ISO_8859_1)).putInt(6).putInt(0).putShort((short) 0);
    file.put("ANMF".getBytes(ISO_8859_1)).putInt(16 + frame).put(new byte[6]);
    putSides(file, width, height);
    file.putInt(100).put(still, 12, frame);
    return file.array();
  }

  private static void putSides(ByteBuffer file, int width, int height) {
    file.putShort((short) (width - 1)).put((byte) 0);
    file.putShort((short) (height - 1)).put((byte) 0);
  }

  private static byte[] png(BufferedImage drawn, byte[] pixels) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(HexFormat.of().parseHex("89504e470d0a1a0a"));
    ByteBuffer header = ByteBuffer.allocate(13).putInt(drawn.getWidth()).putInt(drawn.getHeight());
    file.writeBytes(ExifBlocks.pngChunk("IHDR", header.put((byte) 8).put((byte) 2).array()));
    file.writeBytes(ExifBlocks.pngChunk("IDAT", pixels));
    file.writeBytes(ExifBlocks.pngChunk("IEND", new byte[0]));
    return file.toByteArray();
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    byte[] code = new byte[bytes.length + 1024];
    int length = deflater.deflate(code);
    deflater.end();
    return Arrays.copyOf(code, length);
  }

  private static byte[] adobe(byte[] file, int transform) {
    return replaced(file, 2, 2, "\u00ff\u00ee\0\u000eAdobe\0d\0\0\0\0" + (char) transform);
  }

  private static byte[] with(byte[] file, int at, String expected, String hex) {
    byte[] other = file.clone();
    byte[] before = HexFormat.of().parseHex(expected);
    if (!Arrays.equals(file, at, at + before.length, before, 0, before.length)) {
      throw new AssertionError("no " + expected + " at " + at);
    }
    byte[] bytes = HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, other, at, bytes.length);
    return other;
  }

  private static byte[] joined(byte[] file, String tail) {
    return Pictures.withTrailer(file, tail);
  }

  private static byte[] replaced(byte[] file, int from, int to, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, from);
    out.writeBytes(text.getBytes(ISO_8859_1));
    out.write(file, to, file.length - to);
    return out.toByteArray();
  }

  private static int indexOf(byte[] file, String bytes) {
    return new String(file, ISO_8859_1).indexOf(bytes);
  }
}
