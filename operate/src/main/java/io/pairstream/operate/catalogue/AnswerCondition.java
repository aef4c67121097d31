package io.pairstream.operate.catalogue;

import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.condition.Condition.Sign;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A condition on what a model says of a pair, as SQL. */
public record AnswerCondition(Condition condition) {

  private static final String GLOB = "typeof(value) = 'text' AND value GLOB ?";

  /**
   * Reads conditions that all have to hold, with {@code and} between them; none of an empty text.
   *
   * @throws IllegalArgumentException for anything else, with what would be right
   */
  public static List<AnswerCondition> parse(String text) {
    return text.isBlank()
        ? List.of()
        : Arrays.stream(text.split("\\s+and\\s+")).map(AnswerCondition::one).toList();
  }

  private static AnswerCondition one(String text) {
    try {
      Condition condition = Condition.parse(text);
      if (condition.answer().isPresent()) {
        return new AnswerCondition(condition);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("where: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "where: '%s' is no condition on an answer; right is answer.nsfw<=0.3 or answer.style=photo"
            .formatted(text));
  }

  /** The rows of the table of answers for which it holds, as SQL with {@link #arguments}. */
  String rows() {
    if (condition.sign().isOrder()) {
      return AnswerIndex.NAMED + " AND typeof(value) = 'real' AND value " + condition.sign() + " ?";
    }
    Map<Boolean, List<String>> byWildcard = byWildcard();
    int equal = byWildcard.get(false).size() + condition.numbers().size();
    List<String> terms = new ArrayList<>(Collections.nCopies(byWildcard.get(true).size(), GLOB));
    if (equal > 0) {
      terms.add("value IN (" + String.join(", ", Collections.nCopies(equal, "?")) + ")");
    }
    // Texts and numbers are never equal here, as the column has no type.
    return AnswerIndex.NAMED
        + " AND value <> '' AND "
        + (condition.sign() == Sign.EQUAL ? "(" : kinds() + " AND NOT (")
        + String.join(" OR ", terms)
        + ")";
  }

  private String kinds() {
    return condition.numbers().isEmpty() ? "typeof(value) = 'text'" : "TRUE";
  }

  List<Object> arguments() {
    List<Object> arguments = new ArrayList<>(List.of(condition.answer().orElseThrow()));
    if (!condition.sign().isOrder()) {
      byWildcard().get(true).forEach(value -> arguments.add(glob(value)));
      arguments.addAll(byWildcard().get(false));
    }
    arguments.addAll(condition.numbers());
    return arguments;
  }

  private Map<Boolean, List<String>> byWildcard() {
    return condition.values().stream()
        .collect(Collectors.partitioningBy(value -> value.contains("*")));
  }

  /** SQLite's pattern in which the asterisk alone is special. */
  private static String glob(String value) {
    return value.replace("[", "[[]").replace("?", "[?]");
  }
}
