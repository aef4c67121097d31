package io.pairstream.operate.catalogue;

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

  /**
   * One pair, or one copy of it that was rejected.
   *
   * @param id what it is asked for by: the pair id; coordinates of a copy that does not say where
   *     its pair stands, and where there is no pair id
   * @param row the record that it became
   * @param receipt the pair's receipt; empty where there is none yet, and of a copy
   */
  public record FoundPair(String id, PairRow row, Optional<ReceiptNote> receipt) {}
}
