package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A raw record: what its producer sent, what is there, and what became of it. */
final class Input {

  /** All raw records of one pair, or a single one that holds none. */
  static final class Pair {

    /** The pair's id, or the record's coordinates: the key of its receipt. */
    final String key;

    final List<Input> inputs = new ArrayList<>();

    /** Records for which it was published, with the topic. */
    final List<Input> publishedFor = new ArrayList<>();

    Pair(String key) {
      this.key = key;
    }

    boolean isGood() {
      return inputs.stream()
          .anyMatch(input -> input.sent.filter(s -> s.kind().isGood()).isPresent());
    }
  }

  final Site at;

  /** Note of its producer; empty where none sent it. */
  Optional<LedgerEntry> sent = Optional.empty();

  /** Null where nothing is there. */
  Pair pair;

  /** Empty where it holds none. */
  String pairId = "";

  /** Empty where it holds none. */
  String imageDigest = "";

  /** Names its picture: images of the load differ in a comment beside it. */
  String picture = "";

  /** Fields that its published pair repeats. */
  Map<String, Object> words = Map.of();

  /** Fields that its quarantined pair repeats. */
  Map<String, Object> original = Map.of();

  /** First output; null where there is none. */
  Site output;

  /** The reason for which it is in quarantine; empty where it is not. */
  String reason = "";

  Input(Site at) {
    this.at = at;
  }

  /** For a sentence: where it is, its number and kind. */
  @Override
  public String toString() {
    return at
        + sent.map(known -> " (record " + known.number() + ", " + known.kind() + ")").orElse("");
  }
}
