package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import java.util.List;
import java.util.Map;

/** Images whose pixels no test looks at. */
public final class SampleImages {

  private SampleImages() {}

  /** An image of that size, as its header declares it. */
  public static ProbedImage probed(ImageType type, int widthPx, int heightPx) {
    return new ProbedImage(
        new EncodedImage(new byte[] {1}),
        type,
        widthPx,
        heightPx,
        8,
        ProbedImage.ColourModel.RGB,
        false);
  }

  /** A picture of 256 x 256 px, prepared of an image of that size. */
  public static PreparedImage prepared(
      int widthPx, int heightPx, long hash, Map<String, Double> measures) {
    return new PreparedImage(
        new Picture(
            new EncodedImage(new byte[] {2}), ImageEncoding.JPEG, PictureColour.RGB, 256, 256),
        List.of(),
        widthPx,
        heightPx,
        hash,
        0,
        measures);
  }
}
