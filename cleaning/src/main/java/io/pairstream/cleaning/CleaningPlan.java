package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CheckCharacterMix;
import io.pairstream.cleaning.caption.CheckFlaggedWords;
import io.pairstream.cleaning.caption.CheckRepetition;
import io.pairstream.cleaning.caption.CleanCaption;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.caption.RefuseBoilerplate;
import io.pairstream.cleaning.caption.RefuseFileName;
import io.pairstream.cleaning.forbidden.RefuseForbiddenDigest;
import io.pairstream.cleaning.forbidden.RefuseForbiddenPicture;
import io.pairstream.cleaning.image.CheckImageQuality;
import io.pairstream.cleaning.image.CheckImageShape;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.CheckModelScores;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelNormalisation;
import io.pairstream.cleaning.image.PrepareImage;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.ReadCropBox;
import io.pairstream.cleaning.image.RefuseUnhandledImages;
import io.pairstream.cleaning.language.IdentifyLanguage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.split.SplitByImage;
import io.pairstream.cleaning.tokens.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption;
import io.pairstream.cleaning.tokens.TokenizedCaption;
import io.pairstream.cleaning.words.WriteTextForms;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * All steps, in the order a pair meets them, as a recipe sets them up.
 *
 * <p>The gate looks at headers only; cleaning comes after it, cheap steps first: the caption's
 * before the image's, whose pixels cost the most.
 */
public final class CleaningPlan {

  /**
   * Raised whenever a step is added, or behaves otherwise under the same settings; part of {@link
   * #version()}.
   */
  private static final int STEPS_VERSION = 1;

  private final Step<String, String> screen;
  private final Step<EncodedImage, ProbedImage> gate;
  private final Step<Map<String, String>, PixelBox> cropBox;
  private final Step<ReceivedCaption, TokenizedCaption> caption;
  private final Step<ImageToPrepare, PreparedImage> image;
  private final SplitByImage split;
  private final TokenizeCaption.Settings tokens;
  private final ImagePlan pictures;
  private final boolean scoresSeeCaptions;
  private final PixelNormalisation normalisation;
  private final SortedMap<String, String> effectiveRecipe;

  /**
   * Sets up every step from the recipe.
   *
   * @throws io.pairstream.cleaning.recipe.InvalidRecipeException with all problems of the recipe
   */
  public CleaningPlan(RecipeReader recipe, ImageWorker worker, StepObserver observer) {
    RefuseForbiddenDigest.Listed files = RefuseForbiddenDigest.Listed.from(recipe);
    screen =
        files.isEmpty()
            ? Outcome::kept
            : observer.watch("refuse-forbidden-digest", new RefuseForbiddenDigest(files));

    gate =
        observer
            .watch("probe-image", new ProbeImage())
            .then(
                observer.watch(
                    "check-image-size", new CheckImageSize(CheckImageSize.Limits.from(recipe))))
            .then(
                observer.watch(
                    "check-image-shape", new CheckImageShape(CheckImageShape.Limits.from(recipe))))
            .then(
                observer.watch(
                    "refuse-unhandled-images",
                    new RefuseUnhandledImages(RefuseUnhandledImages.Rules.from(recipe))));

    cropBox =
        ReadCropBox.isWanted(recipe)
            ? observer.watch("read-crop-box", new ReadCropBox())
            : annotations -> Outcome.kept(PixelBox.WHOLE);

    tokens = TokenizeCaption.Settings.from(recipe);
    caption =
        captionSteps(recipe, observer)
            .then(observer.watch("tokenize-caption", new TokenizeCaption(tokens)));

    List<ModelScore> scores = ModelScore.from(recipe, tokens.main().length());
    scoresSeeCaptions = scores.stream().anyMatch(score -> score.tokens() > 0);
    CheckImageQuality.Limits quality = CheckImageQuality.Limits.from(recipe);
    pictures = ImagePlan.from(recipe).withScores(scores);
    image =
        judged(
            new PrepareImage(worker, pictures),
            quality,
            CheckModelScores.Limits.from(recipe),
            recipe,
            observer);
    normalisation = PixelNormalisation.from(recipe, pictures.pixels().colour());

    split = new SplitByImage(SplitByImage.Shares.from(recipe));
    effectiveRecipe = recipe.finish();
  }

