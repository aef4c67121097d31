package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.caption.LanguageIdentifier.LanguageGuess;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says which language a caption is in, and keeps those in the languages that are wanted.
 *
 * <p>Without a hint English is taken for four times as likely as any other language. The producer's
 * hint counts like this: a language that cannot be identified is taken at its word. One that can is
 * taken for twenty times as likely as any other before the text is looked at, so that it decides
 * where the text is short or could be either, and loses where the text is clearly in another
 * language. The hint's script and region are kept where its language is found. What is less
 * probable than not is {@code und}.
 *
 * <p>Measures {@code language_confidence}, the probability that the language is right, 0 to 1;
 * absent where the hint is taken at its word.
 *
 * <p>Rejects: {@code CAPTION_LANGUAGE_UNSURE}, {@code CAPTION_LANGUAGE_UNWANTED}.
 */
public final class IdentifyLanguage implements Check<CleanedCaption> {

  public static final String CONFIDENCE = "language_confidence";

  private static final String IDENTIFY = "caption.identify-language";

  /** The identifier's codes for hints that use another code. */
  private static final Map<String, String> ALIASES =
      Map.of("nb", "no", "nn", "no", "cmn", "zh", "fil", "tl");

  private final boolean identifies;
  private final List<String> wanted;
  private final double minConfidence;

  /**
   * Reads {@code caption.identify-language}, {@code caption.languages} and {@code
   * caption.min-language-confidence}. Where the text is not looked at, the hint alone counts.
   */
  public IdentifyLanguage(RecipeReader recipe) {
    identifies = recipe.flag(IDENTIFY, true);
    wanted = wanted(recipe);
    minConfidence = recipe.number("caption.min-language-confidence", 0.0, 0.0, 1.0);
    if (!identifies && minConfidence > 0) {
      recipe.problem(
          "caption.min-language-confidence",
          "nothing is known of confidence while caption.identify-language is false");
    }
  }

  @Override
  public String inWords() {
    return (identifies
            ? "identifies the caption's language"
            : "takes the producer's word for the caption's language")
        + (wanted.isEmpty() ? "" : "; keeps captions in " + String.join(", ", wanted))
        + (minConfidence > 0
            ? "; keeps those identified with at least " + minConfidence + " confidence"
            : "");
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    if (!identifies) {
      return judge(caption, caption.language());
    }
    String hint = LanguageTag.language(caption.language());
    String hinted = ALIASES.getOrDefault(hint, hint);
    if (!hinted.equals(LanguageTag.UNKNOWN) && !Shipped.IDENTIFIER.knows(hinted)) {
      return judge(caption, hinted);
    }
    LanguageGuess guess = Shipped.IDENTIFIER.identify(caption.text(), hinted);
    String tag =
        guess.confidence() < 0.5
            ? LanguageTag.UNKNOWN
            : guess.language().equals(hinted) ? caption.language() : guess.language();
    return judge(
        caption.withLanguage(tag).withMeasure(CONFIDENCE, guess.confidence()), guess.language());
  }

  @Override
  public KeyEffect effectOf(String key) {
    return key.equals(IDENTIFY) ? KeyEffect.REMAKES : KeyEffect.JUDGES_STORED;
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return Optional.of(judge(pair.caption(), pair.language()).outcome(Set.of()));
  }

  private Checked<CleanedCaption> judge(CleanedCaption known, String probable) {
    Double confidence = known.measures().get(CONFIDENCE);
    Checked<CleanedCaption> checked = Checked.fine(known);
    return checkWanted(
        confidence != null && confidence < minConfidence
            ? checked.but(
                RejectReason.CAPTION_LANGUAGE_UNSURE,
                ("the caption's language is most probably '%s', but it must be known with a "
                        + "probability of at least %s")
                    .formatted(probable, minConfidence),
                Measured.atLeast(CONFIDENCE, confidence, minConfidence, ""))
            : checked);
  }

  private Checked<CleanedCaption> checkWanted(Checked<CleanedCaption> checked) {
    CleanedCaption caption = checked.value();
    if (wanted.isEmpty() || wanted.stream().anyMatch(range -> matches(caption.language(), range))) {
      return checked;
    }
    String all = String.join(", ", wanted);
    return checked.but(
        RejectReason.CAPTION_LANGUAGE_UNWANTED,
        "the caption's language is '" + caption.language() + "'; wanted are " + all,
        Measured.text(caption.language(), all));
  }

  /**
   * Whether a tag is in a range, as {@code zh-Hans} is in {@code zh}.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc4647#section-3.3.1">RFC 4647</a>
   */
  private static boolean matches(String tag, String range) {
    return tag.equals(range) || tag.startsWith(range + "-");
  }

  /** Holder: loads the identifier with the first caption that needs it. */
  private static final class Shipped {
    static final LanguageIdentifier IDENTIFIER = new LanguageIdentifier();
  }

  private static List<String> wanted(RecipeReader recipe) {
    List<String> tags = new ArrayList<>();
    for (String entry : recipe.text("caption.languages", "").split(",")) {
      String tag = LanguageTag.ofHint(entry);
      if (!tag.equals(LanguageTag.UNKNOWN) || entry.strip().equals(LanguageTag.UNKNOWN)) {
        tags.add(tag);
      } else if (!entry.isBlank()) {
        recipe.problem("caption.languages", "'" + entry.strip() + "' is no language's tag");
      }
    }
    return List.copyOf(tags);
  }
}
