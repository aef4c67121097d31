package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The dictionary forms of English words: {@code men} to {@code man}, {@code sitting} to {@code
 * sit}.
 *
 * <p>WordNet's irregular forms first; then the endings of plurals and of verbs come off, the latter
 * where WordNet knows the verb. The part of speech is not known: a form of a verb is taken for
 * that, except for nouns like {@code building}. Comparatives that are regular stay.
 *
 * @see <a href="https://wordnet.princeton.edu/documentation/morphy7wn">WordNet's Morphy</a>
 */
final class EnglishLemmas {

  /** Words that end like a verb and are nouns in captions. */
  private static final Set<String> NOUNS =
      Set.of(
          """
          awning bedding being building ceiling clothing crossing dining drawing during earring
          evening fencing flooring housing icing landing lettering lighting lightning meeting
          morning opening outing painting parking paving railing roofing seating siding string
          stuffing surfing topping wedding writing bed red shed hundred weed seed speed feed
          reed need breed naked rugged
          """
              .split("\\s+"));

  private final Map<String, String> irregular = new HashMap<>();
  private final Set<String> nouns = new HashSet<>();
  private final Set<String> verbs = new HashSet<>();

  EnglishLemmas() {
    ClassPathFile.lines(EnglishLemmas.class, "english-lemmas.txt").forEach(this::add);
  }

  private void add(String line) {
    int space = line.indexOf(' ');
    if (space > 0) {
      irregular.put(line.substring(0, space), line.substring(space + 1));
    } else if (line.startsWith(",")) {
      nouns.add(line.substring(1));
    } else {
      verbs.add(line);
    }
  }

  /** The lemma of a word in lower case. */
  String of(String received) {
    String word =
        received.endsWith("'s") || received.endsWith("\u2019s")
            ? received.substring(0, received.length() - 2)
            : received;
    String known = irregular.get(word);
    if (known != null) {
      return known;
    }
    if (word.length() < 4 || NOUNS.contains(word)) {
      return word;
    }
    if (word.endsWith("s")) {
      return singular(word);
    }
    if (word.endsWith("ing")) {
      return verb(word, 3);
    }
    return word.endsWith("ed") ? verb(word, 2) : word;
  }

  private String singular(String word) {
    if (word.endsWith("ss") || word.endsWith("us") || word.endsWith("is")) {
      return word;
    }
    String stem = word.substring(0, word.length() - 1);
    if (!word.endsWith("es") || nouns.contains(stem) || verbs.contains(stem)) {
      return stem;
    }
    if (word.endsWith("ies")) {
      return word.length() > 4 ? word.substring(0, word.length() - 3) + "y" : stem;
    }
    boolean hissing =
        Stream.of("ses", "xes", "zes", "ches", "shes", "oes").anyMatch(word::endsWith);
    return hissing ? word.substring(0, word.length() - 2) : stem;
  }

  /** The verb without an ending of {@code ending} letters, or the word itself. */
  private String verb(String word, int ending) {
    String stem = word.substring(0, word.length() - ending);
    if (stem.endsWith("i")
        && !verbs.contains(stem)
        && verbs.contains(stem.substring(0, stem.length() - 1) + "y")) {
      return stem.substring(0, stem.length() - 1) + "y";
    }
    int length = stem.length();
    boolean doubled = length > 2 && stem.charAt(length - 1) == stem.charAt(length - 2);
    boolean silent = !doubled && (wouldDouble(stem) || !verbs.contains(stem));
    if (silent && verbs.contains(stem + "e")) {
      return stem + "e";
    }
    if (verbs.contains(stem)) {
      return stem;
    }
    String single = doubled ? stem.substring(0, length - 1) : stem;
    return verbs.contains(single) ? single : word;
  }

  /** Whether a verb of this spelling doubles its last letter: ridding is of rid, riding of ride. */
  private static boolean wouldDouble(String stem) {
    int last = stem.length() - 1;
    return last >= 2
        && last <= 3
        && !isVowel(stem.charAt(last))
        && "wxy".indexOf(stem.charAt(last)) < 0
        && isVowel(stem.charAt(last - 1))
        && !isVowel(stem.charAt(last - 2));
  }

  private static boolean isVowel(char c) {
    return "aeiou".indexOf(c) >= 0;
  }
}
