package io.pairstream.ingest.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the entries of a data set in their order. */
interface EntryReader extends Closeable {

  /** The next entry, or empty at the end. */
  Optional<Entry> next() throws IOException;

  /**
   * Passes over entries up to the one of this number and no further, as far as that is cheaper than
   * to read them.
   */
  default void skip(long number) throws IOException {}

  /** How much of the source is read: 0 to 1. */
  double share();
}
