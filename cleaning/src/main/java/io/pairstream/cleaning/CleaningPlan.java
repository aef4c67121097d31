package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CleanCaption;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.CheckImageShape;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageTarget;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PrepareImage;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.image.RefuseUnhandledImages;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.split.SplitByImage;
import io.pairstream.cleaning.tokens.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption;
import io.pairstream.cleaning.tokens.TokenizedCaption;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

  private final Step<EncodedImage, ProbedImage> gate;
  private final Step<ReceivedCaption, TokenizedCaption> caption;
  private final Step<ProbedImage, PreparedImage> image;
  private final SplitByImage split;
  private final TokenizeCaption.Settings tokens;
  private final SortedMap<String, String> effectiveRecipe;

  /**
   * Sets up every step from the recipe.
   *
   * @throws io.pairstream.cleaning.recipe.InvalidRecipeException with all problems of the recipe
   */
  public CleaningPlan(RecipeReader recipe, ImageWorker worker, StepObserver observer) {
    gate =
        observer
            .watch("probe-image", new ProbeImage())
            .then(
                observer.watch(
                    "check-image-size", new CheckImageSize(CheckImageSize.Limits.from(recipe))))
            .then(
                observer.watch(
                    "check-image-shape", new CheckImageShape(CheckImageShape.Limits.from(recipe))))
            .then(observer.watch("refuse-unhandled-images", new RefuseUnhandledImages()));

    tokens = TokenizeCaption.Settings.from(recipe);
    caption =
        observer
            .watch("clean-caption", new CleanCaption(CleanCaption.Limits.from(recipe)))
            .then(
                observer.watch(
                    "check-caption-length",
                    new CheckCaptionLength(CheckCaptionLength.Limits.from(recipe))))
            .then(observer.watch("tokenize-caption", new TokenizeCaption(tokens)));

    image = observer.watch("prepare-image", new PrepareImage(worker, ImageTarget.from(recipe)));

    split = new SplitByImage(SplitByImage.Shares.from(recipe));
    effectiveRecipe = recipe.finish();
  }

  /** Keeps or rejects a pair by what its image's header declares. */
  public Outcome<GatedPair> gate(SubmittedPair pair) {
    return gate.apply(pair.image()).map(probed -> new GatedPair(probed, pair.caption()));
  }

  /** Makes pixels and tokens of a pair that passed the gate, or rejects it. */
  public Outcome<CleanedPair> clean(GatedPair pair) {
    return caption
        .apply(pair.caption())
        .then(
            tokenized ->
                image
                    .apply(pair.image())
                    .map(prepared -> new CleanedPair(pair.image(), prepared, tokenized)));
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
