package io.pairstream.feed.record;

/**
 * Which of a pair's images and token ids are read.
 *
 * @param rendition name of the rendition; empty for the pair's own image
 * @param tokenSet name of the token set; empty for the pair's own token ids
 */
public record Selection(String rendition, String tokenSet) {

  /** The pair's own image and token ids. */
  public static final Selection MAIN = new Selection("", "");
}
