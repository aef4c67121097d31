package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * A recipe's settings for pictures that nearly copy an earlier one: rescaled, saved anew, mirrored.
 *
 * @param policy treatment of near copies
 * @param maxDistanceBits perceptual hashes that differ in at most so many of 64 bits are near
 *     copies
 * @param mirrored whether a mirrored picture is a copy
 * @param maxCaptions most captions from the web that one picture is published with; 0 for any
 *     number
 */
public record NearCopies(Policy policy, int maxDistanceBits, boolean mirrored, int maxCaptions) {

  /** Treatment of near copies. */
  public enum Policy {

    /** Near copies are not looked for. */
    IGNORE,

    /** The first is published, the later ones are rejected. */
    KEEP_FIRST,

    /** The one of most pixels is published: a larger one takes the place of a smaller one. */
    KEEP_BEST,

    /** All are published, in the split of the first. */
    KEEP_ALL
  }

  /** Settings of a recipe without the section. */
  public static final NearCopies DEFAULT = new NearCopies(Policy.KEEP_ALL, 4, true, 20);

  /** Reads {@code near-copies.*}. */
  public static NearCopies from(RecipeReader recipe) {
    return new NearCopies(
        recipe.choice("near-copies.policy", DEFAULT.policy),
        recipe.integer("near-copies.max-distance-bits", DEFAULT.maxDistanceBits, 0, 8),
        recipe.flag("near-copies.mirrored", DEFAULT.mirrored),
        recipe.integer("near-copies.max-captions-of-a-picture", DEFAULT.maxCaptions, 0, 1_000_000));
  }

  public boolean areLookedFor() {
    return policy != Policy.IGNORE;
  }

  /** Description of the treatment, for a person; empty where nothing is done. */
  public String inWords() {
    if (!areLookedFor()) {
      return "";
    }
    return "looks for earlier pictures%s whose perceptual hash is within %d of 64 bits, and %s"
        .formatted(
            mirrored ? ", mirrored ones too," : "",
            maxDistanceBits,
            switch (policy) {
              case KEEP_FIRST -> "rejects the later one";
              case KEEP_BEST -> "rejects the smaller one";
              default -> "puts the later one into the split of the first";
            });
  }

  /** Description of the limit of captions, for a person; empty where there is none. */
  public String captionsInWords() {
    return maxCaptions == 0
        ? ""
        : "publishes a picture from the web with at most %d captions".formatted(maxCaptions);
  }
}
