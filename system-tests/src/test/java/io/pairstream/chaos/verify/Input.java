package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Receipt;
import java.util.Optional;

/** A raw record: what its producer said of it, what is there, and what became of it. */
final class Input {

  final Site at;

  /** Of its producer; empty where nobody sent it. */
  Optional<LedgerEntry> entry = Optional.empty();

  /** What is there; empty where nothing is. */
  Optional<RawFacts> facts = Optional.empty();

  /** The pair that it holds; empty where it holds none. */
  Optional<Pair> pair = Optional.empty();

  /** Digest of the image that it holds; empty where it holds none. */
  String imageDigest = "";

  /** Its first output; null where there is none. */
  Site output;

  /** What its only output says and its receipt must; empty where there is none, or more. */
  Optional<Fields> said = Optional.empty();

  /** The reason for which it is in quarantine; empty where it is not. */
  Optional<RejectReason> reason = Optional.empty();

  /** The last under its coordinates, where it holds no pair; null where there is none. */
  Receipt receipt;

  /** Where that is. */
  Site receiptSite;

  Input(Site at) {
    this.at = at;
  }

  /** What it is; nothing where nobody sent it. */
  Optional<SentKind> kind() {
    return entry.map(LedgerEntry::kind);
  }

  String pairId() {
    return pair.map(known -> known.id).orElse("");
  }

  /** For a sentence: where it is, its number and kind. */
  @Override
  public String toString() {
    return at
        + entry.map(known -> " (record " + known.number() + ", " + known.kind() + ")").orElse("");
  }
}
