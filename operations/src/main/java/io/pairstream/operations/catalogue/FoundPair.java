package io.pairstream.operations.catalogue;

import java.util.Optional;

/**
 * One pair, or one copy of it that was rejected.
 *
 * @param id what it is asked for by: the pair id; coordinates of a copy that does not say where its
 *     pair stands, and where there is no pair id
 * @param row the record that it became
 * @param receipt the pair's receipt; empty where there is none yet, and of a copy
 */
public record FoundPair(String id, PairRow row, Optional<ReceiptNote> receipt) {}
