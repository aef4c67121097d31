package io.pairstream.ingest.files;

/** Hears how an import goes on. Called by the importing thread. */
public interface ImportListener {

  /** A line or file gives no pair; the import goes on. */
  void problem(SourceItem.Problem problem);

  /** What was decided about a source as a whole, in a sentence for its owner. */
  void notice(String sentence);

  /**
   * A pair or a link is in Kafka.
   *
   * @param imageBytes size of its image; 0 for a link
   */
  void published(int imageBytes);

  /**
   * So much is read.
   *
   * @param share from 0 to 1
   */
  void read(double share);
}
