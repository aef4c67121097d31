package io.pairstream.drawing;

import com.luciad.imageio.webp.WebPWriteParam;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Writes WebP files.
 *
 * <p>The encoder is a native library that exists for 64-bit x86 alone.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container</a>
 */
final class WebpFile {

  private static final int RIFF_HEADER_BYTES = 12;
  private static final byte ANIMATION_FLAG = 2;
  private static final int FASTEST = 0;

  private WebpFile() {}

  /** Whether the encoder runs on this machine. */
  static boolean isAvailable() {
    return Availability.HERE;
  }

  /**
   * A whole file, lossy.
   *
   * @param quality from 0 to 1
   */
  static byte[] encode(BufferedImage image, float quality) {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("webp");
    ImageWriter writer = writers.next();
    WebPWriteParam settings = new WebPWriteParam(Locale.ROOT);
    settings.setCompressionType(settings.getCompressionTypes()[WebPWriteParam.LOSSY_COMPRESSION]);
    settings.setCompressionQuality(quality);
    settings.setMethod(FASTEST);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A file with two equal frames. */
  static byte[] animated(BufferedImage image, float quality) {
    byte[] still = encode(image, quality);
    byte[] frameData = Arrays.copyOfRange(still, RIFF_HEADER_BYTES, still.length);
    byte[] canvas = size(image);
    byte[] extended =
        ByteBuffer.allocate(10).put(ANIMATION_FLAG).put(new byte[3]).put(canvas).array();
    byte[] frame =
        little(16 + frameData.length)
            .put(new byte[6])
            .put(canvas)
            .put(new byte[] {100, 0, 0, 0})
            .put(frameData)
            .array();
    ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    chunks.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
    chunk(chunks, "VP8X", extended);
    chunk(chunks, "ANIM", new byte[6]);
    chunk(chunks, "ANMF", frame);
    chunk(chunks, "ANMF", frame);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    chunk(file, "RIFF", chunks.toByteArray());
    return file.toByteArray();
  }

  /** Width and height, less one, in 24 bits each. */
  private static byte[] size(BufferedImage image) {
    int width = image.getWidth() - 1;
    int height = image.getHeight() - 1;
    return new byte[] {
      (byte) width,
      (byte) (width >> 8),
      (byte) (width >> 16),
      (byte) height,
      (byte) (height >> 8),
      (byte) (height >> 16)
    };
  }

  private static void chunk(ByteArrayOutputStream into, String type, byte[] data) {
    into.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
    into.writeBytes(little(4).putInt(data.length).array());
    into.writeBytes(data);
    if (data.length % 2 == 1) {
      into.write(0);
    }
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Tries the encoder once, when it is first asked for. */
  private static final class Availability {

    static final boolean HERE = tryOut();

    private static boolean tryOut() {
      try {
        return encode(new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR), 0.5f).length > 0;
      } catch (LinkageError | RuntimeException e) {
        return false;
      }
    }
  }
}
