package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Rejects captions that fit any image: what cameras and web sites write by themselves ({@code
 * IMG_1234.jpg}, {@code Click to enlarge}, {@code 点击查看大图}).
 *
 * <p>Compares words only: letters in lower case, each number as {@code #}, one space for anything
 * between. A phrase of the list is the whole caption, or its beginning where the phrase ends with
 * {@code *}. A caption of one word with the ending of an image file is one in any case.
 *
 * <p>Rejects: {@code CAPTION_BOILERPLATE}.
 */
public final class RefuseBoilerplate implements Check<CleanedCaption> {

  /** Chars of a caption that are compared: more than any phrase has. */
  private static final int LONGEST_PHRASE = 200;

  private static final Pattern PHRASE = Pattern.compile(".+");

  private static final Pattern IMAGE_FILE =
      Pattern.compile("(?i)[^ ]+\\.(?:jpe?g|png|gif|webp|bmp|tiff?|heic|avif|svg)");

  private final boolean refuses;
  private final Set<String> wholes = new HashSet<>();
  private final List<String> beginnings = new ArrayList<>();

  /** Reads {@code caption.boilerplate} and {@code caption.boilerplate-file}. */
  public RefuseBoilerplate(RecipeReader recipe) {
    refuses = recipe.isFirst("caption.boilerplate", "reject", "keep");
    List<String> phrases = recipe.lines("caption.boilerplate-file", "//", PHRASE, "a phrase");
    ClassPathFile.lines(RefuseBoilerplate.class, "boilerplate.txt")
        .map(line -> RecipeReader.withoutComment(line, "//"))
        .filter(line -> !line.isEmpty())
        .forEach(phrases::add);
    for (String phrase : phrases) {
      if (phrase.endsWith("*")) {
        beginnings.add(words(phrase.substring(0, phrase.length() - 1)));
      } else {
        wholes.add(words(phrase));
      }
    }
  }

  @Override
  public boolean isOn() {
    return refuses;
  }

  @Override
  public String inWords() {
    return "rejects what programs write under any image ("
        + (wholes.size() + beginnings.size())
        + " phrases, and names of image files)";
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    String text = caption.text();
    if (IMAGE_FILE.matcher(text).matches()) {
      return refused(caption, "the name of an image file");
    }
    String words = words(text);
    if (wholes.contains(words)) {
      return refused(caption, words);
    }
    for (String beginning : beginnings) {
      if (words.startsWith(beginning)
          && (words.length() == beginning.length() || endsWord(words, beginning.length()))) {
        return refused(caption, beginning + " …");
      }
    }
    return Checked.fine(caption);
  }

  private static Checked<CleanedCaption> refused(CleanedCaption caption, String phrase) {
    String text = caption.text();
    return Checked.fine(caption)
        .but(
            RejectReason.CAPTION_BOILERPLATE,
            "the caption is what programs write under any image (" + phrase + ")",
            Measured.text(
                text.length() <= 80
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, 40)) + "…",
                ""));
  }

  /** Whether a beginning ends with a word; Chinese puts nothing between words. */
  private static boolean endsWord(String words, int end) {
    return words.charAt(end) == ' ' || words.charAt(end) == '#' || words.charAt(end - 1) >= 0x2E80;
  }

  /** Lower-case letters, {@code #} for a number, one space for anything between. */
  private static String words(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST_PHRASE));
    boolean spaceDue = false;
    for (int i = 0; i < text.length() && out.length() < LONGEST_PHRASE; i++) {
      char c = text.charAt(i);
      if (Character.isDigit(c) || c == '#') {
        if (out.isEmpty() || out.charAt(out.length() - 1) != '#') {
          appendSpaced(out, spaceDue, '#');
        }
        spaceDue = false;
      } else if (Character.isLetter(c) || Character.isSurrogate(c)) {
        boolean afterNumber = !out.isEmpty() && out.charAt(out.length() - 1) == '#';
        appendSpaced(out, spaceDue || afterNumber, Character.toLowerCase(c));
        spaceDue = false;
      } else {
        spaceDue = true;
      }
    }
    return out.toString();
  }

  private static void appendSpaced(StringBuilder out, boolean spaceDue, char c) {
    boolean beforeNumber = c == '#' && !out.isEmpty();
    if ((spaceDue || beforeNumber) && !out.isEmpty()) {
      out.append(' ');
    }
    out.append(c);
  }
}
