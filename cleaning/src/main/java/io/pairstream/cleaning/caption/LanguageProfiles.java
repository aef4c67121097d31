package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.ClassPathFile;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How much each n-gram speaks for each language: naive Bayes over n-grams of one to three
 * characters, spaces at the ends of words among them.
 *
 * <p>The counts are those of Optimaize's language detector, made from Wikipedia's abstracts. A
 * weight is eight times the natural logarithm of the n-gram's share among those of its length,
 * above a floor of 1e-5; an n-gram that a language does not have weighs 0. Immutable.
 *
 * @see <a href="https://github.com/optimaize/language-detector">The counts, under Apache 2.0</a>
 */
final class LanguageProfiles {

  /** Longest n-gram, in chars. */
  private static final int LONGEST = 3;

  /** Characters looked at; they decide the language of any longer text. */
  private static final int MOST_CHARACTERS = 512;

  private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{Mn}\\p{Mc}]+");

  private final List<String> languages;

  /** For each n-gram, in turn a language's number and the weight, both as a character above ' '. */
  private final Map<String, String> weights = new HashMap<>();

  /** The profiles that come with the product. */
  LanguageProfiles() {
    List<String> lines = ClassPathFile.lines(LanguageProfiles.class, "profiles.txt").toList();
    languages = List.of(lines.get(0).split(" "));
    lines.stream()
        .skip(1)
        .map(line -> line.split("\t"))
        .forEach(fields -> weights.put(fields[0], fields[1]));
  }

  /** The languages, in the order of the scores. */
  List<String> languages() {
    return languages;
  }

  /** What the text's n-grams weigh for each language, in eighths of a nat. */
  int[] scores(String text) {
    int[] scores = new int[languages.size()];
    String letters = letters(text);
    for (int i = 0; i < letters.length(); i++) {
      for (int end = i + 1; end <= Math.min(i + LONGEST, letters.length()); end++) {
        String row = weights.getOrDefault(letters.substring(i, end), "");
        for (int at = 0; at < row.length(); at += 2) {
          scores[row.charAt(at) - '!'] += row.charAt(at + 1) - '!';
        }
      }
    }
    return scores;
  }

  /** The text's letters in lower case, one space before, between and behind words. */
  private static String letters(String text) {
    String first = text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
    String lower = first.toLowerCase(Locale.ROOT).replace("i\u0307", "i");
    return " " + NO_LETTERS.matcher(lower).replaceAll(" ").strip() + " ";
  }
}
