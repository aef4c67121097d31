package io.pairstream.drawing;

import com.luciad.imageio.webp.WebPWriteParam;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Image files of every kind that scenes come in, and files that come in the place of one. */
final class ImageFile {

  private static final short BOMB_SIDE_PX = 30_000;

  private ImageFile() {}

  /**
   * A JPEG file.
   *
   * @param quality from 0 to 1
   */
  static byte[] jpeg(BufferedImage image, float quality, boolean progressive) {
    ImageWriter writer = writer("jpeg");
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionQuality(quality);
    settings.setProgressiveMode(
        progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    return write(writer, settings, image);
  }

  /** A PNG file with little compression. */
  static byte[] png(BufferedImage image) {
    ImageWriter writer = writer("png");
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionQuality(0.8f);
    return write(writer, settings, image);
  }

  static byte[] bitmap(BufferedImage image) {
    ImageWriter writer = writer("bmp");
    return write(writer, writer.getDefaultWriteParam(), image);
  }

  /** Whether WebP files can be written: the encoder is native, for 64-bit x86 alone. */
  static boolean hasWebp() {
    return WebpAvailability.HERE;
  }

  /**
   * A lossy WebP file.
   *
   * @param quality from 0 to 1
   */
  static byte[] webp(BufferedImage image, float quality) {
    WebPWriteParam settings = new WebPWriteParam(Locale.ROOT);
    settings.setCompressionType(settings.getCompressionTypes()[WebPWriteParam.LOSSY_COMPRESSION]);
    settings.setCompressionQuality(quality);
    settings.setMethod(0); // the fastest
    return write(writer("webp"), settings, image);
  }

  /** A GIF file of 43 bytes that declares 30000x30000 px, in two random colours. */
  static byte[] gifBomb(SplittableRandom random) {
    ByteBuffer gif = ByteBuffer.allocate(43).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort(BOMB_SIDE_PX).putShort(BOMB_SIDE_PX).put((byte) 0x80).put((byte) 0).put((byte) 0);
    byte[] colours = new byte[6];
    random.nextBytes(colours);
    gif.put(colours);
    gif.put(new byte[] {0x21, (byte) 0xF9, 4, 0, 0, 0, 0, 0});
    gif.put((byte) 0x2C).putInt(0).putShort(BOMB_SIDE_PX).putShort(BOMB_SIDE_PX).put((byte) 0);
    gif.put(new byte[] {2, 2, 0x44, 1, 0, 0x3B});
    return gif.array();
  }

  private static ImageWriter writer(String format) {
    return ImageIO.getImageWritersByFormatName(format).next();
  }

  private static byte[] write(ImageWriter writer, ImageWriteParam settings, BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 15);
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

  /** Tries the encoder once, when it is first asked for. */
  private static final class WebpAvailability {

    static final boolean HERE = tryOut();

    private static boolean tryOut() {
      try {
        return webp(new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR), 0.5f).length > 0;
      } catch (LinkageError | RuntimeException e) {
        return false;
      }
    }
  }
}
