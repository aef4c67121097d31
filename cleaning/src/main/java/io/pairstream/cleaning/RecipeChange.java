package io.pairstream.cleaning;

import io.pairstream.cleaning.Check.Checked;
import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CheckFlaggedWords;
import io.pairstream.cleaning.caption.CheckRepetition;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.caption.IdentifyLanguage;
import io.pairstream.cleaning.image.CheckImageShape;
import io.pairstream.cleaning.image.CheckMeasures;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import io.pairstream.cleaning.image.RefuseForbiddenDigest;
import io.pairstream.cleaning.image.RefuseForbiddenPicture;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How a recipe differs from an earlier one, and what that means for pairs which the earlier one
 * judged: as far as their measures tell, by the same steps.
 *
 * <p>Where the measures of a pair cannot tell, nothing is answered. Thread-safe.
 */
public final class RecipeChange {

  /** What takes part in judging neither picture nor pixels, unless a model sees the caption. */
  private static final Pattern WITHOUT_PIXELS =
      Pattern.compile(
          "(caption|texts|tokens|token-sets|near-copies|split)\\..*|pixels\\.normalisation"
              + "|forbidden\\.digests-file"
              + "|image\\.(min-side-px|max-aspect-ratio|max-bytes|max-pixels)");

  private static final Pattern PICTURE_LIMITS =
      Pattern.compile("quality\\.(min|max)-.*|scores\\.[^.]+\\.(min|max)");

  /** A change of these is in every record; none of them is a reason to reject. */
  private static final Pattern IN_EVERY_PAIR =
      Pattern.compile(
          "(tokens|token-sets\\.[^.]+)\\.(tokenizer|file|length|pad-id)|pixels\\.normalisation");

  /** No step judges by these; they place a pair, or compare it with others. */
  private static final Pattern BESIDE_OTHERS = Pattern.compile("(near-copies|split)\\..*");

  private static final String WIDTH = "original_width_px";
  private static final String HEIGHT = "original_height_px";

  /** In the order of the steps. */
  private static final List<Rule> RULES =
      List.of(
          new Rule("forbidden\\.digests-file", List.of(), RecipeChange::byDigest),
          new Rule(
              "image\\.(min-side-px|max-aspect-ratio)",
              List.of(WIDTH, HEIGHT),
              RecipeChange::byShape),
          // Of a script without spaces the letters are not stored.
          new Rule(
              "caption\\.((max|min)-characters|min-words)",
              List.of(CheckCaptionLength.CHARACTERS),
              RecipeChange::byLength),
          new Rule(
              "caption\\.min-unspaced-characters",
              List.of(CheckCaptionLength.WORDS),
              RecipeChange::byLength),
          new Rule(
              "caption\\.max-repetition",
              List.of(CheckRepetition.REPETITION),
              RecipeChange::byRepetition),
          new Rule(
              "caption\\.max-flagged-share",
              List.of(CheckFlaggedWords.FLAGGED_SHARE),
              RecipeChange::byFlaggedShare),
          new Rule(
              "caption\\.(languages|min-language-confidence)", List.of(), RecipeChange::byLanguage),
          new Rule(
              "forbidden\\.(hashes-file|max-distance-bits)",
              List.of(),
              RecipeChange::byPerceptualHash),
          new Rule(PICTURE_LIMITS.pattern(), List.of(), RecipeChange::byMeasures));

  private final SortedMap<String, Values> keys = new TreeMap<>();
  private final List<StoredCheck> checks = new ArrayList<>();
  private final boolean isWithoutPixels;
  private final boolean isOfLimits;
  private final boolean isByMeasures;
  private final CheckMeasures limitsBefore;
  private final CheckMeasures limits;

  /** What a key says in either recipe; null where it is not there. */
  public record Values(String before, String after) {}

  /**
   * What is stored of a published pair.
   *
   * @param perceptualHash 64-bit DCT hash
   * @param measures as they are published, by name
   */
  public record StoredPair(
      String imageDigest, long perceptualHash, String language, Map<String, Double> measures) {

    private CleanedCaption caption() {
      return new CleanedCaption("", language, measures, Map.of());
    }
  }

  /** A step that judges what is stored; answers null where that is not all it needs. */
  @FunctionalInterface
  private interface StoredCheck {
    Outcome<?> judge(StoredPair pair);
  }

  /**
   * A step that judges what is stored.
   *
   * @param keys which the step reads, no others
   * @param measures that it needs
   */
  private record Rule(
      String keys, List<String> measures, Function<RecipeReader, StoredCheck> step) {

    StoredCheck check(RecipeReader recipe) {
      StoredCheck check = step.apply(recipe);
      return pair -> pair.measures().keySet().containsAll(measures) ? check.judge(pair) : null;
    }
  }

