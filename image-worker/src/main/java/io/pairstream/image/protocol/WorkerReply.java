package io.pairstream.image.protocol;

import java.io.DataOutputStream;
import java.io.IOException;

/** A record that a worker sends. */
public interface WorkerReply {

  /** Token of the request; only a process that has read the request can know it. */
  long token();

  /** Writes all but the length. */
  default void writeTo(DataOutputStream out) throws IOException {
    RecordWire.write(this, out);
  }
}
