package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tokens of a tokenizer.json that are found in a text before it is cut. Immutable. */
final class AddedTokens {

  /**
   * A token.
   *
   * @param content what is looked for
   * @param id what it becomes
   * @param special whether it is one of the tokens that a model sees around a text
   * @param singleWord whether it is found only between what are no word characters
   * @param takesLeft whether it takes the white space before it
   * @param takesRight whether it takes the white space behind it
   */
  record Token(
      String content,
      int id,
      boolean special,
      boolean singleWord,
      boolean takesLeft,
      boolean takesRight) {}

  /** A part of a text: a token, or what lies between tokens (id -1). */
  record Part(String text, int id, boolean first) {}

  private final Map<String, Token> byContent = new HashMap<>();
  private final Pattern pattern;
  private final boolean specialInText;
  private final IntPredicate word = CodePointClasses.INSTANCE.of("word");

  /** {@code specialInText} says whether special tokens are found in a text, too. */
  AddedTokens(List<Token> tokens, boolean specialInText) {
    this.specialInText = specialInText;
    tokens.forEach(token -> byContent.putIfAbsent(token.content(), token));
    byContent.remove("");
    pattern =
        Pattern.compile(
            byContent.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  /**
   * Cuts the text at the tokens, the longest where several begin; {@code first} says whether it
   * begins where all text begins.
   */
  List<Part> split(String text, boolean first) {
    if (byContent.isEmpty() || text.isEmpty()) {
      return List.of(new Part(text, -1, first));
    }
    List<Part> parts = new ArrayList<>();
    int done = 0;
    Matcher found = pattern.matcher(text);
    while (found.find()) {
      Token token = byContent.get(found.group());
      int begin = found.start();
      int end = found.end();
      if (!isWanted(token, text, begin, end)) {
        continue;
      }
      while (token.takesLeft()
          && begin > done
          && CodePointClasses.isSpace(text.charAt(begin - 1))) {
        begin--;
      }
      while (token.takesRight()
          && end < text.length()
          && CodePointClasses.isSpace(text.charAt(end))) {
        end++;
      }
      if (done < begin) {
        parts.add(new Part(text.substring(done, begin), -1, first && done == 0));
      }
      parts.add(new Part(text.substring(begin, end), token.id(), false));
      done = end;
    }
    if (done < text.length()) {
      parts.add(new Part(text.substring(done), -1, first && done == 0));
    }
    return parts;
  }

  private boolean isWanted(Token token, String text, int begin, int end) {
    if (token.special() && !specialInText) {
      return false;
    }
    boolean wordBefore = begin > 0 && word.test(text.codePointBefore(begin));
    boolean wordBehind = end < text.length() && word.test(text.codePointAt(end));
    return !token.singleWord() || (!wordBefore && !wordBehind);
  }
}
