package io.pairstream.operations.catalogue;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import java.time.Instant;

/**
 * What a producer said of a pair that was turned away, as a raw pair or as a link. Hostile text.
 *
 * @param imageBytes size of the image file; 0 of a link, whose image nobody has
 */
public record Sent(
    String caption,
    String language,
    String sourceKind,
    String contributor,
    String url,
    String licence,
    String mediaType,
    int imageBytes,
    Instant receivedAt) {

  static Sent of(RawPair raw) {
    return new Sent(
        raw.getCaption(),
        raw.getLanguage(),
        raw.getSourceKind(),
        raw.getContributor(),
        raw.getUrl(),
        raw.getLicence(),
        raw.getMediaType(),
        raw.getImage().remaining(),
        raw.getReceivedAt());
  }

  static Sent of(PairLink link) {
    return new Sent(
        link.getCaption(),
        link.getLanguage(),
        link.getSourceKind(),
        link.getContributor(),
        link.getUrl(),
        link.getLicence(),
        "",
        0,
        link.getReceivedAt());
  }
}
