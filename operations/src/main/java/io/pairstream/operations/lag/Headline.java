package io.pairstream.operations.lag;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is to be thought of several groups at once. Groups that are not the platform's decide
 * nothing, nor does one that is muted. A group that was never there, such as the feed's where
 * nobody trains, decides nothing as long as another one is there: it is told of in words.
 *
 * @param verdict the worst
 * @param sentence what is to be said of the group that has it, and which others were never there
 */
public record Headline(Verdict verdict, Sentence sentence) {

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
                    wasNeverThere(worst)
                        ? Sentence.read(worst, "sentence")
                        : withMissing(Sentence.read(worst, "sentence"), groups)));
  }

  /** An older service does not say. */
  private static boolean isOthers(JsonNode group) {
    return group.has("decides") && !group.path("decides").asBoolean();
  }

  private static boolean wasNeverThere(JsonNode group) {
    return group.path("state").asText().equals(GroupLag.ABSENT);
  }

  /** With those that would have something to read. */
  private static Sentence withMissing(Sentence sentence, Collection<? extends JsonNode> groups) {
    List<Sentence> names =
        groups.stream()
            .filter(group -> wasNeverThere(group) && LagJson.verdict(group) == Verdict.UNKNOWN)
            .map(group -> group.path("group").asText())
            .sorted()
            .map(Sentence::verbatim)
            .toList();
    Template missing = names.size() == 1 ? Template.HAS_NOT_STARTED : Template.HAVE_NOT_STARTED;
    return names.stream()
        .reduce(Template.BOTH::with)
        .map(all -> Template.AND.with(sentence, missing.with(all)))
        .orElse(sentence);
  }
}
