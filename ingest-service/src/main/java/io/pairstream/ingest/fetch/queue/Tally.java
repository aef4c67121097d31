package io.pairstream.ingest.fetch.queue;

/** Counts what is done. Not thread-safe. */
final class Tally {

  private long fetched;
  private long quarantined;
  private long triedAgain;
  private long putOff;

  void fetched() {
    fetched++;
  }

  void quarantined() {
    quarantined++;
  }

  void triedAgain() {
    triedAgain++;
  }

  void putOff() {
    putOff++;
  }

  FetchCounts counts(int underWay, int inMemory, int notDue) {
    return new FetchCounts(fetched, quarantined, triedAgain, putOff, underWay, inMemory, notDue);
  }
}
