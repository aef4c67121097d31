package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps captions of which few letters belong to words of the recipe's list.
 *
 * <p>A word between spaces or punctuation is compared whole, in lower case. An entry of a script
 * that puts no spaces between words is found anywhere, the longest first. Share is flagged letters
 * and digits of all letters and digits.
 *
 * <p>Measures {@code flagged_share}. Rejects: {@code CAPTION_FLAGGED_WORDS}.
 */
public final class CheckFlaggedWords implements Step<CleanedCaption, CleanedCaption> {

  public static final String FLAGGED_SHARE = "flagged_share";

  private static final String MAX_SHARE = "caption.max-flagged-share";

  /** One character of Thai, Lao, Burmese, Khmer, Chinese or kana; a whole word of other scripts. */
  private static final Pattern WORD =
      Pattern.compile(
          "([%1$s&&[%2$s]])|[%1$s&&[^%2$s]]+"
              .formatted(
                  "\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}",
                  "\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u9FFF\uF900-\uFAFF"));

  private static final int LONGEST_ENTRY = 64;
  private static final Pattern ENTRY = Pattern.compile("[^ ]{1," + LONGEST_ENTRY + "}");

  private final double maxShare;
  private final int entries;
  private final Set<String> words = new HashSet<>();
  private final int longest;

  /**
   * Reads {@code caption.flagged-words-file} and {@code caption.max-flagged-share}, 0 to 1, of
   * which the default is data-juicer's.
   */
  public CheckFlaggedWords(RecipeReader recipe) {
    List<String> list =
        recipe.lines(
            "caption.flagged-words-file",
            "//",
            ENTRY,
            "a single word of at most " + LONGEST_ENTRY + " characters");
    list.forEach(entry -> words.add(entry.toLowerCase(Locale.ROOT)));
    longest = words.stream().mapToInt(String::length).max().orElse(0);
    maxShare = recipe.number(MAX_SHARE, 0.045, 0.0, 1.0);
    entries = list.size();
  }

  @Override
  public boolean isOn() {
    return entries > 0 && maxShare < 1;
  }

  @Override
  public String inWords() {
    return "keeps captions of whose letters at most %s are in one of the %s flagged words"
        .formatted(maxShare, entries);
  }

  @Override
  public Outcome<CleanedCaption> apply(CleanedCaption caption) {
    return judge(
        caption.withMeasure(FLAGGED_SHARE, share(caption.text().toLowerCase(Locale.ROOT))));
  }

  @Override
  public KeyEffect effectOf(String key) {
    return key.equals(MAX_SHARE) ? KeyEffect.JUDGES_STORED : KeyEffect.REMAKES;
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return pair.measures().containsKey(FLAGGED_SHARE)
        ? Optional.of(judge(pair.caption()))
        : Optional.empty();
  }

  private Outcome<CleanedCaption> judge(CleanedCaption measured) {
    double share = measured.measures().get(FLAGGED_SHARE);
    if (share > maxShare) {
      return Outcome.rejected(
          RejectReason.CAPTION_FLAGGED_WORDS,
          "too much of the caption stands on the list of flagged words",
          Measured.atMost(FLAGGED_SHARE, share, maxShare, "of_the_letters"));
    }
    return Outcome.kept(measured);
  }

  private double share(String text) {
    int all = 0;
    int flagged = 0;
    Matcher word = WORD.matcher(text);
    for (int at = 0; word.find(at); ) {
      int length = word.end() - word.start();
      if (word.group(1) != null) {
        int found = unspacedAt(text, word.start());
        flagged += found;
        length = Math.max(1, found);
      } else if (words.contains(word.group())) {
        flagged += length;
      }
      all += length;
      at = word.start() + length;
    }
    return all == 0 ? 0 : (double) flagged / all;
  }

  /** The length of the longest entry that begins at {@code from}, or 0. */
  private int unspacedAt(String text, int from) {
    for (int end = Math.min(text.length(), from + longest); end > from; end--) {
      if (words.contains(text.substring(from, end))) {
        return end - from;
      }
    }
    return 0;
  }
}
