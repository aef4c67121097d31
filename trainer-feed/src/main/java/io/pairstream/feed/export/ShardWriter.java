package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.io.IOException;

/** Writes one file of an export. The stream behind it is the caller's. For one thread. */
interface ShardWriter {

  void add(PreparedPair pair) throws IOException;

  /** Writes what stands behind the last pair. */
  void finish() throws IOException;
}
