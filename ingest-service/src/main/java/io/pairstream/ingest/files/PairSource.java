package io.pairstream.ingest.files;

import java.util.Iterator;
import java.util.List;

/**
 * Pairs and links out of a data set, in a fixed order, one at a time.
 *
 * <p>{@link #hasNext} and {@link #next} read; they throw {@link java.io.UncheckedIOException},
 * whose message says where, once the source cannot be read on. For one thread.
 */
public interface PairSource extends Iterator<SourceItem>, AutoCloseable {

  /** What the reader decided about the source as a whole, in sentences for its owner. */
  List<String> notices();

  /**
   * Passes over all entries up to this one, without reading their images where that can be helped,
   * or to the end.
   *
   * @param entry number of the last entry to pass over; 0 passes over none; see {@link
   *     SourceItem#entry}
   */
  void skip(long entry);

  /** How much of the source is read, from 0 to 1; what the estimate of the time left rests on. */
  double share();

  @Override
  void close();
}