  /** Compares two good recipes, each with its plan. */
  public RecipeChange(
      RecipeFile before, CleaningPlan planBefore, RecipeFile after, CleaningPlan planAfter) {
    Set<String> all = new TreeSet<>(planBefore.effectiveRecipe().keySet());
    all.addAll(planAfter.effectiveRecipe().keySet());
    for (String key : all) {
      Values values =
          new Values(planBefore.effectiveRecipe().get(key), planAfter.effectiveRecipe().get(key));
      if (values.before() == null || !values.before().equals(values.after())) {
        keys.put(key, values);
      }
    }
    boolean seesCaptions =
        planAfter.pictures().scores().stream().anyMatch(score -> score.tokens() > 0);
    for (Rule rule : RULES) {
      if (keys.keySet().stream().anyMatch(key -> key.matches(rule.keys()))) {
        checks.add(rule.check(after.reader()));
      }
    }
    isByMeasures =
        keys.keySet().stream()
            .allMatch(
                key ->
                    isJudgedByMeasures(key)
                        || matches(BESIDE_OTHERS, key)
                        || (matches(IN_EVERY_PAIR, key) && !seesCaptions));
    List<String> ofPictures =
        keys.keySet().stream()
            .filter(
                key ->
                    !matches(WITHOUT_PIXELS, key)
                        || (seesCaptions
                            && key.matches("(caption|tokens)\\..*")
                            && !isJudgedByMeasures(key)))
            .toList();
    isWithoutPixels = ofPictures.isEmpty();
    isOfLimits = ofPictures.stream().allMatch(key -> matches(PICTURE_LIMITS, key));
    limitsBefore = CheckMeasures.ofQualityAndScores(before.reader());
    limits = CheckMeasures.ofQualityAndScores(after.reader());
  }

  private static boolean matches(Pattern pattern, String key) {
    return pattern.matcher(key).matches();
  }

  private static boolean isJudgedByMeasures(String key) {
    return RULES.stream().anyMatch(rule -> key.matches(rule.keys()));
  }

  /** The keys that differ. */
  public SortedMap<String, Values> keys() {
    return keys;
  }

  /** Whether published pairs are judged by what is stored of them, as far as that tells. */
  public boolean isByMeasures() {
    return isByMeasures;
  }

  /** Whether a pair that both recipes keep until its pixels are made fares alike from there on. */
  public boolean isWithoutPixels() {
    return isWithoutPixels;
  }

  /** Whether a pair that is kept may be in another split or fold. */
  public boolean isOfSplit() {
    return keys.keySet().stream().anyMatch(key -> key.startsWith("split."));
  }

  /** The first key whose change is in every published pair, whatever it holds. */
  public Optional<String> inEveryPair() {
    return keys.keySet().stream().filter(key -> matches(IN_EVERY_PAIR, key)).findFirst();
  }

  /**
   * Judges a pair that the earlier recipe let through; empty where what is stored does not tell.
   */
  public Optional<Outcome<StoredPair>> judge(StoredPair pair) {
    for (StoredCheck check : checks) {
      Outcome<?> outcome = check.judge(pair);
      if (outcome == null) {
        return Optional.empty();
      }
      for (Rejection rejection : outcome.rejectedOnly()) {
        return Optional.of(Outcome.rejected(rejection));
      }
    }
    return Optional.of(Outcome.kept(pair));
  }

  /**
   * Judges a pair that both recipes keep until its pixels are made, and the earlier one then
   * rejected, no reason waived.
   *
   * @return the reason for which it is rejected, or nothing for one that is kept; empty where only
   *     its pixels tell
   */
  public Optional<List<RejectReason>> judgeAgain(
      RejectReason reason, String detail, String measured) {
    if (reason == RejectReason.STEP_CRASHED || !isOfLimits) {
      return Optional.empty();
    }
    return isWithoutPixels || !limitsBefore.isOurs(detail, measured)
        ? Optional.of(List.of(reason))
        : limits.judgeAgain(limitsBefore, detail, measured);
  }

  private static StoredCheck byDigest(RecipeReader recipe) {
    RefuseForbiddenDigest step = new RefuseForbiddenDigest(recipe);
    return pair -> step.apply(pair.imageDigest());
  }

  private static StoredCheck byShape(RecipeReader recipe) {
    CheckImageShape step = new CheckImageShape(recipe);
    EncodedImage noBytes = new EncodedImage(new byte[0]);
    return pair -> {
      int width = pair.measures().get(WIDTH).intValue();
      int height = pair.measures().get(HEIGHT).intValue();
      return step.apply(
          new ProbedImage(noBytes, ImageType.JPEG, width, height, 8, ColourModel.RGB, false));
    };
  }

  private static StoredCheck byLength(RecipeReader recipe) {
    CheckCaptionLength step = new CheckCaptionLength(recipe);
    return pair -> outcome(step.judge(pair.caption(), Integer.MAX_VALUE));
  }

  private static StoredCheck byRepetition(RecipeReader recipe) {
    CheckRepetition step = new CheckRepetition(recipe);
    return pair -> outcome(step.judge(pair.caption()));
  }

  private static StoredCheck byFlaggedShare(RecipeReader recipe) {
    CheckFlaggedWords step = new CheckFlaggedWords(recipe);
    return pair -> step.judge(pair.caption());
  }

  private static StoredCheck byLanguage(RecipeReader recipe) {
    IdentifyLanguage step = new IdentifyLanguage(recipe);
    return pair -> outcome(step.judge(pair.caption(), pair.language()));
  }

  private static StoredCheck byPerceptualHash(RecipeReader recipe) {
    RefuseForbiddenPicture step = new RefuseForbiddenPicture(recipe);
    return pair -> step.judge(pair.perceptualHash(), pair);
  }

  private static StoredCheck byMeasures(RecipeReader recipe) {
    CheckMeasures step = CheckMeasures.ofQualityAndScores(recipe);
    return pair ->
        step.canJudge(pair.measures()) ? outcome(step.judge(pair.measures(), pair)) : null;
  }

  private static Outcome<?> outcome(Checked<?> checked) {
    return checked.outcome(Set.of());
  }
}
