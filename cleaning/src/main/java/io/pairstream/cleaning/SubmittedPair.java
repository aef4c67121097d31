package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import java.util.Map;

/**
 * An image with its caption, as a producer sent them.
 *
 * @param annotations whatever else the producer knows, by name
 */
public record SubmittedPair(
    EncodedImage image, ReceivedCaption caption, Map<String, String> annotations) {

  public SubmittedPair {
    annotations = Map.copyOf(annotations);
  }
}
