package io.pairstream.operate.threshold;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a limit on a field divides the pairs that have a number of it.
 *
 * @param histogram of all these pairs; the limit may be at each tenth of a bin
 * @param count how many they are
 * @param failed how many have none because the model failed
 * @param kept how many keep the limit
 * @param keptPairs those of them nearest to the limit, the nearest first
 * @param leftOutPairs the nearest to the limit of those that break it
 */
public record Threshold(
    Histogram histogram,
    long count,
    long failed,
    double limit,
    long kept,
    @JsonIgnore List<Valued> keptPairs,
    @JsonIgnore List<Valued> leftOutPairs) {

  /** A pair with its number. */
  public record Valued(String pairId, double value) {}

  private static final String ANSWER = "answer.";
  private static final String MEASURE = "measure.";

  /** Steps of the limit in each bin. */
  private static final int STEPS = 10;

  /** Share of the pairs that the limit keeps where the caller names none. */
  private static final double KEPT = 0.9;

  /** Pairs of each side; some are of one picture, and some may not be published any more. */
  private static final int NEAREST = 60;

  /** Names of all answers and measures that a limit can be on: {@code answer.nsfw}. */
  public static List<String> fields(TopicTable catalogue) {
    return catalogue.read(Threshold::fields);
  }

  private static List<String> fields(Database table) {
    List<String> fields =
        new ArrayList<>(
            table.query(
                "SELECT DISTINCT 'answer.' || name FROM answer_name WHERE name <> '' AND EXISTS"
                    + " (SELECT 1 FROM said WHERE said.name = answer_name.id"
                    // Numbers come before texts in the index.
                    + " AND value < '' AND typeof(value) = 'real') ORDER BY 1",
                row -> row.getString(1)));
    fields.addAll(
        table.query(
            "SELECT DISTINCT 'measure.' || key FROM (SELECT measures FROM sampled ORDER BY id DESC"
                + " LIMIT 100), json_each(measures) WHERE type IN ('real', 'integer') ORDER BY 1",
            row -> row.getString(1)));
    return fields;
  }

  /**
   * A limit on a field; empty where no pair has a number of it.
   *
   * @param field {@code answer.NAME} or {@code measure.NAME}
   * @param limit empty for one that keeps nine tenths of the pairs
   * @throws IllegalArgumentException for another field
   */
  public static Optional<Threshold> of(
      TopicTable catalogue, String field, Bound bound, OptionalDouble limit) {
    return catalogue.read(table -> of(numbers(table, field), bound, limit));
  }

  private static Numbers numbers(Database table, String field) {
    if (field.startsWith(ANSWER)) {
      return new AnswerNumbers(table, field.substring(ANSWER.length()));
    }
    if (field.matches("measure\\.[A-Za-z0-9_.-]{1,100}")) {
      return new SampledNumbers(table, field.substring(MEASURE.length()));
    }
    throw new IllegalArgumentException(
        "there is no field %s; right is answer.NAME or measure.NAME".formatted(field));
  }

  static Optional<Threshold> of(Numbers numbers, Bound bound, OptionalDouble asked) {
    return numbers
        .histogram()
        .map(
            histogram -> {
              double limit = asked.orElseGet(() -> suggested(numbers, bound, histogram));
              return new Threshold(
                  histogram,
                  numbers.count(),
                  numbers.failed(),
                  limit,
                  numbers.count(bound, limit),
                  numbers.nearest(bound, limit, true, NEAREST),
                  numbers.nearest(bound, limit, false, NEAREST));
            });
  }

  /** The limit that keeps some nine tenths, on a step. */
  private static double suggested(Numbers numbers, Bound bound, Histogram histogram) {
    long last = numbers.count() - 1;
    long rank = (long) (KEPT * last);
    double number = numbers.ranked(bound == Bound.AT_MOST ? rank : last - rank);
    double step = (histogram.edges().get(1) - histogram.edges().get(0)) / STEPS;
    double steps = number / step;
    double rounded =
        (bound == Bound.AT_MOST ? Math.ceil(steps - 1e-9) : Math.floor(steps + 1e-9)) * step;
    return BigDecimal.valueOf(rounded).round(new MathContext(9)).doubleValue();
  }
}
