package io.pairstream.image.protocol;

import java.io.DataOutputStream;
import java.io.IOException;

/** A request to a worker, or its reply. */
public interface WorkerMessage {

  /** Token of the request; only a process that has read the request can know it. */
  long token();

  /** Writes all of it but a reply's length, and flushes. */
  default void writeTo(DataOutputStream out) throws IOException {
    RecordWire.write(this, out);
    out.flush();
  }
}
