package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.sandbox.WorkerSettings;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Drawn pictures in every format, and a second decoder's view of them. */
public final class Pictures {

  private Pictures() {}

  /**
   * The class path that the build lays out for workers, and limits that neither a picture nor a
   * start reaches, however busy the machine.
   */
  public static WorkerSettings settings(int workers) {
    return settings(System.getProperty("pairstream.worker.classpath"), workers);
  }

  /** Settings with the usual limits and a class path of one's own. */
  public static WorkerSettings settings(String classPath, int workers) {
    return WorkerSettings.of(classPath, workers)
        .withLimits(Duration.ofMinutes(5), Duration.ofMinutes(10));
  }

  /** As in production, where what runs for long is compiled twice. */
  static WorkerSettings compilingTwice(WorkerSettings settings, String... options) {
    return settings.withJvmOptions(
        Stream.concat(Stream.of("-XX:TieredStopAtLevel=4"), Stream.of(options))
            .toArray(String[]::new));
  }

  /** A picture with a different look for each seed and no symmetry. */
  static BufferedImage draw(int width, int height, int type, long seed) {
    BufferedImage image = new BufferedImage(width, height, type);
    Random random = new Random(seed);
    Graphics2D pen = image.createGraphics();
    pen.setPaint(new GradientPaint(0, 0, colour(random, 255), width, height, colour(random, 255)));
    pen.fillRect(0, 0, width, height);
    for (int i = 0; i < 12; i++) {
      pen.setPaint(colour(random, 255));
      pen.fillOval(random.nextInt(width), random.nextInt(height), 1 + width / 4, 1 + height / 5);
    }
    pen.dispose();
    return image;
  }

