package io.pairstream.ingest.files;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;

/** Next item of a source: a pair, a link to one, or a problem in place of either. */
public sealed interface SourceItem {

  /**
   * Number of the entry that it belongs to: the line of a text, the row of a table, the how-manyth
   * image of a folder or tar. Grows from entry to entry, from 1 at the least; an image with three
   * captions gives three items of one entry.
   */
  long entry();

  /** Where in the source: {@code captions.csv:12} or {@code birds/owl.jpg}. */
  String where();

  /** A pair that can be published. */
  record Pair(long entry, String where, RawPair pair) implements SourceItem {}

  /** A link that can be published: its image is still to be fetched. */
  record Link(long entry, String where, PairLink link) implements SourceItem {}

  /**
   * A line or a file that gives no pair.
   *
   * @param rows how many rows it stands for: more than 1 where a damage costs those behind it too
   */
  record Problem(long entry, String where, String message, long rows) implements SourceItem {

    public Problem(long entry, String where, String message) {
      this(entry, where, message, 1);
    }
  }
}
