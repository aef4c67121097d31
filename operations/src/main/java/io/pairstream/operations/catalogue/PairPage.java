package io.pairstream.operations.catalogue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A page of what was found, newest first.
 *
 * @param next where the next page begins; empty where there is none. A page may be short and have a
 *     next one, where much had to be looked at.
 * @param found how many there are in all; empty where counting would mean to look at all of them
 */
public record PairPage(List<FoundPair> pairs, Optional<String> next, OptionalLong found) {

  public PairPage {
    pairs = List.copyOf(pairs);
  }
}
