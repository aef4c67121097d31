package io.pairstream.ingest.publish;

import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * One image with one caption, as an ingest API received them.
 *
 * <p>Strings are empty where nothing is known. Equal by content.
 *
 * @param image the encoded image file as received, from the buffer's position to its limit; nobody
 *     changes the bytes afterwards
 * @param caption the caption as received
 * @param language the producer's hint, a BCP 47 tag such as {@code en} or {@code zh}
 * @param sourceKind how the pair was obtained
 * @param contributor who contributed the pair, in the producer's own terms
 * @param url where the image was found
 * @param licence licence under which the image may be used, a name or an SPDX identifier
 * @param mediaType media type as the producer declares it
 * @param annotations whatever else the producer knows, by name
 */
public record NewPair(
    ByteBuffer image,
    String caption,
    String language,
    SourceKind sourceKind,
    String contributor,
    String url,
    String licence,
    String mediaType,
    Map<String, String> annotations)
    implements Submission {

  public NewPair {
    // Names with one hash code make a tree here. Map.copyOf would compare each with all before it.
    annotations = Collections.unmodifiableMap(new HashMap<>(annotations));
  }

  /** A pair of which no more is known than these four. */
  public static NewPair of(
      ByteBuffer image, String caption, String language, SourceKind sourceKind) {
    return new NewPair(image, caption, language, sourceKind, "", "", "", "", Map.of());
  }

  /** Size of the image file in bytes. */
  public int imageBytes() {
    return image.remaining();
  }
}
