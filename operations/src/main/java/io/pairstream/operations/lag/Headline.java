package io.pairstream.operations.lag;

import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The verdict on several groups at once. Groups of others and muted ones do not count. A group that
 * never existed, such as the feed's where nobody trains, does not count either as long as another
 * one exists: it is named in the sentence.
 *
 * @param verdict the worst
 * @param sentence the sentence of the group that has it, and which others have not started
 */
public record Headline(Verdict verdict, Sentence sentence) {

  /** Those that count first, those that never existed last, otherwise the worst first. */
  public static final Comparator<GroupLag> WORST_FIRST =
      Comparator.comparing((GroupLag group) -> !group.decides())
          .thenComparing(Headline::isAbsent)
          .thenComparing(GroupLag::now, Lag.WORST_FIRST);

  /** The headline; empty where there are no groups that count. */
  public static Optional<Headline> of(Collection<GroupLag> groups) {
    return groups.stream()
        .filter(GroupLag::decides)
        .min(WORST_FIRST)
        .map(
            worst ->
                new Headline(
                    worst.now().verdict(),
                    isAbsent(worst)
                        ? worst.now().sentence()
                        : withMissing(worst.now().sentence(), groups)));
  }

  private static boolean isAbsent(GroupLag group) {
    return group.state().equals(GroupLag.ABSENT);
  }

  /** Names those that would have something to read, and how many records. */
  private static Sentence withMissing(Sentence sentence, Collection<GroupLag> groups) {
    List<Sentence> names =
        groups.stream()
            .filter(group -> isAbsent(group) && group.now().verdict() == Verdict.UNKNOWN)
            .sorted(Comparator.comparing(GroupLag::group))
            .map(Headline::withUnread)
            .toList();
    Template missing = names.size() == 1 ? Template.HAS_NOT_STARTED : Template.HAVE_NOT_STARTED;
    return names.stream()
        .reduce(Template.BOTH::with)
        .map(all -> Template.AND.with(sentence, missing.with(all)))
        .orElse(sentence);
  }

  private static Sentence withUnread(GroupLag group) {
    long unread = group.partitions().stream().mapToLong(log -> log.end() - log.logStart()).sum();
    return unread > 0
        ? Template.UNREAD.with(group.group(), unread)
        : Sentence.verbatim(group.group());
  }
}
