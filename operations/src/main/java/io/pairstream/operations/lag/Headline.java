package io.pairstream.operations.lag;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is to be thought of several groups at once. Groups that are not the platform's decide
 * nothing, nor does one that is muted. A group that was never there, such as the feed's where
 * nobody trains, decides nothing as long as another one is there: it is told of in words.
 *
 * @param verdict the worst
 * @param sentence what is to be said of the group that has it, and which others were never there
 */
public record Headline(Verdict verdict, String sentence) {

  /**
   * Groups and partitions in {@link LagJson}'s form, the worst first; of two that are alike the one
   * with more waiting. Groups that were never there come last.
   */
  public static final Comparator<JsonNode> WORST_FIRST =
      Comparator.comparing(Headline::isOthers)
          .thenComparing(Headline::wasNeverThere)
          .thenComparing(LagJson::verdict)
          .thenComparing(each -> -each.path("lag").asLong())
          .thenComparing(each -> -each.path("seconds").asDouble());

  /**
   * The headline.
   *
   * @param groups in {@link LagJson}'s form
   * @return empty where there are no groups that decide
   */
  public static Optional<Headline> of(Collection<? extends JsonNode> groups) {
    return groups.stream()
        .filter(group -> !isOthers(group))
        .min(WORST_FIRST)
        .map(
            worst ->
                new Headline(
                    LagJson.verdict(worst),
                    worst.path("sentence").asText()
                        + (wasNeverThere(worst) ? "" : missing(groups))));
  }

  /** An older service does not say. */
  private static boolean isOthers(JsonNode group) {
    return group.has("decides") && !group.path("decides").asBoolean();
  }

  private static boolean wasNeverThere(JsonNode group) {
    return group.path("state").asText().equals(GroupLag.ABSENT);
  }

  /** Those that would have something to read. */
  private static String missing(Collection<? extends JsonNode> groups) {
    List<String> names =
        groups.stream()
            .filter(group -> wasNeverThere(group) && LagJson.verdict(group) == Verdict.UNKNOWN)
            .map(group -> group.path("group").asText())
            .sorted()
            .toList();
    return names.isEmpty()
        ? ""
        : names.stream().collect(Collectors.joining(" and ", "; ", ""))
            + (names.size() == 1 ? " was" : " were")
            + " never there";
  }
}
