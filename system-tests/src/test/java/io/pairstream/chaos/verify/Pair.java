package io.pairstream.chaos.verify;

import io.pairstream.schemas.Receipt;

/** What is known of a pair, over all raw records that hold it. */
final class Pair {

  final String id;

  /** How many raw records hold it. */
  long received;

  /** Whether it is to be published. */
  boolean good;

  /** A record that holds it; null where none does. */
  Input heldBy;

  /** How many times it was published. */
  long publications;

  /** The last record for which it was published; null where there is none. */
  Input publishedFor;

  /** The topic on which it was published; empty where it was not. */
  String publishedOn = "";

  /** The last that it was given; null where there is none. */
  Receipt receipt;

  /** Where that is. */
  Site receiptSite;

  Pair(String id) {
    this.id = id;
  }
}
