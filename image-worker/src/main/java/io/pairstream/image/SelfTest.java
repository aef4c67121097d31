package io.pairstream.image;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;

/**
 * A picture that is known to be good. A worker that cannot prepare it is no judge of other images.
 *
 * <p>16x16 px, left half black and right half white, as JPEG.
 */
final class SelfTest {

  private static final int SIDE_PX = 16;

  /** How far a grey level may be off, of 255; JPEG rounds. */
  private static final int TOLERANCE = 16;

  private static final ImagePlan PLAN =
      ImagePlan.of(
          new PictureOutput(
              Geometry.square(SIDE_PX), ImageEncoding.RAW, 95, ChromaSubsampling.HALVED));

  private final ImageToPrepare picture;

  SelfTest() {
    try (InputStream in = SelfTest.class.getResourceAsStream("self-test.jpg")) {
      EncodedImage file = new EncodedImage(in.readAllBytes());
      picture =
          ImageToPrepare.whole(
              new ProbedImage(
                  file, ImageType.JPEG, SIDE_PX, SIDE_PX, 8, ProbedImage.ColourModel.RGB, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ImagePlan plan() {
    return PLAN;
  }

  /** The picture with as many token ids as the models look at. */
  ImageToPrepare picture(List<ModelScore> scores) {
    int ids = scores.stream().mapToInt(ModelScore::tokens).max().orElse(0);
    return new ImageToPrepare(picture.image(), picture.cropBox(), Collections.nCopies(ids, 0));
  }

  /** Whether this is the picture. */
  boolean isPassedBy(PreparedImage prepared) {
    byte[] pixels = prepared.picture().encoded().bytes();
    if (pixels.length != SIDE_PX * SIDE_PX * 3) {
      return false;
    }
    for (int i = 0; i < pixels.length; i++) {
      int expected = i / 3 % SIDE_PX < SIDE_PX / 2 ? 0 : 255;
      if (Math.abs((pixels[i] & 0xFF) - expected) > TOLERANCE) {
        return false;
      }
    }
    return true;
  }
}
