package io.pairstream.ingest.fetch.queue;

/**
 * What this instance did since it started, and what it is at.
 *
 * @param fetched links that became raw pairs
 * @param quarantined links that went to quarantine
 * @param triedAgain attempts that failed and are to be repeated
 * @param putOff links that came before their turn, or lay where another instance works
 * @param underWay links that the fetcher has now
 * @param inMemory links that wait here for their host's turn
 * @param notDue links of this instance's partitions that are not due yet
 */
public record FetchCounts(
    long fetched,
    long quarantined,
    long triedAgain,
    long putOff,
    int underWay,
    int inMemory,
    int notDue) {

  static final FetchCounts NONE = new FetchCounts(0, 0, 0, 0, 0, 0, 0);
}
