package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.caption.CheckCapitals;
import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CheckCharacterMix;
import io.pairstream.cleaning.caption.CheckFlaggedWords;
import io.pairstream.cleaning.caption.CheckRepetition;
import io.pairstream.cleaning.caption.CleanCaption;
import io.pairstream.cleaning.caption.IdentifyLanguage;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.caption.RefuseBoilerplate;
import io.pairstream.cleaning.caption.RefuseFileName;
import io.pairstream.cleaning.image.CheckImageShape;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.CheckMeasures;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelNormalisation;
import io.pairstream.cleaning.image.PrepareImage;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.ReadCropBox;
import io.pairstream.cleaning.image.RefuseForbiddenDigest;
import io.pairstream.cleaning.image.RefuseForbiddenPicture;
import io.pairstream.cleaning.image.RefuseUnhandledImages;
import io.pairstream.cleaning.plan.StepChain.Draft;
import io.pairstream.cleaning.plan.StepChain.Steps;
import io.pairstream.cleaning.plugin.Plugins;
import io.pairstream.cleaning.recipe.AnswerLimit;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.Noted;
import io.pairstream.cleaning.tokens.TokenizeCaption;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.cleaning.words.WriteTextForms;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All steps, in the order a pair meets them, as a recipe sets them up.
 *
 * <p>The gate looks at headers only; cleaning comes after it, cheap steps first: the caption's
 * before the image's, whose pixels cost the most.
 */
public final class CleaningPlan {

  /**
   * Raised with each release whose steps are more or behave otherwise under the same settings; part
   * of {@link #version()}.
   */
  private static final int STEPS_VERSION = 1;

  private final Steps<String, String> screen;
  private final Steps<EncodedImage, ProbedImage> gate;
  private final Steps<Map<String, String>, PixelBox> cropBox;
  private final Steps<ReceivedCaption, TokenizedCaption> caption;
  private final Steps<ImageToPrepare, PreparedImage> image;
  private final NearCopies nearCopies;
  private final SplitByImage split;
  private final TokenizeCaption tokens;
  private final ImagePlan pictures;
  private final CheckMeasures pictureLimits;
  private final PixelNormalisation normalisation;
  private final List<AnswerLimit> answerLimits;
  private final List<PlannedStep> steps;
  private final List<KeyUse> keys;
  private final SortedMap<String, String> effectiveRecipe;

  /**
   * Sets up every step from the recipe.
   *
   * @throws io.pairstream.cleaning.recipe.InvalidRecipeException with all problems of the recipe
   */
  public CleaningPlan(RecipeReader recipe, ImageWorker worker, StepObserver observer) {
    Draft draft = new Draft(recipe, observer);
    Noted<TokenizeCaption> tokenize = recipe.noting(TokenizeCaption::new);
    tokens = tokenize.value();
    Noted<ImagePlan> asked = recipe.noting(ImagePlan::from);
    pictures = asked.value();
    Plugins plugins = Plugins.from(recipe, worker);
    ImagePlan shown = plugins.shown(pictures, recipe);
    boolean followsCropBox = draft.read("image", KeyEffect.REMAKES, ReadCropBox::isAskedFor);
    screen =
        draft
            .<String>begin("gate")
            .thenIfOn("refuse-forbidden-digest", RefuseForbiddenDigest::new)
            .steps();
    gate = gate(draft);
    cropBox =
        followsCropBox
            ? draft
                .<Map<String, String>>begin("gate")
                .then("read-crop-box", unset -> new ReadCropBox())
                .steps()
            : (annotations, waived) -> Outcome.kept(PixelBox.WHOLE);
    caption = caption(draft, plugins, tokenize);
    Noted<RefuseForbiddenPicture> forbidden = recipe.noting(RefuseForbiddenPicture::new);
    Noted<CheckMeasures> quality = recipe.noting(CheckMeasures::ofQuality);
    image =
        draft
            .<ImageToPrepare>begin("image")
            .then(
                "prepare-image",
                asked.map(plan -> new PrepareImage(worker, shown, forbidden.value()::isForbidden)))
            .thenIfOn("refuse-forbidden-picture", forbidden)
            .thenIfOn("check-image-quality", quality)
            .thenAll(plugins.pictures())
            .steps();
    pictureLimits = quality.value();
    normalisation =
        draft.read(
            "image",
            KeyEffect.MARKS_EVERY_PAIR,
            reader -> PixelNormalisation.from(reader, pictures.pixels().colour()));
    nearCopies = draft.read("near-copies", KeyEffect.PLACES, NearCopies::from);
    draft.noted().add(new PlannedStep("near-copies", "look-up", nearCopies.inWords()));
    draft.noted().add(new PlannedStep("near-copies", "check-sample", nearCopies.captionsInWords()));
    split = draft.read("split", KeyEffect.PLACES, SplitByImage::new);
    if (!split.isByImage() && !nearCopies.areLookedFor()) {
      recipe.problem(
          "split.group-by",
          "an image that two of them send would be in two splits; near-copies.policy must be"
              + " keep-first or keep-all");
    }
    draft.noted().add(new PlannedStep("split", "split-by-image", split.inWords()));
    answerLimits = draft.read("answers", KeyEffect.SELECTS, AnswerLimit::from);
    for (AnswerLimit limit : answerLimits) {
      draft.noted().add(new PlannedStep("answers", limit.name(), limit.inWords()));
    }
    steps = List.copyOf(draft.noted());
    keys = List.copyOf(draft.keys());
    effectiveRecipe = recipe.finish();
  }

