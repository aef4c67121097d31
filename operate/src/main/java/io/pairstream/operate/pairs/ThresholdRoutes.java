package io.pairstream.operate.pairs;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.MeasureLimits;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.catalogue.PairSearch;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.threshold.LimitedAnswer;
import io.pairstream.operate.threshold.Threshold;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.TopicTable;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/** Where a limit on an answer or a measure divides the data set. */
public record ThresholdRoutes(TopicTable catalogue, PairSearch search) {

  private static final String ANSWER = "answer.";

  /** Pictures of each side. */
  private static final int SHOWN = 8;

  /** Every key that a recipe may have. */
  private static final Set<String> KEYS =
      new CleaningPlan(RecipeReader.parse("defaults", ""), null, StepObserver.NONE)
          .effectiveRecipe()
          .keySet();

  public List<Route> routes() {
    return List.of(
        AnswerJson.route("/v1/threshold", this::answer).taking("field", "bound", "limit"));
  }

  /**
   * The answer.
   *
   * @param fields all that a limit can be on
   * @param published pairs in all splits
   * @param divided null where no pair has a number of the field
   */
  private record Asked(
      boolean ready,
      List<String> fields,
      String field,
      Bound bound,
      long published,
      Divided divided) {}

  /**
   * How a limit divides the pairs.
   *
   * @param threshold the limit, with pairs by their ids alone
   * @param condition what a view's cut takes
   * @param recipe what a recipe says of it; empty where no key limits it so
   * @param inRecipe the limit that the data set's recipe has; null where it has none
   */
  private record Divided(
      @JsonUnwrapped Threshold threshold,
      List<Near> keptPairs,
      List<Near> leftOutPairs,
      String condition,
      String recipe,
      InRecipe inRecipe) {}

  /**
   * A limit that the data set's recipe has now.
   *
   * @param whenOutside SHADOW, TAG, HOLD or REJECT
   */
  private record InRecipe(Bound bound, Double limit, String whenOutside) {}

  /** A pair, and its number. */
  private record Near(double value, @JsonUnwrapped PairCard.Summary pair) {}

  private Asked answer(Incoming request) {
    boolean ready = catalogue.isCaughtUp();
    List<String> fields = Threshold.fields(catalogue);
    String field =
        request
            .query("field")
            .filter(name -> !name.isEmpty())
            .orElse(fields.isEmpty() ? "" : fields.get(0));
    List<InRecipe> inRecipe = inRecipe(field);
    Bound bound = bound(request, inRecipe);
    return new Asked(
        ready,
        fields,
        field,
        bound,
        ProfileReport.published(catalogue),
        field.isEmpty() ? null : divided(field, bound, limit(request), inRecipe).orElse(null));
  }

  /** The limits that the data set's recipe has of an answer: none, one or two. */
  private List<InRecipe> inRecipe(String field) {
    if (!field.startsWith(ANSWER)) {
      return List.of();
    }
    return LimitedAnswer.of(field.substring(ANSWER.length()), catalogue).stream()
        .flatMap(
            of ->
                Stream.of(
                    new InRecipe(Bound.AT_MOST, of.max(), of.whenOutside()),
                    new InRecipe(Bound.AT_LEAST, of.min(), of.whenOutside())))
        .filter(one -> one.limit() != null)
        .toList();
  }

  private Optional<Divided> divided(
      String field, Bound bound, OptionalDouble asked, List<InRecipe> limits) {
    InRecipe inRecipe =
        limits.stream().filter(one -> one.bound() == bound).findFirst().orElse(null);
    OptionalDouble limit =
        asked.isPresent() || inRecipe == null ? asked : OptionalDouble.of(inRecipe.limit());
    return Problem.orBadRequest(() -> Threshold.of(catalogue, field, bound, limit))
        .map(
            found ->
                new Divided(
                    found,
                    near(found.keptPairs()),
                    near(found.leftOutPairs()),
                    field + (bound == Bound.AT_MOST ? "<=" : ">=") + plain(found.limit()),
                    recipe(field, bound, found.limit()),
                    inRecipe));
  }

  /** The nearest published pairs, one of each picture. */
  private List<Near> near(List<Valued> pairs) {
    Set<String> pictures = new HashSet<>();
    return pairs.stream()
        .flatMap(
            pair ->
                search
                    .get(pair.pairId())
                    .filter(found -> found.row().isPublished())
                    .filter(found -> pictures.add(found.row().imageDigest()))
                    .stream()
                    .map(found -> new Near(pair.value(), PairCard.Summary.of(found))))
        .limit(SHOWN)
        .toList();
  }

  /** The lines of a recipe, each section on one of its own. */
  private static String recipe(String field, Bound bound, double limit) {
    if (field.startsWith(ANSWER)) {
      return "answers:\n  %s:\n    %s: %s"
          .formatted(
              field.substring(ANSWER.length()),
              bound == Bound.AT_MOST ? "max" : "min",
              plain(limit));
    }
    StringBuilder lines = new StringBuilder();
    MeasureLimits.key(KEYS, field.substring("measure.".length()), bound)
        .ifPresent(
            key -> {
              String[] parts = key.split("\\.");
              for (int i = 0; i < parts.length; i++) {
                lines.append("  ".repeat(i)).append(parts[i]).append(':');
                lines.append(i == parts.length - 1 ? " " + plain(limit) : "\n");
              }
            });
    return lines.toString();
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  /** The side that is asked for, or else the recipe's. */
  private static Bound bound(Incoming request, List<InRecipe> inRecipe) {
    return switch (request.query("bound").orElse("")) {
      case "" -> inRecipe.isEmpty() ? Bound.AT_MOST : inRecipe.get(0).bound();
      case "AT_MOST" -> Bound.AT_MOST;
      case "AT_LEAST" -> Bound.AT_LEAST;
      default -> throw Problem.badRequest("bound is AT_MOST or AT_LEAST");
    };
  }

  private static OptionalDouble limit(Incoming request) {
    String text = request.query("limit").orElse("");
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double limit = Double.parseDouble(text);
      if (Double.isFinite(limit)) {
        return OptionalDouble.of(limit);
      }
    } catch (NumberFormatException e) {
      // Refused below, as what is no finite number.
    }
    throw Problem.badRequest("limit is a number");
  }
}
