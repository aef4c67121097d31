package io.pairstream.feed.view;

import java.util.List;

/**
 * A range of one partition's offsets, and which of them hold a record of the view.
 *
 * <p>Records are counted by their place among the view's, from 0; transaction markers, aborted
 * records, tombstones and pairs that were withdrawn before the view was cut have none.
 *
 * @param partition of the split's topic, at least 0
 * @param begin offset of the first record
 * @param bytes of the records' values together, as they are stored; at least 1
 * @param runs lengths of runs of offsets, the first one's of records, the second one's of offsets
 *     without a record of the view, and so on, each at least 1; an odd number, so that the block
 *     ends with a record
 */
public record Block(int partition, long begin, long bytes, List<Integer> runs) {

  /** Most records to which a block is cut. */
  public static final int CUT_RECORDS = 128;

  /** Most records of any block: thirty-two times those to which one is cut. */
  private static final int MOST_RECORDS = 32 * CUT_RECORDS;

  public Block {
    runs = List.copyOf(runs);
    if (partition < 0 || begin < 0 || bytes < 1) {
      throw new InvalidViewException(
          "a block of partition " + partition + " from " + begin + " with " + bytes + " bytes");
    }
    if (runs.size() % 2 == 0 || runs.stream().anyMatch(run -> run < 1)) {
      throw new InvalidViewException(
          "a block has an odd number of runs, each at least 1, not " + runs);
    }
    long records = records(runs);
    if (records > MOST_RECORDS) {
      throw new InvalidViewException(
          "a block has at most %d records, not %d".formatted(MOST_RECORDS, records));
    }
  }

  /** Offset behind the last record. */
  public long end() {
    return begin + runs.stream().mapToLong(Integer::longValue).sum();
  }

  /** Number of records. */
  public int size() {
    return (int) records(runs);
  }

  private static long records(List<Integer> runs) {
    long records = 0;
    for (int i = 0; i < runs.size(); i += 2) {
      records += runs.get(i);
    }
    return records;
  }

  /** Place of the record of an offset; -1 where there is none. */
  public int place(long offset) {
    int place = 0;
    long at = begin;
    for (int i = 0; i < runs.size() && at <= offset; i++) {
      boolean isOfRecords = i % 2 == 0;
      if (offset < at + runs.get(i)) {
        return isOfRecords ? place + (int) (offset - at) : -1;
      }
      at += runs.get(i);
      place += isOfRecords ? runs.get(i) : 0;
    }
    return -1;
  }

  /**
   * Offset of a record.
   *
   * @param place from 0 to below {@link #size}
   */
  public long offset(int place) {
    long offset = begin;
    int left = place;
    for (int i = 0; i < runs.size() && left >= 0; i += 2) {
      if (left < runs.get(i)) {
        return offset + left;
      }
      left -= runs.get(i);
      offset += runs.get(i) + (i + 1 < runs.size() ? runs.get(i + 1) : 0);
    }
    throw new IndexOutOfBoundsException("place " + place + " of " + size());
  }
}
