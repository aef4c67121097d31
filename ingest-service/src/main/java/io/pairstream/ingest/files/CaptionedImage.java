package io.pairstream.ingest.files;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * One entry of a data set: where an image is and what is said about it. Strings are empty where
 * nothing is said.
 *
 * @param expectedDigest SHA-256 that the image must have, where it is still to be fetched
 */
record CaptionedImage(
    Place image,
    List<Caption> captions,
    String contributor,
    String url,
    String licence,
    String expectedDigest,
    Map<String, String> annotations) {

  /** A caption with its language hint. */
  record Caption(String text, String language) {}

  /** Where the image is. */
  sealed interface Place {

    /** In a file that is named. */
    record Named(String file) implements Place {}

    /**
     * In the entry itself.
     *
     * @param file what its file is called; empty where nobody says
     */
    record Inline(String file, ByteBuffer image) implements Place {}

    /** At the entry's URL. */
    record OnTheWeb() implements Place {}
  }

  CaptionedImage {
    captions = List.copyOf(captions);
    annotations = Map.copyOf(annotations);
  }
}
