package io.pairstream.tools.recipe;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.RecipeChange;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.tools.recipe.DiffReport.Prediction;
import io.pairstream.tools.recipe.Groups.Example;
import io.pairstream.tools.recipe.RecipeDiff.Wanted;
import java.util.List;
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
   * Parts of a pair that are compared where both recipes publish it; empty texts for parts that are
   * not made.
   */
  private record Content(Object picture, Object caption, Object tokens) {

    static Content of(TokenizedCaption of, Object picture) {
      CleanedCaption caption = of.caption();
      return new Content(
          picture,
          List.of(caption.text(), caption.language(), caption.texts()),
          List.of(of.tokens(), of.further()));
    }

    String firstDifference(Content from) {
      return !picture.equals(from.picture)
          ? "picture"
          : !caption.equals(from.caption) ? "caption" : !tokens.equals(from.tokens) ? "tokens" : "";
    }
  }

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

  /** Judges a pair; empty beyond the limit. */
  Optional<Prediction> judge(Wanted wanted, RawPair pair, Set<RejectReason> waived) {
    return wanted.entry().isPresent()
        ? rejected(wanted.pairId(), wanted.entry().get(), pair, waived)
        : published(wanted, pair, waived);
  }

  private Optional<Prediction> published(Wanted wanted, RawPair pair, Set<RejectReason> waived) {
    if (isBeyondLimit()) {
      return Optional.empty();
    }
    String id = wanted.pairId();
    Outcome<Content> outcome = content(after, pair, waived);
    String changed = outcome.fold(is -> changed(wanted, pair, waived, is), no -> "");
    Example example =
        outcome.fold(
            is -> new Example(id, pair.getCaption(), "", Measured.NONE),
            no -> Example.of(id, pair.getCaption(), no));
    return Optional.of(new Prediction(id, "", reason(outcome), changed, Optional.of(example)));
  }

  private String changed(Wanted wanted, RawPair pair, Set<RejectReason> waived, Content is) {
    if (change.inEveryPair().isPresent()) {
      return change.inEveryPair().get();
    }
    Content nothing = new Content("", "", "");
    Content was = content(before, pair, waived).fold(Function.identity(), no -> nothing);
    String difference = is.firstDifference(was);
    return difference.isEmpty() ? wanted.moved() : difference;
  }

  private Outcome<Content> content(PairJudge judge, RawPair pair, Set<RejectReason> waived) {
    return change.isWithoutPixels()
        ? judge.describe(pair, waived).map(caption -> Content.of(caption, ""))
        : judge.judge(pair, waived).map(BytesJudge::content);
  }

  private static Content content(CleanedPair pair) {
    return Content.of(pair.caption(), List.of(pair.image().picture(), pair.image().renditions()));
  }

  private Optional<Prediction> rejected(
      String id, QuarantinedPair entry, RawPair pair, Set<RejectReason> waived) {
    Outcome<?> described = after.describe(pair, waived);
    Optional<String> becomes =
        described.rejectedOnly().isEmpty()
            ? again(entry, pair, waived)
            : Optional.of(reason(described));
    if (becomes.isEmpty() && isBeyondLimit()) {
      return Optional.empty();
    }
    String now = becomes.orElseGet(() -> reason(after.judge(pair, waived)));
    Optional<Example> example = Optional.of(Example.of(entry, pair.getCaption()));
    return Optional.of(new Prediction(id, entry.getReason(), now, "", example));
  }

  /**
   * Reason under the other recipe, empty text for none, as the entry's own reason tells it; nothing
   * where only its pixels tell.
   */
  private Optional<String> again(QuarantinedPair entry, RawPair pair, Set<RejectReason> waived) {
    return RejectReason.named(entry.getReason())
        .filter(was -> waived.isEmpty() && before.describe(pair, waived).rejectedOnly().isEmpty())
        .flatMap(was -> change.judgeAgain(was, Measurements.read(entry.getMeasured())))
        .map(reasons -> reasons.isEmpty() ? "" : reasons.get(0).name());
  }

  static String reason(Outcome<?> outcome) {
    return outcome.fold(kept -> "", no -> no.reason().name());
  }
}
