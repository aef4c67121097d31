package io.pairstream.feed.cut;

import io.pairstream.schemas.Hint;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An answer that pairs wait for.
 *
 * @param name {@code nsfw}
 * @param pairs how many wait for it; at least 1
 * @param last when a model last gave this answer about any pair; empty where none ever did
 */
public record MissingAnswer(String name, long pairs, Optional<Instant> last) {

  /** When the answer last came: whether anything gives it now. */
  public String lastGiven() {
    return last.map(at -> "last given at " + at.truncatedTo(ChronoUnit.SECONDS))
        .orElse("which no model has given yet");
  }

  /** How many pairs wait for each, and the command that asks for them. */
  static String inWords(Collection<MissingAnswer> missing) {
    return missing.stream()
            .map(one -> "%,d for answer.%s, %s".formatted(one.pairs(), one.name(), one.lastGiven()))
            .collect(Collectors.joining("; "))
        + "; "
        + remedy();
  }

  /** The command that asks for missing answers. */
  public static String remedy() {
    return "a card that gives it is asked by: " + Hint.of("score --models FOLDER");
  }
}
