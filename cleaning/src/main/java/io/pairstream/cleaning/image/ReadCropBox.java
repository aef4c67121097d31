package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes from a pair's annotations the part of the image that its producer means: {@code crop_box =
 * x,y,width,height}, whole numbers, in pixels of the upright image.
 *
 * <p>No such annotation means the whole image. That the box lies on the image is checked where the
 * image's orientation is known.
 *
 * <p>Rejects: {@code CROP_BOX_INVALID}.
 */
public final class ReadCropBox implements Step<Map<String, String>, PixelBox> {

  /** The annotation's name. */
  public static final String ANNOTATION = "crop_box";

  private static final Pattern BOX =
      Pattern.compile(" *(\\d{1,6}) *, *(\\d{1,6}) *, *(\\d{1,6}) *, *(\\d{1,6}) *");

  /** Whether the recipe asks for the part alone: reads {@code image.crop-box}. */
  public static boolean isAskedFor(RecipeReader recipe) {
    return !recipe.isFirst("image.crop-box", "ignore", "follow");
  }

  @Override
  public String inWords() {
    return "reads the part to cut out from the producer's annotation " + ANNOTATION;
  }

  @Override
  public Outcome<PixelBox> apply(Map<String, String> annotations) {
    String text = annotations.getOrDefault(ANNOTATION, "");
    if (text.isBlank()) {
      return Outcome.kept(PixelBox.WHOLE);
    }
    Matcher box = BOX.matcher(text);
    if (!box.matches()) {
      return invalid("the crop box is not written as x,y,width,height in whole pixels");
    }
    PixelBox read = new PixelBox(number(box, 1), number(box, 2), number(box, 3), number(box, 4));
    if (read.widthPx() == 0 || read.heightPx() == 0) {
      return invalid("the crop box " + read + " is empty");
    }
    return Outcome.kept(read);
  }

  private static int number(Matcher box, int group) {
    return Integer.parseInt(box.group(group));
  }

  private static Outcome<PixelBox> invalid(String detail) {
    return Outcome.rejected(RejectReason.CROP_BOX_INVALID, detail);
  }
}
