package io.pairstream.ingest.files;

import java.util.Iterator;
import java.util.List;

/**
 * Pairs out of files, in a fixed order, one at a time.
 *
 * <p>{@link #next} reads from disk. For one thread.
 */
public interface PairSource extends Iterator<SourceItem>, AutoCloseable {

  /** What the reader decided about the source as a whole, in sentences for its owner. */
  List<String> notices();

  @Override
  void close();
}
