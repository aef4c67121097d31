package io.pairstream.cleaning.forbidden;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Keeps pictures that look like none on a list of forbidden ones, whatever their file.
 *
 * <p>Rejects: {@code PICTURE_FORBIDDEN}.
 */
public final class RefuseForbiddenPicture implements Step<PreparedImage, PreparedImage> {

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

  private final int maxDistanceBits;
  private final boolean empty;
  private final HashIndex index;

  /** Reads {@code forbidden.hashes-file} and {@code forbidden.max-distance-bits}. */
  public RefuseForbiddenPicture(RecipeReader recipe) {
    maxDistanceBits = recipe.integer("forbidden.max-distance-bits", 4, 0, 8);
    List<String> hashes =
        ListedLines.read(
            recipe, "forbidden.hashes-file", HASH, "a perceptual hash in 16 lower-case hex digits");
    empty = hashes.isEmpty();
    index =
        new HashIndex(
            hashes.stream().mapToLong(HexFormat::fromHexDigitsToLong).toArray(), maxDistanceBits);
  }

  @Override
  public boolean isOn() {
    return !empty;
  }

  @Override
  public String inWords() {
    return "rejects pictures whose perceptual hash is within "
        + maxDistanceBits
        + " bits of a forbidden one, and keeps nothing of them";
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    return index.hasNear(image.perceptualHash())
        ? Outcome.rejected(
            RejectReason.PICTURE_FORBIDDEN,
            "the picture looks like one on the list of forbidden ones; its bytes are not kept here",
            "",
            maxDistanceBits + " bits")
        : Outcome.kept(image);
  }
}
