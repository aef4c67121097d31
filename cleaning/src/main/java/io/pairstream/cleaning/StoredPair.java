package io.pairstream.cleaning;

import java.util.Map;

/**
 * The part of a published pair that steps can judge again without its text or pixels.
 *
 * @param imageDigest lower-case hex SHA-256 of the image file
 * @param perceptualHash 64-bit DCT hash of the main picture
 * @param language tag of the caption's language
 * @param measures published values by name
 */
public record StoredPair(
    String imageDigest, long perceptualHash, String language, Map<String, Double> measures) {

  /** The caption with its measures, and an empty text in the place of the real one. */
  public CleanedCaption caption() {
    return new CleanedCaption("", language, measures, Map.of());
  }
}
