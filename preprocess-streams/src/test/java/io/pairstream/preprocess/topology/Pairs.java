package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.ToLongFunction;
import javax.imageio.ImageIO;

/** Pairs made for a test, and a worker that prepares them without decoding. */
final class Pairs {

  /** Answers a fixed picture: the topology must not care what the pixels are. */
  static final ImageWorker WORKER = worker(image -> 0x0123456789abcdefL);

  private Pairs() {}

  /** A good pair; another number is another image. */
  static RawPair good(int number) {
    return pair(jpeg(256, 256, number), "a plain picture of number " + number);
  }

  static RawPair pair(byte[] image, String caption) {
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(image))
        .setCaption(caption)
        .setMetadata(
            PairMetadata.newBuilder()
                .setReceivedAt(TopologyUnderTest.ARRIVAL.minusSeconds(5))
                .build())
        .build();
  }

  static byte[] jpeg(int widthPx, int heightPx, int number) {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(40 + number * 7919 & 0xFFFFFF));
    graphics.fillRect(0, 0, widthPx, heightPx);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(number * 8 % widthPx, number / 32 * 8 % heightPx, 8, 8);
    graphics.dispose();
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "jpeg", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A worker that gives each image this perceptual hash; mirrored, its reverse. */
  static ImageWorker worker(ToLongFunction<EncodedImage> hash) {
    return worker(hash, image -> Long.reverse(hash.applyAsLong(image)));
  }

  /** A worker that gives each image these perceptual hashes, upright and mirrored. */
  static ImageWorker worker(
      ToLongFunction<EncodedImage> hash, ToLongFunction<EncodedImage> mirrored) {
    return (image, plan) ->
        prepared(
            image,
            plan,
            hash.applyAsLong(image.image().encoded()),
            mirrored.applyAsLong(image.image().encoded()));
  }

  private static Outcome<PreparedImage> prepared(
      ImageToPrepare image, ImagePlan plan, long hash, long mirrored) {
    return Outcome.kept(
        new PreparedImage(
            picture(plan.main()),
            plan.renditions().stream()
                .map(rendition -> new Picture.Named(rendition.name(), picture(rendition.output())))
                .toList(),
            image.image().widthPx(),
            image.image().heightPx(),
            hash,
            mirrored,
            Map.of(
                "crop_box_left_px", (double) image.cropBox().leftPx(), "colour_deviation", 50.0)));
  }

  private static Picture picture(PictureOutput output) {
    return new Picture(
        new EncodedImage(new byte[] {1, 2, 3}),
        output.encoding(),
        PictureColour.RGB,
        output.geometry().widthPx(),
        output.geometry().heightPx());
  }
}