  private static Color colour(Random random, int alpha) {
    return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256), alpha);
  }

  static BufferedImage drawRgb(int width, int height) {
    return draw(width, height, BufferedImage.TYPE_INT_RGB, 7);
  }

  /** A picture of one colour. */
  public static BufferedImage flat(Color colour, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setPaint(colour);
    pen.fillRect(0, 0, width, height);
    pen.dispose();
    return image;
  }

  /** A picture that no encoder makes small. */
  static BufferedImage noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  /** A picture whose alpha runs from clear at the left to solid at the right. */
  static BufferedImage drawTranslucent(int width, int height) {
    BufferedImage image = draw(width, height, BufferedImage.TYPE_INT_ARGB, 9);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int alpha = 255 * x / (width - 1);
        image.setRGB(x, y, (image.getRGB(x, y) & 0xFFFFFF) | alpha << 24);
      }
    }
    return image;
  }

  static byte[] jpeg(BufferedImage image, boolean progressive) {
    return write(image, "jpeg", 0.9f, progressive);
  }

  /** A PNG by Java's own encoder. */
  public static byte[] png(BufferedImage image, boolean interlaced) {
    return write(image, "png", 1, interlaced);
  }

  static byte[] gif(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "gif", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] write(
      BufferedImage image, String format, float quality, boolean progressive) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(quality);
      }
      param.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A WebP by OpenCV; quality above 100 is lossless. */
  static byte[] webp(BufferedImage image, int quality) {
    boolean alpha = image.getColorModel().hasAlpha();
    int channels = alpha ? 4 : 3;
    byte[] pixels = new byte[image.getWidth() * image.getHeight() * channels];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int argb = image.getRGB(x, y);
        for (int shift = 0; shift < 8 * channels; shift += 8) {
          pixels[at++] = (byte) (argb >> shift);
        }
      }
    }
    try (BytePointer data = new BytePointer(pixels);
        Mat mat =
            new Mat(
                image.getHeight(),
                image.getWidth(),
                alpha ? opencv_core.CV_8UC4 : opencv_core.CV_8UC3,
                data);
        BytePointer file = new BytePointer();
        IntPointer param = new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality)) {
      opencv_imgcodecs.imencode(".webp", mat, file, param);
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }

  /** The file with {@code trailer} behind its end. */
  static byte[] withTrailer(byte[] file, String trailer) {
    byte[] tail = trailer.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(file, file.length + tail.length);
    System.arraycopy(tail, 0, all, file.length, tail.length);
    return all;
  }

  static ProbedImage probe(byte[] file) {
    return new ProbeImage()
        .apply(new EncodedImage(file))
        .fold(
            image -> image,
            rejection -> {
              throw new AssertionError("the gate rejects it: " + rejection);
            });
  }

  /** The plan of a recipe. */
  static ImagePlan plan(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    ImagePlan plan = ImagePlan.from(recipe);
    recipe.finish();
    return plan;
  }

  /** The centre square, as a file of this kind. */
  static ImagePlan square(int side, ImageEncoding encoding) {
    return plan("image: {side-px: " + side + ", encoding: " + encoding.label() + "}");
  }

  static ImagePlan raw(int side) {
    return square(side, ImageEncoding.RAW);
  }

  /** Gate and worker; the reasons of both. */
  static Outcome<PreparedImage> prepare(ImageWorker worker, byte[] file, ImagePlan plan) {
    return new ProbeImage()
        .apply(new EncodedImage(file))
        .then(image -> worker.prepare(ImageToPrepare.whole(image), plan));
  }

  static PreparedImage kept(Outcome<PreparedImage> outcome) {
    return outcome.fold(
        image -> image,
        rejection -> {
          throw new AssertionError(rejection.toString());
        });
  }

  static Rejection rejection(Outcome<PreparedImage> outcome) {
    List<Rejection> rejections = outcome.rejectedOnly();
    if (rejections.isEmpty()) {
      throw new AssertionError("the image is kept");
    }
    return rejections.get(0);
  }

  static RejectReason reason(Outcome<PreparedImage> outcome) {
    return rejection(outcome).reason();
  }

  /** Picture that Java's own decoder makes of the file. */
  static BufferedImage decode(byte[] file) {
    try {
      return ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** uint8 [side, side, 3], RGB: the centre square, transparent pixels on white, not scaled. */
  static byte[] centre(BufferedImage image) {
    int side = Math.min(image.getWidth(), image.getHeight());
    int left = (image.getWidth() - side) / 2;
    int top = (image.getHeight() - side) / 2;
    return part(image, left, top, side, side);
  }

  /** uint8 [height, width, 3], RGB: all of it, transparent pixels on white. */
  static byte[] rgb(BufferedImage image) {
    return part(image, 0, 0, image.getWidth(), image.getHeight());
  }

  /** uint8 [height, width, 3], RGB: a part of it, transparent pixels on white. */
  static byte[] part(BufferedImage image, int left, int top, int width, int height) {
    byte[] pixels = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int argb = argb(image, left + x, top + y);
        int alpha = argb >>> 24;
        for (int shift = 16; shift >= 0; shift -= 8) {
          int level = argb >> shift & 0xFF;
          pixels[at++] = (byte) ((level * alpha + 255 * (255 - alpha) + 127) / 255);
        }
      }
    }
    return pixels;
  }

  /** Java takes grey levels for linear light and would change them on the way to RGB. */
  private static int argb(BufferedImage image, int x, int y) {
    Raster raster = image.getRaster();
    if (image.getColorModel().getColorSpace().getType() != ColorSpace.TYPE_GRAY) {
      return image.getRGB(x, y);
    }
    int alpha = raster.getNumBands() == 2 ? raster.getSample(x, y, 1) : 255;
    return alpha << 24 | raster.getSample(x, y, 0) * 0x010101;
  }

  /** Mean absolute difference of two pixel buffers, in levels of 255. */
  static double difference(byte[] a, byte[] b) {
    if (a.length != b.length) {
      throw new AssertionError(a.length + " and " + b.length + " bytes");
    }
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
    }
    return (double) sum / a.length;
  }
}
