package io.pairstream.operate.lag;

import io.pairstream.operate.sentence.Sentence;
import io.pairstream.operate.sentence.Template;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The verdict on several groups at once. Groups of others and muted ones do not count. A group that
 * never existed, such as the feed's where nobody trains, does not count either as long as another
 * one exists: it is named in the sentence.
 *
 * @param verdict of the platform's own group that is in the worst trouble, else of another one,
 *     else the worst
 * @param sentence the sentence of that group and how many more are in trouble, or that all is well,
 *     with what waits where that is true of all groups; and which have not started
 */
public record Headline(LagVerdict verdict, Sentence sentence) {

  /**
   * How groups are listed: the platform's own before others, in each part those that count first;
   * those that never existed last. Otherwise the worst first.
   */
  public static final Comparator<GroupLag> OWN_FIRST =
      Comparator.comparing(Headline::isAbsent)
          .thenComparing(group -> !group.own())
          .thenComparing(group -> !group.decides())
          .thenComparing(GroupLag::now, Lag.WORST_FIRST);

  private static final Comparator<GroupLag> TO_NAME =
      Comparator.comparing((GroupLag group) -> !isTrouble(group))
          .thenComparing(Headline::isAbsent)
          .thenComparing(group -> isTrouble(group) && !group.own())
          .thenComparing(GroupLag::now, Lag.WORST_FIRST);

  /** Records that wait for so long are no news of a platform on which all is well. */
  private static final double LONG_SECONDS = 120;

  /** The headline; empty where there are no groups that count. */
  public static Optional<Headline> of(Collection<GroupLag> groups) {
    List<GroupLag> counted = groups.stream().filter(GroupLag::decides).sorted(TO_NAME).toList();
    return counted.stream()
        .findFirst()
        .map(
            first ->
                new Headline(
                    first.now().verdict(),
                    isAbsent(first)
                        ? first.now().sentence()
                        : withMissing(sentence(first, counted, groups), groups)));
  }

  private static Sentence sentence(
      GroupLag first, List<GroupLag> counted, Collection<GroupLag> all) {
    Sentence own = first.now().sentence();
    long troubles = counted.stream().filter(Headline::isTrouble).count();
    if (!first.now().verdict().isWorseThan(LagVerdict.OK)) {
      // A number here must not contradict those of groups that are listed and do not count.
      boolean isAll =
          all.stream()
              .allMatch(group -> group.decides() || isAbsent(group) || !group.now().waits());
      return oldestSeconds(counted).orElse(0) >= LONG_SECONDS
          ? own
          : isAll ? Template.ALL_IS_WELL.with(waiting(counted)) : Template.ALL_IS_WELL_ALONE.with();
    }
    return troubles < 2
        ? own
        : troubles == 2
            ? Template.ONE_MORE_TROUBLE.with(own)
            : Template.MORE_TROUBLES.with(own, troubles - 1);
  }

  private static Sentence waiting(List<GroupLag> groups) {
    return Sentences.waiting(
        groups.stream().mapToLong(group -> group.now().records().orElse(0)).sum(),
        oldestSeconds(groups));
  }

  private static OptionalDouble oldestSeconds(List<GroupLag> groups) {
    return groups.stream().flatMapToDouble(group -> group.now().seconds().stream()).max();
  }

  private static boolean isTrouble(GroupLag group) {
    return group.now().verdict().isAlarm();
  }

  private static boolean isAbsent(GroupLag group) {
    return group.state().equals(GroupLag.ABSENT);
  }

  /** Names those that would have something to read, and how many records. */
  private static Sentence withMissing(Sentence sentence, Collection<GroupLag> groups) {
    List<Sentence> names =
        groups.stream()
            .filter(group -> isAbsent(group) && group.now().verdict() == LagVerdict.UNKNOWN)
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
