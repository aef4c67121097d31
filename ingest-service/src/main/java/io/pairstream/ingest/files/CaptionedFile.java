package io.pairstream.ingest.files;

import java.util.List;
import java.util.Map;

/**
 * One entry of a caption list: an image file's name and what the list says about it. Strings are
 * empty where the list says nothing.
 */
record CaptionedFile(
    String file,
    List<Caption> captions,
    String contributor,
    String url,
    String licence,
    Map<String, String> annotations) {

  /** A caption with its language hint. */
  record Caption(String text, String language) {}

  CaptionedFile {
    captions = List.copyOf(captions);
    annotations = Map.copyOf(annotations);
  }
}
