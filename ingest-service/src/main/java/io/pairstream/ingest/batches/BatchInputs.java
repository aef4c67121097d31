package io.pairstream.ingest.batches;

import io.pairstream.ingest.pairs.Submission;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.ProblemException;
import java.io.IOException;
import java.util.Optional;

/** The inputs of a batch, one after the other, as its body is read. Not thread-safe. */
interface BatchInputs extends AutoCloseable {

  /**
   * The next input; nothing at the end.
   *
   * @throws IOException where the body stops before its end
   * @throws ProblemException where the body is no batch from here on
   */
  Optional<Input> next() throws IOException;

  @Override
  void close() throws IOException;

  /** One input. */
  interface Input {

    /** Its place in the batch, from 1: the line, or which sample or row it is. */
    long line();

    /** What it holds in memory, in bytes. */
    int sizeBytes();

    /**
     * What it says.
     *
     * @throws ProblemException where it cannot be taken
     */
    Submission submission(Principal sender);

    /** Called once, when nothing of it is needed any more. */
    void release();
  }
}
