package io.pairstream.ingest.fetch.web;

/** What an answer is read for, and how much of it. Immutable. */
interface Reading {

  /** What is to be done with the body of an answer, of which nothing has been read. */
  enum Treatment {
    /** Read and kept. */
    TAKEN,
    /** Not wanted; read past where it is short, for the connection's sake. */
    SKIPPED,
    /** Not wanted, and not read. */
    LEFT
  }

  /** Decides by status and headers alone. */
  Treatment treat(Head head);

  /** Most bytes that are kept. */
  int mostBytes();

  /** Whether a longer body is cut off, instead of being turned away. */
  boolean cutsOff();

  /**
   * Whether a body that begins like this is of no use, so that the rest need not be read.
   *
   * @param head status and headers
   * @param first the body's first bytes; all of them where it is short
   */
  boolean refuses(Head head, byte[] first);
}