  private static Steps<EncodedImage, ProbedImage> gate(Draft draft) {
    return draft
        .<EncodedImage>begin("gate")
        .then("probe-image", unset -> new ProbeImage())
        .then("check-image-size", CheckImageSize::new)
        .then("check-image-shape", CheckImageShape::new)
        .then("refuse-unhandled-images", RefuseUnhandledImages::new)
        .steps();
  }

  private static Steps<ReceivedCaption, TokenizedCaption> caption(
      Draft draft, Plugins plugins, Noted<TokenizeCaption> tokenize) {
    return draft
        .<ReceivedCaption>begin("caption")
        .thenIfOn("refuse-file-name", RefuseFileName::new)
        .then("clean-caption", CleanCaption::new)
        .thenIfOn("refuse-boilerplate", RefuseBoilerplate::new)
        .thenAll(plugins.captions())
        .then("check-caption-length", CheckCaptionLength::new)
        .thenIfOn("check-character-mix", CheckCharacterMix::new)
        .thenIfOn("check-capitals", CheckCapitals::new)
        .thenIfOn("check-repetition", CheckRepetition::new)
        .thenIfOn("check-flagged-words", CheckFlaggedWords::new)
        .then("identify-language", IdentifyLanguage::new)
        .thenIfOn("write-text-forms", WriteTextForms::new)
        .then("tokenize-caption", tokenize)
        .steps();
  }

  /** All steps in the order a pair meets them, those that are switched off too. */
  public List<PlannedStep> steps() {
    return steps;
  }

  /** The recipe's keys in the order in which a pair meets the parts that read them. */
  List<KeyUse> keys() {
    return keys;
  }

  /** The limits of a picture's measures, in the order in which a picture meets them. */
  CheckMeasures pictureLimits() {
    return pictureLimits;
  }

  /**
   * Keeps or rejects an image by its digest alone, before anything of it is looked at.
   *
   * @param imageDigest lower-case hex SHA-256 of the image file
   */
  public Outcome<String> screen(String imageDigest) {
    return screen.apply(imageDigest, Set.of());
  }

  /** Keeps or rejects a pair by what its image's header declares. */
  public Outcome<GatedPair> gate(SubmittedPair pair) {
    return gate.apply(pair.image(), pair.waived())
        .then(
            probed ->
                cropBox
                    .apply(pair.annotations(), pair.waived())
                    .map(box -> new GatedPair(probed, box, pair.caption(), pair.waived())));
  }

