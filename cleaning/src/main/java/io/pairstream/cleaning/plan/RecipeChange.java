package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.image.CheckMeasures;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The difference between two recipes, and what follows from it for pairs that the earlier one
 * judged: the steps themselves say which of their keys they can follow by what is stored.
 *
 * <p>Where what is stored of a pair does not tell, nothing is answered. Thread-safe.
 */
public final class RecipeChange {

  private final SortedMap<String, Values> keys = new TreeMap<>();
  private final List<KeyUse> uses = new ArrayList<>();
  private final Set<Step<?, ?>> judges = new LinkedHashSet<>();
  private final CheckMeasures limitsBefore;
  private final CheckMeasures limits;

  /** The values of a key in both recipes; null where it is not there. */
  public record Values(String before, String after) {}

  /** Compares the recipes of two plans. */
  public RecipeChange(CleaningPlan before, CleaningPlan after) {
    Set<String> all = new TreeSet<>(before.effectiveRecipe().keySet());
    all.addAll(after.effectiveRecipe().keySet());
    for (String key : all) {
      Values values =
          new Values(before.effectiveRecipe().get(key), after.effectiveRecipe().get(key));
      if (values.before() == null || !values.before().equals(values.after())) {
        keys.put(key, values);
      }
    }
    for (KeyUse use : after.keys()) {
      if (keys.containsKey(use.key())) {
        uses.add(use);
        if (isJudgedByStored(use)) {
          judges.add(use.step());
        }
      }
    }
    // A section that is no longer there is read by the earlier plan alone.
    before.keys().stream()
        .filter(use -> keys.containsKey(use.key()) && keys.get(use.key()).after() == null)
        .forEach(uses::add);
    limitsBefore = before.pictureLimits();
    limits = after.pictureLimits();
  }

  private static boolean isJudgedByStored(KeyUse use) {
    return use.effect() == KeyEffect.JUDGES_STORED || use.effect() == KeyEffect.LIMITS_PICTURE;
  }

  private boolean needsPixels(KeyUse use) {
    return switch (use.effect()) {
      case PLACES, SELECTS, MARKS_EVERY_PAIR -> false;
      case REMAKES, JUDGES_STORED, LIMITS_PICTURE -> use.stage().equals("image");
    };
  }

  /** The keys that differ. */
  public SortedMap<String, Values> keys() {
    return keys;
  }

  /** Whether published pairs are judged by their stored data, as far as possible. */
  public boolean isByMeasures() {
    return uses.stream().allMatch(use -> use.effect() != KeyEffect.REMAKES)
        && uses.stream().noneMatch(use -> !isJudgedByStored(use) && needsPixels(use));
  }

  /** Whether a pair that both recipes keep until its pixels are made fares alike from there on. */
  public boolean isWithoutPixels() {
    return uses.stream().noneMatch(this::needsPixels);
  }

  /** Whether a pair that is kept may be in another split or fold. */
  public boolean isOfSplit() {
    return uses.stream().anyMatch(use -> use.stage().equals("split"));
  }

  /** The first key whose change is in every published pair, whatever it holds. */
  public Optional<String> inEveryPair() {
    return uses.stream()
        .filter(use -> use.effect() == KeyEffect.MARKS_EVERY_PAIR)
        .map(KeyUse::key)
        .sorted()
        .findFirst();
  }

  /**
   * Judges a pair that the earlier recipe let through; empty where what is stored does not tell.
   */
  public Optional<Outcome<StoredPair>> judge(StoredPair pair) {
    for (Step<?, ?> step : judges) {
      Optional<Outcome<?>> outcome = step.judgeStored(pair, keys.keySet());
      if (outcome.isEmpty()) {
        return Optional.empty();
      }
      for (Rejection rejection : outcome.get().rejectedOnly()) {
        return Optional.of(Outcome.rejected(rejection));
      }
    }
    return Optional.of(Outcome.kept(pair));
  }

  /**
   * Judges a pair that both recipes keep until its pixels are made, and the earlier one then
   * rejected, no reason waived.
   *
   * @param measured what it was rejected for
   * @return the reason for which it is rejected, or nothing for one that is kept; empty where only
   *     its pixels tell
   */
  public Optional<List<RejectReason>> judgeAgain(RejectReason reason, Measured measured) {
    boolean isOfLimits =
        uses.stream()
            .filter(this::needsPixels)
            .allMatch(use -> use.effect() == KeyEffect.LIMITS_PICTURE);
    // A plugin judges behind the limits, of which a changed one may reject the picture before.
    boolean isBehindLimits = reason == RejectReason.REFUSED_BY_PLUGIN && !isWithoutPixels();
    if (reason.isCrash() || isBehindLimits || !isOfLimits) {
      return Optional.empty();
    }
    return isWithoutPixels() || !limitsBefore.isBroken(measured)
        ? Optional.of(List.of(reason))
        : limits.judgeAgain(limitsBefore, measured);
  }
}
