package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Locale;

/** What becomes of something that does not describe the image: a link, an address, a number. */
public enum Treatment {
  /** It goes, and the caption stays. */
  REMOVE,
  /** A word in brackets takes its place. */
  MASK,
  /** It stays. */
  KEEP,
  /** The caption is rejected. */
  REJECT;

  String inWords() {
    return switch (this) {
      case REMOVE -> "removed";
      case MASK -> "masked";
      case KEEP -> "kept";
      case REJECT -> "rejected with the caption";
    };
  }

  /** Reads {@code key}, one of the four in lower case; {@code remove} by default. */
  static Treatment from(RecipeReader recipe, String key) {
    return valueOf(
        recipe.choice(key, "remove", "remove", "mask", "keep", "reject").toUpperCase(Locale.ROOT));
  }
}
