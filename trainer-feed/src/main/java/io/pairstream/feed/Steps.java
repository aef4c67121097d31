package io.pairstream.feed;

import java.util.Optional;

/** The steps of a run, from a position on. Used by one thread. */
interface Steps {

  /** The next step; waits until it is known. Empty where the run is over. */
  Optional<Step> next() throws InterruptedException;

  /** The next step; empty where the run is over or where it is not known yet. */
  Optional<Step> poll() throws InterruptedException;
}
