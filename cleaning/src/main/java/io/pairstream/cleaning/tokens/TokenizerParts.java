package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Checks shared by all readers of a tokenizer.json's parts, and the reader of its post-processor.
 */
final class TokenizerParts {

  private TokenizerParts() {}

  static IllegalArgumentException refused(String message) {
    return new IllegalArgumentException(message);
  }

  static IllegalArgumentException unknown(String kind, JsonNode part) {
    return refused("the " + kind + " " + shown(part.path("type")) + " is not supported");
  }

  /** The part's type; empty where there is no part. */
  static String type(JsonNode part) {
    return part.isMissingNode() || part.isNull() ? "" : part.path("type").asText("?");
  }

  static Stream<JsonNode> elements(JsonNode part, String key) {
    return StreamSupport.stream(part.path(key).spliterator(), false);
  }

  static String text(JsonNode part, String key) {
    return part.path(key).isTextual() ? part.get(key).asText() : "";
  }

  static String shown(JsonNode node) {
    String text = node.isTextual() ? node.asText() : node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /**
   * A group that repeats: Java recurses once per repetition, and an expression in it might try
   * exponentially many ways. Skips escapes and character classes.
   */
  private static final Pattern REPEATED_GROUP =
      Pattern.compile(
          "\\G(?:[^\\\\\\[)]|\\\\.|\\[(?:[^\\\\\\]]|\\\\.)*+\\]|\\)(?![*+{]))*+\\)[*+{]",
          Pattern.DOTALL);

  /** A part's pattern: a text, or a regular expression. */
  static Pattern pattern(JsonNode part) {
    JsonNode pattern = part.path("pattern");
    if (!text(pattern, "String").isEmpty()) {
      return Pattern.compile(text(pattern, "String"), Pattern.LITERAL);
    }
    if (text(pattern, "Regex").isEmpty()) {
      throw refused("the pattern " + shown(pattern) + " is not supported");
    }
    if (REPEATED_GROUP.matcher(text(pattern, "Regex")).find()) {
      throw refused("the pattern " + shown(pattern) + " is not supported: it repeats a group");
    }
    try {
      return pattern(text(pattern, "Regex"));
    } catch (PatternSyntaxException e) {
      throw refused("the pattern " + shown(pattern) + " is not supported: " + e.getDescription());
    }
  }

  /** Unicode's classes, and a dot that takes all but the line feed, as in Oniguruma. */
  static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
  }

  /** Adds the special tokens that a post-processor puts around a text. */
  static void addAround(JsonNode part, List<Integer> before, List<Integer> after) {
    switch (type(part)) {
      case "", "ByteLevel" -> {}
      case "BertProcessing", "RobertaProcessing" -> {
        before.add(0, part.path("cls").path(1).asInt());
        after.add(part.path("sep").path(1).asInt());
      }
      case "TemplateProcessing" -> addTemplate(part, before, after);
      case "Sequence" ->
          elements(part, "processors").forEach(inner -> addAround(inner, before, after));
      default -> throw unknown("post-processor", part);
    }
  }

  private static void addTemplate(JsonNode part, List<Integer> before, List<Integer> after) {
    List<Integer> first = new ArrayList<>();
    List<Integer> current = first;
    for (JsonNode piece : part.path("single")) {
      if (piece.at("/Sequence/id").asText().equals("A") && current == first) {
        current = after;
        continue;
      }
      JsonNode special = part.path("special_tokens").path(piece.at("/SpecialToken/id").asText());
      if (!special.path("ids").isArray()) {
        throw refused("post_processor.single: " + shown(piece) + " is not supported");
      }
      elements(special, "ids").map(JsonNode::asInt).forEach(current::add);
    }
    if (current == first) {
      throw refused("post_processor.single has no text");
    }
    before.addAll(0, first);
  }
}
