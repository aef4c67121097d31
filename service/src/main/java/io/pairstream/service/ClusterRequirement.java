package io.pairstream.service;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Guarantees of Pairstream that need certain settings of the cluster. A service refuses to start on
 * a cluster without them, unless its operator does without a guarantee by name.
 */
public enum ClusterRequirement {
  /** Acknowledged records survive the loss of one broker's disk. */
  REPLICATION,

  /** Acknowledged records were on two brokers at that moment. */
  MIN_INSYNC,

  /** No copy that lacks acknowledged records becomes the one that counts. */
  UNCLEAN_ELECTION,

  /** A transaction's late record never gets into the next one. */
  TRANSACTION_VERSION,

  /** A transaction may last as long as its work does. */
  TRANSACTION_TIMEOUT,

  /** An accepted record fits every topic that it reaches. */
  RECORD_SIZE,

  /** Nothing is deleted that is still to be read. */
  CLEANUP,

  /** A record's time is the broker's, so that no producer's clock decides how long it is kept. */
  RECORD_TIME,

  /** Clients read what is committed, and wait until what they write is safe. */
  CLIENT_SETTINGS;

  /** Name for operators, in lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The requirement of that label. */
  public static Optional<ClusterRequirement> named(String label) {
    return Arrays.stream(values())
        .filter(requirement -> requirement.label().equals(label))
        .findAny();
  }

  /** All labels, with commas between. */
  public static String labels() {
    return Arrays.stream(values()).map(ClusterRequirement::label).collect(Collectors.joining(", "));
  }
}
