package io.pairstream.ingest.files;

/** Hears how an import goes on. Called by the importing thread and by the producer's. */
public interface ImportListener {

  /** A line or file gives no pair; the import goes on. */
  void problem(SourceItem.Problem problem);

  /**
   * A pair is in Kafka.
   *
   * @param imageBytes size of its image
   */
  void published(int imageBytes);
}
