package io.pairstream.operate.catalogue;

import io.pairstream.service.table.TopicTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How far two people agree who labelled the same published pairs. They agree on a pair where they
 * gave it the same set of labels.
 *
 * @param one the first of both by name
 * @param other the second
 * @param pairs that both labelled
 * @param agreed of these, on which they agree
 * @param kappa Cohen's κ (Cohen 1960, https://doi.org/10.1177/001316446002000104): 1 where they
 *     always agree, 0 where as often as by chance, down to -1; empty where chance alone makes them
 *     agree always, as where both said one thing of all
 */
public record Agreement(String one, String other, long pairs, long agreed, OptionalDouble kappa) {

  private static final int MOST = 20;

  private static final String BOTH =
      """
      SELECT one.person, other.person, one.labels, other.labels
      FROM given_label one JOIN given_label other
        ON other.pair_id = one.pair_id AND other.person > one.person
      WHERE one.labels <> '[]' AND other.labels <> '[]'
        AND EXISTS (SELECT 1 FROM pair WHERE pair.pair_id = one.pair_id AND +status <> 'QUARANTINED')\
      """;

  /**
   * The agreement of each two people, those with most pairs in common first; 20 at most.
   *
   * @param catalogue with a {@link PairIndex}
   */
  public static List<Agreement> of(TopicTable catalogue) {
    Map<List<String>, Answers> answers = new HashMap<>();
    catalogue.read(
        table -> {
          table.scan(
              BOTH,
              row -> {
                answers
                    .computeIfAbsent(
                        List.of(row.getString(1), row.getString(2)), unused -> new Answers())
                    .add(row.getString(3), row.getString(4));
                return true;
              });
          return answers;
        });
    List<Agreement> all = new ArrayList<>();
    answers.forEach((people, both) -> all.add(both.agreement(people.get(0), people.get(1))));
    return all.stream()
        .sorted(
            Comparator.comparingLong(Agreement::pairs)
                .reversed()
                .thenComparing(Agreement::one)
                .thenComparing(Agreement::other))
        .limit(MOST)
        .toList();
  }

  /** Answers of two people about the same pairs. Not thread-safe. */
  static final class Answers {

    private final Map<String, Long> ofOne = new HashMap<>();
    private final Map<String, Long> ofOther = new HashMap<>();
    private long pairs;
    private long agreed;

    /** Takes both answers about one pair. */
    void add(String one, String other) {
      ofOne.merge(one, 1L, Long::sum);
      ofOther.merge(other, 1L, Long::sum);
      pairs++;
      agreed += one.equals(other) ? 1 : 0;
    }

    Agreement agreement(String one, String other) {
      return new Agreement(one, other, pairs, agreed, kappa());
    }

    private OptionalDouble kappa() {
      double byChance =
          ofOne.entrySet().stream()
              .mapToDouble(
                  answer -> (double) answer.getValue() * ofOther.getOrDefault(answer.getKey(), 0L))
              .sum();
      double all = (double) pairs * pairs;
      return byChance == all
          ? OptionalDouble.empty()
          : OptionalDouble.of(((double) agreed * pairs - byChance) / (all - byChance));
    }
  }
}
