package io.pairstream.feed.cut;

import io.pairstream.schemas.Hint;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * An answer that pairs wait for.
 *
 * @param name {@code nsfw}
 * @param pairs how many wait for it; at least 1
 * @param lastGiven when a model last gave this answer about any pair, in words; where none ever
 *     did, which answers there are
 */
public record MissingAnswer(String name, long pairs, String lastGiven) {

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
