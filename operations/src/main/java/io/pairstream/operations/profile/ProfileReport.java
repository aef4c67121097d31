package io.pairstream.operations.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What is told of a data set, or of a part of it.
 *
 * @param since when the earliest record that was ever counted arrived
 * @param pairs accepted pairs that were asked for
 * @param counts of these pairs by what they are of, the most frequent first; the rest together are
 *     {@code other}; {@code standing} and {@code reason} of all pairs of the source, whatever the
 *     split
 * @param histograms of these pairs, by what they are of
 * @param truncatedShare share of those with token ids whose captions have more tokens than fit
 * @param words content words of these pairs' captions: in how many captions each stands
 * @param producers of the source, whatever the split, those with most records first
 */
public record ProfileReport(
    Optional<Instant> since,
    long pairs,
    Map<String, List<Count>> counts,
    Map<String, Histogram> histograms,
    OptionalDouble truncatedShare,
    List<Word> words,
    List<NamedProducer> producers) {

  /** How many there are of a value. */
  public record Count(String value, long count) {}

  /**
   * The profile as {@code GET /v1/profile} answers.
   *
   * @param ready whether all topics were read once
   * @param asOf when something newer was last known; empty while the topics are read
   */
  public record Answer(
      String dataset, boolean ready, @JsonUnwrapped ProfileReport report, Optional<Instant> asOf) {}

  /** In how many captions a word stands. */
  public record Word(String word, long count) {}

  /**
   * Pairs by size.
   *
   * @param edges one more than {@code counts}; a bin holds its lower edge and not its upper one,
   *     the first also what is smaller, the last what is larger
   */
  public record Histogram(String unit, List<Double> edges, List<Long> counts) {

    public Histogram {
      edges = List.copyOf(edges);
      counts = List.copyOf(counts);
    }
  }

  /**
   * A contributor.
   *
   * @param accepted pairs that stand in a split
   * @param rejected pairs that stand in quarantine, without copies
   * @param copies records that were rejected because the pair was accepted before
   * @param topReason the most frequent reason of rejections; empty where there is none
   */
  public record NamedProducer(
      String contributor, long accepted, long rejected, long copies, String topReason) {

    /** Accepted pairs over those that were judged, copies apart; empty where none was. */
    @JsonProperty
    public OptionalDouble acceptanceRate() {
      return share(accepted, accepted + rejected);
    }
  }

  /** Empty for all sources; twice. */
  private static final String OF_SOURCE = " AND (?1 = '' OR source_kind = ?1)";

  private static final String MOST_FIRST = " HAVING sum(pairs) > 0 ORDER BY sum(pairs) DESC, value";

  private static final int MOST_VALUES = 20;
  private static final int MOST_WORDS = 50;
  private static final int MOST_PRODUCERS = 50;

  /** Values that accepted pairs are counted by, beside where they stand. */
  private static final List<String> DIMENSIONS =
      List.of("licence", "language", "media_type", "orientation", "fold", "recipe_version");

  /**
   * The profile as it is now.
   *
   * @param catalogue with a {@link ProfileFold}
   */
  public static ProfileReport of(TopicTable catalogue, ProfileQuestion question) {
    return catalogue.read(table -> of(table, question));
  }

  /** Pairs by where they are. */
  public static Map<String, Long> byStanding(TopicTable catalogue) {
    return catalogue.read(table -> byStanding(table, ProfileQuestion.EVERYTHING)).stream()
        .collect(Collectors.toMap(Count::value, Count::count));
  }

  static ProfileReport of(Database table, ProfileQuestion question) {
    Map<String, List<Count>> sums = sums(table, question);
    long pairs = one(sums, "pairs");
    Map<String, List<Count>> ofPairs = new LinkedHashMap<>();
    ofPairs.put("split", grouped(table, question, "standing", accepted(question)));
    ofPairs.put("source_kind", grouped(table, question, "source_kind", accepted(question)));
    DIMENSIONS.forEach(name -> ofPairs.put(name, sums.getOrDefault(name, List.of())));
    Map<String, List<Count>> counts = new LinkedHashMap<>();
    counts.put("standing", byStanding(table, question));
    counts.put("reason", top(grouped(table, question, "value", "dimension = 'reason'"), 0));
    // Pairs that are not among the counted values are the rest: each has one.
    ofPairs.forEach((name, values) -> counts.put(name, top(values, pairs)));
    return new ProfileReport(
        table.first(
            "SELECT at FROM since WHERE at < " + Long.MAX_VALUE,
            row -> Instant.ofEpochMilli(row.getLong(1))),
        pairs,
        counts,
        histograms(sums),
        share(one(sums, "truncated"), one(sums, "tokenized")),
        grouped(table, question, "value", "dimension = 'word' AND" + ofSplits(question), MOST_WORDS)
            .stream()
            .map(found -> new Word(found.value(), found.count()))
            .toList(),
        producers(table, question));
  }

  /** Pairs of the source by where they stand, whatever the split. */
  private static List<Count> byStanding(Database table, ProfileQuestion question) {
    return grouped(table, question, "standing", "dimension = 'pairs'");
  }

  /** Accepted pairs that were asked for, by dimension and value; without words. */
  private static Map<String, List<Count>> sums(Database table, ProfileQuestion question) {
    Map<String, List<Count>> sums = new HashMap<>();
    table.scan(
        "SELECT dimension, value, sum(pairs) FROM tally WHERE dimension <> 'word' AND"
            + ofSplits(question)
            + OF_SOURCE
            + " GROUP BY 1, 2"
            + MOST_FIRST,
        row -> {
          sums.computeIfAbsent(row.getString(1), unused -> new ArrayList<>())
              .add(new Count(row.getString(2), row.getLong(3)));
          return true;
        },
        source(question));
    return sums;
  }

  private static List<Count> grouped(
      Database table, ProfileQuestion question, String column, String which) {
    return grouped(table, question, column, which, Integer.MAX_VALUE);
  }

  private static List<Count> grouped(
      Database table, ProfileQuestion question, String column, String which, int most) {
    return table.query(
        """
        SELECT %s AS value, sum(pairs) FROM tally WHERE %s%s GROUP BY 1%s LIMIT ?2\
        """
            .formatted(column, which, OF_SOURCE, MOST_FIRST),
        row -> new Count(row.getString(1), row.getLong(2)),
        source(question),
        most);
  }

  private static List<NamedProducer> producers(Database table, ProfileQuestion question) {
    return table.query(
        """
        SELECT contributor, sum(records) FILTER (WHERE outcome = 'ACCEPTED'),
          sum(records) FILTER (WHERE outcome NOT IN ('ACCEPTED', 'COPY')),
          sum(records) FILTER (WHERE outcome = 'COPY'),
          coalesce((SELECT outcome FROM producer reason
            WHERE reason.contributor = producer.contributor
              AND outcome NOT IN ('ACCEPTED', 'COPY')%1$s
            GROUP BY outcome HAVING sum(records) > 0 ORDER BY sum(records) DESC, outcome LIMIT 1), '')
        FROM producer WHERE true%1$s GROUP BY contributor HAVING sum(records) > 0
        ORDER BY sum(records) DESC, contributor LIMIT ?2\
        """
            .formatted(OF_SOURCE),
        row ->
            new NamedProducer(
                row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getString(5)),
        source(question),
        MOST_PRODUCERS);
  }

  private static String source(ProfileQuestion question) {
    return question.sourceKind().orElse("");
  }

  /** Names of splits are our own, and few. */
  private static String ofSplits(ProfileQuestion question) {
    return " standing IN ('" + String.join("', '", question.standings()) + "')";
  }

  private static String accepted(ProfileQuestion question) {
    return "dimension = 'pairs' AND" + ofSplits(question);
  }

  private static Map<String, Histogram> histograms(Map<String, List<Count>> sums) {
    Map<String, Histogram> histograms = new LinkedHashMap<>();
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      Long[] bins = Collections.nCopies(measure.bins(), 0L).toArray(Long[]::new);
      sums.getOrDefault(measure.label(), List.of())
          .forEach(bin -> bins[Integer.parseInt(bin.value())] = bin.count());
      histograms.put(
          measure.label(),
          new Histogram(
              measure.unit(), Arrays.stream(measure.edges()).boxed().toList(), List.of(bins)));
    }
    return histograms;
  }

  private static long one(Map<String, List<Count>> sums, String dimension) {
    return sums.getOrDefault(dimension, List.of()).stream().mapToLong(Count::count).sum();
  }

  /**
   * The first values, and all others together as {@code other}.
   *
   * @param least as many as all together are at least
   */
  static List<Count> top(List<Count> counts, long least) {
    List<Count> top = new ArrayList<>(counts.subList(0, Math.min(MOST_VALUES, counts.size())));
    long others = Math.max(least, sum(counts)) - sum(top);
    if (others > 0) {
      top.add(new Count("other", others));
    }
    return top;
  }

  private static long sum(List<Count> counts) {
    return counts.stream().mapToLong(Count::count).sum();
  }

  private static OptionalDouble share(long part, long whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }
}
