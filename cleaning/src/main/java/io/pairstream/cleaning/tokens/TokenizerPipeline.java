package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The pipeline of a tokenizer.json: added tokens are found, the text between them is normalized,
 * cut in pieces, and each piece becomes ids. Equal to Hugging Face's tokenizers for the files that
 * {@link TokenizerFile} supports.
 *
 * @param raw the tokens looked for in the text as it is
 * @param normalizer what is done to the text
 * @param normalized the tokens looked for in the normalized text
 * @param preTokenizer how it is cut
 * @param model what makes ids of the pieces
 */
record TokenizerPipeline(
    AddedTokens raw,
    Function<String, String> normalizer,
    AddedTokens normalized,
    PreTokenizer preTokenizer,
    Function<String, int[]> model) {

  int[] encode(String text) {
    IntStream.Builder ids = IntStream.builder();
    for (Part part : raw.split(text, true)) {
      if (part.id() >= 0) {
        ids.add(part.id());
      } else {
        encodeNormalized(normalizer.apply(part.text()), part.first(), ids);
      }
    }
    return ids.build().toArray();
  }

  private void encodeNormalized(String text, boolean first, IntStream.Builder ids) {
    for (Part part : normalized.split(text, first)) {
      if (part.id() >= 0) {
        ids.add(part.id());
      } else if (!part.text().isEmpty()) {
        List<PreTokenizer.Piece> pieces = new ArrayList<>();
        preTokenizer.split(new PreTokenizer.Piece(part.text(), part.first()), pieces);
        pieces.forEach(piece -> Arrays.stream(model.apply(piece.text())).forEach(ids::add));
      }
    }
  }

  /** A part of a text: an added token, or the text between two (id -1). */
  private record Part(String text, int id, boolean first) {}

  /**
   * A token that is found in a text before it is cut.
   *
   * @param content what is looked for
   * @param id what it becomes
   * @param singleWord whether it is found only between what are no word characters
   * @param takesLeft whether it takes the white space before it
   * @param takesRight whether it takes the white space behind it
   */
  record AddedToken(
      String content, int id, boolean singleWord, boolean takesLeft, boolean takesRight) {

    private String pattern() {
      String quoted = Pattern.quote(content);
      return singleWord ? "(?<!\\w)" + quoted + "(?!\\w)" : quoted;
    }
  }

  /** All tokens that are looked for at once. Immutable. */
  static final class AddedTokens {

    private static final Pattern SPACE_BEFORE = TokenizerParts.pattern("(?<!\\s)\\s+\\z");
    private static final Pattern SPACE_BEHIND = TokenizerParts.pattern("\\G\\s*");

    private final Map<String, AddedToken> byContent = new HashMap<>();
    private final Pattern pattern;

    AddedTokens(List<AddedToken> tokens) {
      tokens.forEach(token -> byContent.putIfAbsent(token.content(), token));
      byContent.remove("");
      pattern =
          TokenizerParts.pattern(
              byContent.values().stream()
                  .sorted(Comparator.comparingInt(token -> -token.content().length()))
                  .map(AddedToken::pattern)
                  .collect(Collectors.joining("|")));
    }

    /**
     * Cuts the text at the added tokens, the longest where several begin.
     *
     * @param first whether the text begins where the whole text begins
     */
    private List<Part> split(String text, boolean first) {
      if (byContent.isEmpty() || text.isEmpty()) {
        return List.of(new Part(text, -1, first));
      }
      List<Part> parts = new ArrayList<>();
      int done = 0;
      Matcher found = pattern.matcher(text);
      while (found.find()) {
        AddedToken token = byContent.get(found.group());
        String between = text.substring(Math.min(done, found.start()), found.start());
        if (token.takesLeft()) {
          between = SPACE_BEFORE.matcher(between).replaceFirst("");
        }
        if (!between.isEmpty()) {
          parts.add(new Part(between, -1, first && done == 0));
        }
        parts.add(new Part(found.group(), token.id(), false));
        Matcher space = SPACE_BEHIND.matcher(text);
        done = token.takesRight() && space.find(found.end()) ? space.end() : found.end();
      }
      if (done < text.length()) {
        parts.add(new Part(text.substring(done), -1, first && done == 0));
      }
      return parts;
    }
  }
}
