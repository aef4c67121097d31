package io.pairstream.operate.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.SourceKind;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Statistics of a data set, or of a part of it.
 *
 * @param since when the earliest record that was ever counted arrived
 * @param pairs accepted pairs that were asked for
 * @param counts numbers of these pairs by dimension, the most frequent value first; the rest
 *     together are {@code other}; {@code status} and {@code reason} of all pairs of the source,
 *     whatever the split
 * @param histograms distributions over these pairs, by measure and, as {@code answer.NAME}, by
 *     answer
 * @param answers how far models have answered these pairs, by the name of their card
 * @param truncatedShare among the pairs with token ids, the share whose captions have more tokens
 *     than fit
 * @param words content words of these pairs' captions: in how many captions each stands
 * @param labels of these pairs
 * @param producers of the source, whatever the split, those with most records first
 */
public record ProfileReport(
    Optional<Instant> since,
    long pairs,
    Map<String, List<Count>> counts,
    Map<String, Histogram> histograms,
    OptionalDouble truncatedShare,
    List<Word> words,
    Labels labels,
    List<NamedProducer> producers,
    List<AnsweredPairs> answers) {

  /**
   * The pairs that a report covers.
   *
   * @param splits names of training, validation and test, or of one of them
   * @param source one kind of source alone; empty for all
   */
  public record Question(List<String> splits, String source) {

    private static final List<String> SPLITS =
        Arrays.stream(PairStatus.values())
            .filter(PairStatus::isPublished)
            .map(PairStatus::name)
            .toList();

    public static final Question EVERYTHING = new Question(SPLITS, "");

    /**
     * Reads both, in whatever case; an empty text asks for all.
     *
     * @throws IllegalArgumentException with a sentence for the caller, where there is no such split
     *     or kind
     */
    public static Question of(String split, String source) {
      List<String> kinds =
          Stream.concat(
                  Arrays.stream(SourceKind.values()).map(SourceKind::name),
                  Stream.of(Facts.UNKNOWN))
              .toList();
      String one = named("split", split, SPLITS);
      return new Question(one.isEmpty() ? SPLITS : List.of(one), named("source", source, kinds));
    }

    private static String named(String what, String name, List<String> known) {
      String upper = name.toUpperCase(Locale.ROOT);
      if (!name.isEmpty() && !known.contains(upper)) {
        throw new IllegalArgumentException(
            "there is no %s %s; there are %s".formatted(what, name, String.join(", ", known)));
      }
      return upper;
    }

    /** The condition on rows; names of splits are our own, and few. */
    private String ofSplits() {
      return " status IN ('" + String.join("', '", splits) + "')";
    }
  }

  /** How many there are of a value. */
  public record Count(String value, long count) {}

  /**
   * The profile as {@code GET /v1/profile} answers.
   *
   * @param ready whether all topics were read once
   * @param asOf when something newer was last known; empty while the topics are read
   */
  public record ProfileAnswer(
      String dataset, boolean ready, @JsonUnwrapped ProfileReport report, Optional<Instant> asOf) {}

  /**
   * Labels of pairs, of which one may have several.
   *
   * @param labelled pairs that have any
   * @param distinct how many different labels there are
   * @param evenness entropy of the labels' counts over the greatest that so many labels can have: 1
   *     where all are as frequent, near 0 where one has almost all; empty below two labels
   * @param most how many pairs have each of the 50 most frequent
   */
  public record Labels(long labelled, long distinct, OptionalDouble evenness, List<Count> most) {

    private static final int MOST_LABELS = 50;

    public Labels {
      most = List.copyOf(most);
    }

    /**
     * @param counts of all labels, the most frequent first
     */
    static Labels of(long labelled, List<Count> counts) {
      double all = sum(counts);
      double information =
          counts.stream()
              .mapToDouble(one -> one.count() / all)
              .map(share -> -share * Math.log(share))
              .sum();
      return new Labels(
          labelled,
          counts.size(),
          counts.size() < 2
              ? OptionalDouble.empty()
              : OptionalDouble.of(information / Math.log(counts.size())),
          counts.subList(0, Math.min(MOST_LABELS, counts.size())));
    }
  }

  /**
   * How far a model has answered.
   *
   * @param failed pairs of which it gave no answer
   * @param unanswered pairs of which it was not asked yet
   */
  public record AnsweredPairs(String card, long answered, long failed, long unanswered) {}

  /** In how many captions a word stands. */
  public record Word(String word, long count) {}

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

  /** Numbers nearer to 0 count as 0, whatever their sign. */
  public static final double NEXT_TO_ZERO = AnswerFacts.LEAST;

  /** Begins the name of an answer. */
  public static final String ANSWER = "answer.";

  /** Empty for all sources; twice. */
  private static final String OF_SOURCE = " AND (?1 = '' OR source_kind = ?1)";

  private static final String MOST_FIRST = " HAVING sum(pairs) > 0 ORDER BY sum(pairs) DESC, value";

  private static final int MOST_VALUES = 20;
  private static final int MOST_WORDS = 50;
  private static final int MOST_PRODUCERS = 50;

  /** Words of each split and source among which the most frequent are looked for. */
  private static final int WORDS_OF_EACH = 100;

  /** Values that accepted pairs are counted by, beside where they stand. */
  private static final List<String> DIMENSIONS =
      List.of("licence", "language", "media_type", "orientation", "fold", "recipe_version");

  /**
   * The profile as it is now.
   *
   * @param catalogue with a {@link ProfileFold}
   */
  public static ProfileReport of(TopicTable catalogue, Question question) {
    return catalogue.read(table -> of(table, question));
  }

  /** Pairs by where they are. */
  public static Map<String, Long> byStatus(TopicTable catalogue) {
    return catalogue.read(table -> byStatus(table, Question.EVERYTHING)).stream()
        .collect(Collectors.toMap(Count::value, Count::count));
  }

  /** Pairs in all splits. */
  public static long published(TopicTable catalogue) {
    return byStatus(catalogue).entrySet().stream()
        .filter(each -> PairStatus.valueOf(each.getKey()).isPublished())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /**
   * The numbers that published pairs have of an answer: how many have which, by their first two
   * digits, rounded down.
   *
   * @param table with a {@link ProfileFold}
   */
  public static List<Count> numbers(Database table, String answer) {
    return ofPublished(table, AnswerFacts.NUMBER + answer);
  }

  /** The labels that published pairs have of an answer. */
  public static List<Count> labels(Database table, String answer) {
    return ofPublished(table, AnswerFacts.LABEL + answer);
  }

  /** Published pairs of which a model failed to answer, by its card. */
  public static List<Count> failed(Database table) {
    return ofPublished(table, AnswerFacts.FAILED);
  }

  private static List<Count> ofPublished(Database table, String dimension) {
    String which = "dimension = ?3 AND" + Question.EVERYTHING.ofSplits();
    return grouped(table, Question.EVERYTHING, "value", which, Integer.MAX_VALUE, dimension);
  }

  static ProfileReport of(Database table, Question question) {
    Map<String, List<Count>> sums = sums(table, question);
    long pairs = one(sums, "pairs");
    String ofPairs = "dimension = 'pairs' AND" + question.ofSplits();
    Map<String, List<Count>> counts = new LinkedHashMap<>();
    counts.put("status", byStatus(table, question));
    counts.put("reason", top(grouped(table, question, "value", "dimension = 'reason'"), 0));
    // Pairs that are not among the counted values are the rest: each has one.
    counts.put("split", top(grouped(table, question, "status", ofPairs), pairs));
    counts.put("source_kind", top(grouped(table, question, "source_kind", ofPairs), pairs));
    DIMENSIONS.forEach(name -> counts.put(name, top(sums.getOrDefault(name, List.of()), pairs)));
    new TreeMap<>(sums)
        .forEach(
            (name, values) -> {
              if (name.startsWith(AnswerFacts.LABEL)) {
                counts.put(ANSWER + name.substring(AnswerFacts.LABEL.length()), top(values, 0));
              }
            });
    return new ProfileReport(
        table.first(
            "SELECT at FROM since WHERE at < " + Long.MAX_VALUE,
            row -> Instant.ofEpochMilli(row.getLong(1))),
        pairs,
        counts,
        histograms(sums),
        share(one(sums, "truncated"), one(sums, "tokenized")),
        words(table, question),
        Labels.of(
            one(sums, "labelled"),
            grouped(table, question, "value", "dimension = 'label' AND" + question.ofSplits())),
        producers(table, question),
        answers(sums, pairs));
  }

  private static List<AnsweredPairs> answers(Map<String, List<Count>> sums, long pairs) {
    Map<String, Long> answered = byValue(sums, AnswerFacts.ANSWERED);
    Map<String, Long> failed = byValue(sums, AnswerFacts.FAILED);
    SortedSet<String> cards = new TreeSet<>(answered.keySet());
    cards.addAll(failed.keySet());
    return cards.stream()
        .map(
            card -> {
              long done = answered.getOrDefault(card, 0L);
              long lost = failed.getOrDefault(card, 0L);
              return new AnsweredPairs(card, done, lost, Math.max(0, pairs - done - lost));
            })
        .toList();
  }

  private static Map<String, Long> byValue(Map<String, List<Count>> sums, String dimension) {
    return sums.getOrDefault(dimension, List.of()).stream()
        .collect(Collectors.toMap(Count::value, Count::count));
  }

  /** Pairs of the source by where they stand, whatever the split. */
  private static List<Count> byStatus(Database table, Question question) {
    return grouped(table, question, "status", "dimension = 'pairs'");
  }

  /** Accepted pairs that were asked for, by dimension and value; without words and labels. */
  private static Map<String, List<Count>> sums(Database table, Question question) {
    Map<String, List<Count>> sums = new HashMap<>();
    table.scan(
        // Words and labels are most of the table.
        "SELECT dimension, value, sum(pairs) FROM tally WHERE (dimension < 'label'"
            + " OR dimension > 'label' AND dimension < 'word' OR dimension > 'word') AND"
            + question.ofSplits()
            + OF_SOURCE
            + " GROUP BY 1, 2"
            + MOST_FIRST,
        row -> {
          sums.computeIfAbsent(row.getString(1), unused -> new ArrayList<>())
              .add(new Count(row.getString(2), row.getLong(3)));
          return true;
        },
        question.source());
    return sums;
  }

  private static List<Count> grouped(
      Database table, Question question, String column, String which) {
    return grouped(table, question, column, which, Integer.MAX_VALUE);
  }

  private static List<Count> grouped(
      Database table, Question question, String column, String which, int most, String... more) {
    List<Object> arguments = new ArrayList<>(List.of(question.source(), most));
    arguments.addAll(List.of(more));
    return table.query(
        """
        SELECT %s AS value, sum(pairs) FROM tally WHERE %s%s GROUP BY 1%s LIMIT ?2\
        """
            .formatted(column, which, OF_SOURCE, MOST_FIRST),
        row -> new Count(row.getString(1), row.getLong(2)),
        arguments.toArray());
  }

  /**
   * The most frequent words. They are among the most frequent of each split and source, unless
   * those left out there could be more frequent together; then all words are read.
   */
  private static List<Word> words(Database table, Question question) {
    Set<String> candidates = new HashSet<>();
    long leftOut = 0;
    for (List<String> cell :
        table.query(
            "SELECT status, source_kind FROM tally WHERE dimension = 'pairs' AND"
                + question.ofSplits()
                + OF_SOURCE,
            row -> List.of(row.getString(1), row.getString(2)),
            question.source())) {
      List<Count> most =
          table.query(
              "SELECT value, pairs FROM tally WHERE dimension = 'word' AND status = ?"
                  + " AND source_kind = ? AND pairs >= "
                  + ProfileFold.MANY
                  + " ORDER BY pairs DESC LIMIT ?",
              row -> new Count(row.getString(1), row.getLong(2)),
              cell.get(0),
              cell.get(1),
              WORDS_OF_EACH);
      most.forEach(word -> candidates.add(word.value()));
      leftOut +=
          most.size() < WORDS_OF_EACH ? ProfileFold.MANY - 1 : most.get(WORDS_OF_EACH - 1).count();
    }
    String ofWords = "dimension = 'word' AND" + question.ofSplits();
    String among = ofWords + " AND value IN (SELECT value FROM json_each(?3))";
    List<Count> found =
        grouped(table, question, "value", among, MOST_WORDS, AnswerJson.text(candidates));
    boolean areMost = found.size() == MOST_WORDS && found.get(MOST_WORDS - 1).count() > leftOut;
    List<Count> words = areMost ? found : grouped(table, question, "value", ofWords, MOST_WORDS);
    return words.stream().map(word -> new Word(word.value(), word.count())).toList();
  }

  private static List<NamedProducer> producers(Database table, Question question) {
    return table.query(
        """
        WITH most AS (SELECT contributor,
          sum(records) FILTER (WHERE outcome = 'ACCEPTED') AS accepted,
          sum(records) FILTER (WHERE outcome NOT IN ('ACCEPTED', 'COPY')) AS rejected,
          sum(records) FILTER (WHERE outcome = 'COPY') AS copies, sum(records) AS total
          FROM producer WHERE true%1$s GROUP BY contributor HAVING sum(records) > 0
          ORDER BY total DESC, contributor LIMIT ?2)
        SELECT contributor, accepted, rejected, copies,
          coalesce((SELECT outcome FROM producer reason
            WHERE reason.contributor = most.contributor
              AND outcome NOT IN ('ACCEPTED', 'COPY')%1$s
            GROUP BY outcome HAVING sum(records) > 0 ORDER BY sum(records) DESC, outcome LIMIT 1), '')
            AS top_reason
        FROM most ORDER BY total DESC, contributor\
        """
            .formatted(OF_SOURCE),
        AnswerJson.row(NamedProducer.class),
        question.source(),
        MOST_PRODUCERS);
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
    new TreeMap<>(sums)
        .forEach(
            (name, values) -> {
              if (name.startsWith(AnswerFacts.NUMBER)) {
                histograms.put(
                    ANSWER + name.substring(AnswerFacts.NUMBER.length()), Histogram.of(values));
              }
            });
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
