package io.pairstream.operations.recipe;

import io.pairstream.cleaning.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RecipeChange;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.operations.recipe.DiffReport.Prediction;
import io.pairstream.operations.recipe.Groups.Example;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Judges what one recipe judged by another, from the bytes. Makes no pixels where they do not
 * matter. Thread-safe.
 */
final class BytesJudge {

  private final PairJudge before;
  private final PairJudge after;
  private final RecipeChange change;
  private final long limit;
  private final AtomicLong asked = new AtomicLong();

  /**
   * @param limit of pairs whose pixels are made or whose raw records are read
   */
  BytesJudge(PairJudge before, PairJudge after, RecipeChange change, long limit) {
    this.before = before;
    this.after = after;
    this.change = change;
    this.limit = limit;
  }

  /** How many were judged of those that the limit is for. */
  long judged() {
    return Math.min(limit, asked.get());
  }

  /** How many were left because of the limit. */
  long left() {
    return asked.get() - judged();
  }

  /** Whether there is no need to give it more of those. */
  boolean isFull() {
    return asked.get() >= limit;
  }

  private boolean isBeyondLimit() {
    return asked.incrementAndGet() > limit;
  }

  /**
   * Judges a pair that is published; empty beyond the limit.
   *
   * @param moved what to say of it where nothing else differs
   */
  Optional<Prediction> published(String id, RawPair pair, Set<RejectReason> waived, String moved) {
    if (isBeyondLimit()) {
      return Optional.empty();
    }
    return Optional.of(
        change.isWithoutPixels()
            ? published(
                id,
                pair,
                after.describe(pair, waived),
                moved,
                is -> captions(before.describe(pair, waived), is))
            : published(
                id,
                pair,
                after.judge(pair, waived),
                moved,
                is -> pictures(before.judge(pair, waived), is)));
  }

  private <T> Prediction published(
      String id, RawPair pair, Outcome<T> is, String moved, Function<T, String> difference) {
    String changed =
        is.fold(
            kept -> change.inEveryPair().or(() -> text(difference.apply(kept))).orElse(moved),
            no -> "");
    return new Prediction(
        id, "", reason(is), changed, Optional.of(Example.of(id, pair.getCaption(), is)));
  }

  private static Optional<String> text(String difference) {
    return Optional.of(difference).filter(some -> !some.isEmpty());
  }

  private static String pictures(Outcome<CleanedPair> before, CleanedPair after) {
    return before.fold(
        was ->
            was.image().picture().equals(after.image().picture())
                    && was.image().renditions().equals(after.image().renditions())
                ? captions(Outcome.kept(was.caption()), after.caption())
                : "picture",
        no -> "picture");
  }

  private static String captions(Outcome<TokenizedCaption> before, TokenizedCaption after) {
    return before.fold(
        was ->
            !was.caption().text().equals(after.caption().text())
                    || !was.caption().language().equals(after.caption().language())
                    || !was.caption().texts().equals(after.caption().texts())
                ? "caption"
                : was.tokens().equals(after.tokens()) && was.further().equals(after.further())
                    ? ""
                    : "tokens",
        no -> "caption");
  }

  /**
   * Judges a pair that is in quarantine; empty beyond the limit.
   *
   * @param entry why it is there
   */
  Optional<Prediction> rejected(
      String id, QuarantinedPair entry, RawPair pair, Set<RejectReason> waived) {
    Outcome<?> described = after.describe(pair, waived);
    Optional<String> becomes =
        described.rejectedOnly().isEmpty()
            ? again(entry, pair, waived)
            : Optional.of(reason(described));
    if (becomes.isEmpty() && isBeyondLimit()) {
      return Optional.empty();
    }
    Example example =
        new Example(
            id, pair.getCaption(), entry.getDetail(), entry.getMeasured(), entry.getLimit());
    return Optional.of(
        new Prediction(
            id,
            entry.getReason(),
            becomes.orElseGet(() -> reason(after.judge(pair, waived))),
            "",
            Optional.of(example)));
  }

  /** What follows from why it is there; empty where only its pixels tell. */
  private Optional<String> again(QuarantinedPair entry, RawPair pair, Set<RejectReason> waived) {
    return RejectReason.named(entry.getReason())
        .filter(was -> waived.isEmpty() && before.describe(pair, waived).rejectedOnly().isEmpty())
        .flatMap(was -> change.judgeAgain(was, entry.getDetail(), entry.getMeasured()))
        .map(reasons -> reasons.isEmpty() ? "" : reasons.get(0).name());
  }

  static String reason(Outcome<?> outcome) {
    return outcome.fold(kept -> "", no -> no.reason().name());
  }
}
