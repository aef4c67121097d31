package io.pairstream.service.report;

/** What a process is at, as it says itself. */
public enum ServiceState {
  /** It waits for what it cannot begin without, or begins. */
  STARTING,

  /** It works, or would if there were work. */
  RUNNING,

  /** The instances are sharing out partitions anew. */
  REBALANCING,

  /** The world is in its way: see the obstacle. */
  WAITING,

  /** It was told to stop. */
  STOPPING
}