  /** From the caption as received to one that is fit for training, whose language is known. */
  private static Step<ReceivedCaption, CleanedCaption> captionSteps(
      RecipeReader recipe, StepObserver observer) {
    Step<ReceivedCaption, CleanedCaption> clean =
        observer.watch("clean-caption", new CleanCaption(CleanCaption.Settings.from(recipe)));
    Step<ReceivedCaption, CleanedCaption> steps =
        RefuseFileName.Settings.from(recipe).refuse()
            ? observer.watch("refuse-file-name", new RefuseFileName()).then(clean)
            : clean;

    RefuseBoilerplate.Settings boilerplate = RefuseBoilerplate.Settings.from(recipe);
    if (boilerplate.refuse()) {
      steps = steps.then(observer.watch("refuse-boilerplate", new RefuseBoilerplate(boilerplate)));
    }
    steps =
        steps.then(
            observer.watch(
                "check-caption-length",
                new CheckCaptionLength(CheckCaptionLength.Limits.from(recipe))));
    CheckCharacterMix.Limits mix = CheckCharacterMix.Limits.from(recipe);
    if (mix.isOn()) {
      steps = steps.then(observer.watch("check-character-mix", new CheckCharacterMix(mix)));
    }
    CheckRepetition.Limits repetition = CheckRepetition.Limits.from(recipe);
    if (repetition.isOn()) {
      steps = steps.then(observer.watch("check-repetition", new CheckRepetition(repetition)));
    }
    CheckFlaggedWords.Settings flagged = CheckFlaggedWords.Settings.from(recipe);
    if (flagged.isOn()) {
      steps = steps.then(observer.watch("check-flagged-words", new CheckFlaggedWords(flagged)));
    }
    steps =
        steps.then(
            observer.watch(
                "identify-language", new IdentifyLanguage(IdentifyLanguage.Settings.from(recipe))));
    WriteTextForms.Forms forms = WriteTextForms.Forms.from(recipe);
    if (forms.isOn()) {
      steps = steps.then(observer.watch("write-text-forms", new WriteTextForms(forms)));
    }
    return steps;
  }

  /** Pixels, and then each check of them that the recipe asks for. */
  private static Step<ImageToPrepare, PreparedImage> judged(
      PrepareImage prepare,
      CheckImageQuality.Limits quality,
      List<CheckModelScores.Limits> scores,
      RecipeReader recipe,
      StepObserver observer) {
    Step<ImageToPrepare, PreparedImage> image = observer.watch("prepare-image", prepare);
    RefuseForbiddenPicture.Listed forbidden = RefuseForbiddenPicture.Listed.from(recipe);
    if (!forbidden.isEmpty()) {
      image =
          image.then(
              observer.watch("refuse-forbidden-picture", new RefuseForbiddenPicture(forbidden)));
    }
    if (!quality.inOrder().isEmpty()) {
      image = image.then(observer.watch("check-image-quality", new CheckImageQuality(quality)));
    }
    if (!scores.isEmpty()) {
      image = image.then(observer.watch("check-model-scores", new CheckModelScores(scores)));
    }
    return image;
  }

  /**
   * Keeps or rejects an image by its digest alone, before anything of it is looked at.
   *
   * @param imageDigest lower-case hex SHA-256 of the image file
   */
  public Outcome<String> screen(String imageDigest) {
    return screen.apply(imageDigest);
  }

  /** Keeps or rejects a pair by what its image's header declares. */
  public Outcome<GatedPair> gate(SubmittedPair pair) {
    return gate.apply(pair.image())
        .then(
            probed ->
                cropBox
                    .apply(pair.annotations())
                    .map(box -> new GatedPair(probed, box, pair.caption())));
  }

  /** Makes pixels and tokens of a pair that passed the gate, or rejects it. */
  public Outcome<CleanedPair> clean(GatedPair pair) {
    return caption
        .apply(pair.caption())
        .then(
            tokenized ->
                image
                    .apply(
                        new ImageToPrepare(pair.image(), pair.cropBox(), seenByModels(tokenized)))
                    .map(prepared -> new CleanedPair(pair.image(), prepared, tokenized)));
  }

  private List<Integer> seenByModels(TokenizedCaption caption) {
    return scoresSeeCaptions ? Arrays.stream(caption.tokens().ids()).boxed().toList() : List.of();
  }

  /** What image workers are asked for. */
  public ImagePlan pictures() {
    return pictures;
  }

  /** How the recipe recommends the feed to turn levels into numbers. */
  public PixelNormalisation normalisation() {
    return normalisation;
  }

  public SplitByImage split() {
    return split;
  }

  /** Which tokenizers run, and with which padding. */
  public TokenizeCaption.Settings tokens() {
    return tokens;
  }

  /** Every key of the recipe with the value in force. */
  public SortedMap<String, String> effectiveRecipe() {
    return effectiveRecipe;
  }

  /**
   * What stands in every output as the recipe's version: the first 16 hex digits of SHA-256 over
   * the effective recipe, one {@code key=value} per line in the order of the keys, the tokenizers'
   * digests and the steps' version.
   */
  public String version() {
    StringBuilder text = new StringBuilder();
    effectiveRecipe.forEach(
        (key, value) -> text.append(key).append('=').append(value).append('\n'));
    text.append("tokenizer-digest=").append(tokens.main().tokenizer().digest()).append('\n');
    for (TokenTarget set : tokens.further()) {
      text.append("tokenizer-digest.").append(set.name()).append('=');
      text.append(set.tokenizer().digest()).append('\n');
    }
    text.append("steps-version=").append(STEPS_VERSION).append('\n');
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
