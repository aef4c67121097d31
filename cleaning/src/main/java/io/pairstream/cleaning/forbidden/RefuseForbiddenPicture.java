package io.pairstream.cleaning.forbidden;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Keeps pictures that look like none on a list of forbidden ones, whatever their file.
 *
 * <p>Rejects: {@code PICTURE_FORBIDDEN}.
 */
public final class RefuseForbiddenPicture implements Step<PreparedImage, PreparedImage> {

  private final Listed listed;

  public RefuseForbiddenPicture(Listed listed) {
    this.listed = listed;
  }

  @Override
  public String inWords() {
    return "turns away pictures whose perceptual hash is within "
        + listed.maxDistanceBits
        + " bits of a forbidden one, and keeps nothing of them";
  }

  @Override
  public Outcome<PreparedImage> apply(PreparedImage image) {
    return listed.index.hasNear(image.perceptualHash())
        ? Outcome.rejected(
            RejectReason.PICTURE_FORBIDDEN,
            "the picture looks like one on the list of forbidden ones; its bytes are not kept here",
            "",
            listed.maxDistanceBits + " bits")
        : Outcome.kept(image);
  }

  /** The perceptual hashes of forbidden pictures, and how near is too near. */
  public static final class Listed implements Switchable {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

    private final boolean empty;
    private final int maxDistanceBits;
    private final HashIndex index;

    Listed(List<String> hashes, int maxDistanceBits) {
      this.empty = hashes.isEmpty();
      this.maxDistanceBits = maxDistanceBits;
      this.index =
          new HashIndex(
              hashes.stream().mapToLong(hash -> Long.parseUnsignedLong(hash, 16)).toArray(),
              maxDistanceBits);
    }

    /** Reads {@code forbidden.hashes-file} and {@code forbidden.max-distance-bits}. */
    public static Listed from(RecipeReader recipe) {
      int maxDistanceBits = recipe.integer("forbidden.max-distance-bits", 4, 0, 8);
      return new Listed(
          ListedLines.read(
              recipe,
              "forbidden.hashes-file",
              HASH,
              "a perceptual hash in 16 lower-case hex digits"),
          maxDistanceBits);
    }

    @Override
    public boolean isOn() {
      return !empty;
    }
  }
}
