package io.pairstream.curation.review;

import io.pairstream.curation.actions.Actor;
import java.nio.charset.StandardCharsets;

/**
 * A person's decision, and why.
 *
 * @param caption the new caption where the decision is {@link Decision#RECAPTIONED}; empty
 *     otherwise; at most {@value #MAX_CAPTION_BYTES} bytes of UTF-8
 * @param comment why, in at most {@value #MAX_COMMENT_CHARS} characters
 * @param again whether a pair that was sent again before is sent once more
 * @param actor who decides
 */
public record ReviewDecision(
    Decision decision, String caption, String comment, boolean again, Actor actor) {

  /** Kind of decision; the name is kept in the review. */
  public enum Decision {
    /** The pair comes again, and the reason of its rejection does not count. */
    ACCEPTED,
    /**
     * The pair comes again with another caption, under which it is another pair; the reason of its
     * rejection does not count.
     */
    RECAPTIONED,
    /** The pair comes again, and the rules judge it anew; a link is fetched anew. */
    REPLAYED,
    /** The pair stays in quarantine. */
    REJECTED;

    boolean sends() {
      return this != REJECTED;
    }

    boolean waives() {
      return this == ACCEPTED || this == RECAPTIONED;
    }
  }

  static final int MAX_CAPTION_BYTES = 8192;
  static final int MAX_COMMENT_CHARS = 2000;

  /**
   * @throws IllegalArgumentException for words that no review can hold, with what is wrong
   */
  public ReviewDecision {
    if (comment.isBlank()) {
      throw new IllegalArgumentException("comment is missing: say why");
    }
    if (comment.length() > MAX_COMMENT_CHARS) {
      throw new IllegalArgumentException(
          "comment may have " + MAX_COMMENT_CHARS + " characters, not " + comment.length());
    }
    if ((decision == Decision.RECAPTIONED) == caption.isBlank()) {
      throw new IllegalArgumentException(
          caption.isBlank()
              ? "caption is missing: say what the image shows"
              : "caption goes with RECAPTIONED only, not with " + decision);
    }
    int bytes = caption.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_CAPTION_BYTES) {
      throw new IllegalArgumentException(
          "caption may have " + MAX_CAPTION_BYTES + " bytes of UTF-8, not " + bytes);
    }
  }
}
