package io.pairstream.operate.lag;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * The verdict on several groups at once. Groups of others and muted ones do not count. A group that
 * never existed, such as the feed's without a trainer, does not count either as long as another one
 * exists: it is named in the sentence.
 *
 * @param verdict of the group that is in the worst trouble, else the worst; troubles that raise
 *     pages count first, and of those the platform's own groups'
 * @param first name and sentence of that group, or that all is well, with what waits where that is
 *     true of all groups; and which have not started
 * @param own whether that group is one of the platform's own
 * @param more how many other groups are in trouble
 */
public record Headline(LagVerdict verdict, Sentence first, boolean own, long more) {

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
          // The only trouble that raises no page.
          .thenComparing(group -> group.now().verdict() == LagVerdict.REWIND)
          .thenComparing(group -> isTrouble(group) && !group.own())
          .thenComparing(GroupLag::now, Lag.WORST_FIRST);

  /** Records that wait for so long are no news of a platform on which all is well. */
  private static final double LONG_SECONDS = 120;

  /** The headline; empty where there are no groups that count. */
  public static Optional<Headline> of(Collection<GroupLag> groups) {
    List<GroupLag> counted = groups.stream().filter(GroupLag::decides).sorted(TO_NAME).toList();
    long troubles = counted.stream().filter(Headline::isTrouble).count();
    return counted.stream()
        .findFirst()
        .map(
            first ->
                new Headline(
                    first.now().verdict(),
                    isAbsent(first)
                        ? first.now().sentence()
                        : withMissing(sentence(first, counted, groups), groups),
                    first.own(),
                    Math.max(0, troubles - 1)));
  }

  /** The sentence about all groups. */
  public Sentence sentence() {
    return andMore(first, more);
  }

  /** A sentence with the number of further troubles that it does not name. */
  public static Sentence andMore(Sentence sentence, long more) {
    return more < 1
        ? sentence
        : more == 1
            ? Template.ONE_MORE_TROUBLE.with(sentence)
            : Template.MORE_TROUBLES.with(sentence, more);
  }

  private static Sentence sentence(
      GroupLag first, List<GroupLag> counted, Collection<GroupLag> all) {
    Sentence own = first.now().sentence();
    if (!first.now().verdict().isWorseThan(LagVerdict.OK)) {
      // A number here must not contradict those of groups that are listed and do not count.
      boolean isAll =
          all.stream()
              .allMatch(group -> group.decides() || isAbsent(group) || !group.now().waits());
      return oldestSeconds(counted).orElse(0) >= LONG_SECONDS
          ? own
          : isAll ? Template.ALL_IS_WELL.with(waiting(counted)) : Template.ALL_IS_WELL_ALONE.with();
    }
    boolean isNamed =
        own.text().matches("(.*[^\\w.-])?" + Pattern.quote(first.group()) + "([^\\w.-].*)?");
    return isNamed ? own : Template.NAMED.with(first.group(), own);
  }

  private static Sentence waiting(List<GroupLag> groups) {
    return Durations.waiting(
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
