package io.pairstream.tools.recipe;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.Replay;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Utils;

/** Judges raw pairs by a recipe, as the topology does. Thread-safe. */
public record PairJudge(CleaningPlan plan) {

  /** No recipe changes what these say, but for a forbidden digest, which goes before. */
  private static final Set<String> OF_NO_RECIPE =
      Set.of(RejectReason.FIELD_INVALID.name(), RejectReason.CAPTION_NOT_UTF8.name());

  /** Whether a pair rejected for this is rejected by any recipe, before its steps begin. */
  static boolean isOfNoRecipe(String reason) {
    return OF_NO_RECIPE.contains(reason);
  }

  private static SubmittedPair submitted(RawPair pair, Set<RejectReason> waived) {
    return new SubmittedPair(
        new EncodedImage(Utils.toArray(pair.getImage())),
        new ReceivedCaption(
            pair.getCaption(),
            pair.getLanguage(),
            pair.getAnnotations().getOrDefault("file_name", pair.getMetadata().getUrl())),
        pair.getAnnotations(),
        waived);
  }

  /** The reasons that do not count against a raw record, as its headers claim. */
  public static Set<RejectReason> waived(Headers headers) {
    return Replay.read(headers).stream()
        .flatMap(replay -> replay.waived().stream())
        .flatMap(name -> RejectReason.named(name).stream())
        .filter(RejectReason::isWaivable)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Judges all of a pair. */
  public Outcome<CleanedPair> judge(RawPair pair, Set<RejectReason> waived) {
    return guarded(() -> gate(pair, waived).then(plan::clean));
  }

  /** Judges all but its pixels. */
  public Outcome<TokenizedCaption> describe(RawPair pair, Set<RejectReason> waived) {
    return guarded(() -> gate(pair, waived).then(plan::describe));
  }

  private Outcome<GatedPair> gate(RawPair pair, Set<RejectReason> waived) {
    return plan.screen(PairIdentity.imageDigest(pair.getImage()))
        .then(digest -> plan.gate(submitted(pair, waived)));
  }

  private static <T> Outcome<T> guarded(Supplier<Outcome<T>> judging) {
    try {
      return judging.get();
    } catch (ImageWorkerUnavailableException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      return Outcome.rejected(
          RejectReason.STEP_CRASHED, "a step of ours failed: " + OneLine.of(e.toString()));
    }
  }
}
