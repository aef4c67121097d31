package io.pairstream.benchmarks.mutations;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Real photographs as small files of several formats, so that a million of them are affordable. */
final class SmallPictures {

  private static final int[] SIDES_PX = {48, 97, 160};

  private SmallPictures() {}

  /**
   * Small files of the images in a folder, of which it takes every so many.
   *
   * @param most photographs to take
   */
  static List<byte[]> of(Path folder, int most) throws IOException {
    List<Path> images;
    try (Stream<Path> files = Files.walk(folder)) {
      images =
          files
              .filter(file -> file.toString().matches("(?i).*\\.(jpe?g|png|webp|gif)"))
              .sorted()
              .toList();
    }
    if (images.isEmpty()) {
      throw new IOException(folder + " holds no images (jpg, jpeg, png, webp, gif)");
    }
    List<byte[]> small = new ArrayList<>();
    for (int i = 0; i < Math.min(most, images.size()); i++) {
      byte[] file =
          Files.readAllBytes(images.get((int) ((long) i * images.size() / most % images.size())));
      BufferedImage photograph = ImageIO.read(new ByteArrayInputStream(file));
      if (photograph == null) {
        small.add(file); // a format that only the workers read: as it is
        continue;
      }
      BufferedImage scaled = scaled(photograph, SIDES_PX[i % SIDES_PX.length]);
      small.add(jpeg(scaled, false));
      small.add(jpeg(scaled, true));
      small.add(written(scaled, "png"));
      small.add(written(palette(scaled), "gif"));
      small.add(written(palette(scaled), "png"));
    }
    return small;
  }

  private static BufferedImage scaled(BufferedImage photograph, int longSidePx) {
    double scale = (double) longSidePx / Math.max(photograph.getWidth(), photograph.getHeight());
    int width = Math.max(1, (int) (photograph.getWidth() * scale));
    int height = Math.max(1, (int) (photograph.getHeight() * scale));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    draw(photograph, small);
    return small;
  }

  private static BufferedImage palette(BufferedImage picture) {
    BufferedImage indexed =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_INDEXED);
    draw(picture, indexed);
    return indexed;
  }

  private static void draw(BufferedImage from, BufferedImage to) {
    Graphics2D graphics = to.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(from, 0, 0, to.getWidth(), to.getHeight(), null);
    graphics.dispose();
  }

  private static byte[] jpeg(BufferedImage picture, boolean progressive) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(
        progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] written(BufferedImage picture, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, format, bytes);
    return bytes.toByteArray();
  }
}
