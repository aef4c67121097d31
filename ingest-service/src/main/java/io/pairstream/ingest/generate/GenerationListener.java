package io.pairstream.ingest.generate;

/** Hears how a run goes on. Called by several threads. */
public interface GenerationListener {

  /**
   * A pair is in Kafka.
   *
   * @param imageBytes size of its image
   */
  void published(int imageBytes);

  /** A prompt gives no image, or fewer than were asked for; the run goes on. */
  void problem(String where, String message);

  /** Every request waits, because the API wants to be left alone. */
  void waiting(long seconds, String why);
}
