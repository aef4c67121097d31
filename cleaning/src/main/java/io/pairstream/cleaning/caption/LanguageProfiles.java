package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.ClassPathFile;
import java.util.Arrays;
import java.util.List;

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

  /** Chars of the longest n-gram. */
  private static final int LONGEST = 3;

  /** Most characters that are looked at; they decide the language of any longer text. */
  private static final int MOST_CHARACTERS = 512;

  private static final int SLOTS = 1 << 17;

  private final List<String> languages;

  /** n-grams of up to 48 bits by hash, 0 where the slot is free; where each one's entries begin. */
  private final long[] keys = new long[SLOTS];

  private final int[] rows = new int[SLOTS];

  /** Per n-gram the number of its entries, then language and weight of each. */
  private final byte[] entries;

  /** The profiles that come with the product. Takes some ten milliseconds. */
  LanguageProfiles() {
    List<String> lines = ClassPathFile.lines(LanguageProfiles.class, "profiles.txt").toList();
    languages = List.of(lines.get(0).split(" "));
    List<String> grams = lines.subList(1, lines.size());
    entries = new byte[grams.stream().mapToInt(line -> line.length() - line.indexOf('\t')).sum()];
    int at = 0;
    for (String line : grams) {
      at = add(line, at);
    }
  }

  private int add(String line, int from) {
    int tab = line.indexOf('\t');
    long key = 0;
    for (int i = 0; i < tab; i++) {
      key = key << 16 | line.charAt(i);
    }
    int slot = slot(key);
    keys[slot] = key;
    rows[slot] = from;
    int at = from;
    entries[at++] = (byte) ((line.length() - tab - 1) / 2);
    for (int i = tab + 1; i < line.length(); i++) {
      entries[at++] = (byte) (line.charAt(i) - '!');
    }
    return at;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> (64 - 17));
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
  }

  /** The languages, in the order of the scores. */
  List<String> languages() {
    return languages;
  }

  /** Log-likelihood of the text's n-grams for each language, in eighths of a nat. */
  int[] scores(String text) {
    int[] scores = new int[languages.size()];
    char[] letters = letters(text);
    for (int i = 0; i < letters.length; i++) {
      long key = 0;
      for (int j = i; j < Math.min(i + LONGEST, letters.length); j++) {
        key = key << 16 | letters[j];
        int slot = slot(key);
        if (keys[slot] != 0) {
          int row = rows[slot];
          int end = row + 1 + 2 * entries[row];
          for (int at = row + 1; at < end; at += 2) {
            scores[entries[at]] += entries[at + 1];
          }
        }
      }
    }
    return scores;
  }

  /** The text's letters in lower case, one space before, between and behind words. */
  private static char[] letters(String text) {
    char[] letters = new char[Math.min(text.length(), MOST_CHARACTERS) + 2];
    letters[0] = ' ';
    int length = 1;
    for (int i = 0; i < text.length() && length <= MOST_CHARACTERS; i++) {
      char c = text.charAt(i);
      if (c >= 'a' && c <= 'z') {
        letters[length++] = c;
      } else if (Character.isLetter(c) || isMark(c)) {
        letters[length++] = Character.toLowerCase(c);
      } else if (letters[length - 1] != ' ') {
        letters[length++] = ' ';
      }
    }
    if (letters[length - 1] != ' ') {
      letters[length++] = ' ';
    }
    return Arrays.copyOf(letters, length);
  }

  private static boolean isMark(char c) {
    if (c < 0x300) {
      return false;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }
}