  /** Makes pixels and tokens of a pair that passed the gate, or rejects it. */
  public Outcome<CleanedPair> clean(GatedPair pair) {
    return describe(pair)
        .then(
            tokenized ->
                image
                    .apply(new ImageToPrepare(pair.image(), pair.cropBox()), pair.waived())
                    .map(PreparedImage::withoutHiddenPixels)
                    .map(prepared -> new CleanedPair(pair.image(), prepared, tokenized)));
  }

  /** Makes the tokens of a pair that passed the gate, and no pixels, or rejects it. */
  public Outcome<TokenizedCaption> describe(GatedPair pair) {
    return describe(pair.caption(), pair.waived());
  }

  /** Makes the tokens of a caption alone, or rejects it. */
  public Outcome<TokenizedCaption> describe(ReceivedCaption received, Set<RejectReason> waived) {
    return caption.apply(received, waived);
  }

  /** The plan that image workers follow. */
  public ImagePlan pictures() {
    return pictures;
  }

  /** How the recipe recommends the feed to turn levels into numbers. */
  public PixelNormalisation normalisation() {
    return normalisation;
  }

  /** How pictures that nearly copy an earlier one are treated. */
  public NearCopies nearCopies() {
    return nearCopies;
  }

  public SplitByImage split() {
    return split;
  }

  /** Which tokenizers run, and with which padding. */
  public TokenizeCaption tokens() {
    return tokens;
  }

  /** Which answers of models are wanted about published pairs. */
  public List<AnswerLimit> answerLimits() {
    return answerLimits;
  }

  /** Every key of the recipe with the value in force. */
  public SortedMap<String, String> effectiveRecipe() {
    return effectiveRecipe;
  }

  /**
   * The recipe's version, written to every output: the first 16 hex digits of SHA-256 over the
   * effective recipe, one {@code key=value} per line in the order of the keys, the tokenizers'
   * digests and the steps' version. Limits of answers are not part of it: they rewrite no pair.
   */
  public String version() {
    SortedMap<String, String> rewriting = new TreeMap<>(effectiveRecipe);
    keys.stream()
        .filter(use -> use.effect() == KeyEffect.SELECTS)
        .forEach(use -> rewriting.remove(use.key()));
    StringBuilder text = new StringBuilder();
    rewriting.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    text.append("tokenizer-digest=").append(tokens.main().tokenizer().digest()).append('\n');
    for (TokenTarget set : tokens.further()) {
      text.append("tokenizer-digest.").append(set.name()).append('=');
      text.append(set.tokenizer().digest()).append('\n');
    }
    text.append("steps-version=").append(STEPS_VERSION).append('\n');
    byte[] hash = Sha256.of(text.toString());
    return HexFormat.of().formatHex(hash, 0, 8);
  }

  /**
   * One step of a plan, for a person who wants to know what happens to a pair.
   *
   * @param stage gate, caption, image, near-copies, split or answers
   * @param name name in metrics and in quarantined records; of an answer, that answer's
   * @param inWords what it does, with its limits; empty where the recipe switches it off
   */
  public record PlannedStep(String stage, String name, String inWords) {

    /** Whether a pair meets it. */
    public boolean isOn() {
      return !inWords.isEmpty();
    }
  }

  /**
   * Sees each step's duration and outcome. Steps themselves emit no metrics and no logs.
   *
   * <p>Implementations are thread-safe.
   */
  @FunctionalInterface
  public interface StepObserver {

    /** Sees nothing. */
    StepObserver NONE = (step, nanos, outcome) -> {};

    void observe(String step, long nanos, Outcome<?> outcome);
  }

  /**
   * A pair as the trainer sees it: prepared pixels and token ids, with the image they came from.
   */
  public record CleanedPair(ProbedImage original, PreparedImage image, TokenizedCaption caption) {}

  /**
   * A pair whose image passes by what its header declares; no pixel is decoded yet.
   *
   * @param cropBox the part of the upright image that counts
   * @param waived reasons that do not count against it, as in {@link SubmittedPair}
   */
  public record GatedPair(
      ProbedImage image, PixelBox cropBox, ReceivedCaption caption, Set<RejectReason> waived) {

    public GatedPair {
      waived = Set.copyOf(waived);
    }
  }
}
