package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Puts a prompt together from named fields, whatever the file's format. */
final class PromptBuilder {

  static final String PROMPT = "prompt";
  static final String CAPTION = "caption";
  static final String LANGUAGE = "language";

  private static final Set<String> OF_REFUSED_PROMPTS =
      Set.of(RefusedPrompts.REASON, RefusedPrompts.DETAIL);
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private final String where;
  private final Map<String, JsonNode> parameters = new HashMap<>();
  private final Map<String, String> annotations = new HashMap<>();
  private String text = "";
  private String caption = "";
  private String language = "";
  private String problem = "";

  PromptBuilder(String where) {
    this.where = where;
  }

  /** Takes a field; null says nothing. */
  void field(String name, JsonNode value) {
    if (value.isNull() || OF_REFUSED_PROMPTS.contains(name)) {
      return;
    }
    if (!value.isValueNode()) {
      problem = "'" + name + "' holds neither a string nor a number";
      return;
    }
    switch (name) {
      case PROMPT -> text = value.asText().strip();
      case CAPTION -> caption = value.asText();
      case LANGUAGE -> language = value.asText().strip();
      case ImageRequest.SIZE -> parameters.put(name, TextNode.valueOf(value.asText().strip()));
      case ImageRequest.SEED -> wholeNumber(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case ImageRequest.N -> wholeNumber(name, value, 1, ImageRequest.MAX_N);
      default -> annotations.put(name, value.asText());
    }
  }

  PromptItem build() {
    if (!problem.isEmpty()) {
      return new PromptItem.Problem(where, problem);
    }
    if (text.isEmpty()) {
      return new PromptItem.Problem(where, "the prompt is empty; say what to draw in 'prompt'");
    }
    return new Prompt(where, text, caption, language, parameters, annotations);
  }

  private void wholeNumber(String name, JsonNode value, long least, long most) {
    String digits = value.asText().strip();
    if (!WHOLE_NUMBER.matcher(digits).matches()
        || Long.parseLong(digits) < least
        || Long.parseLong(digits) > most) {
      problem =
          "'"
              + name
              + "' must be a whole number"
              + (name.equals(ImageRequest.N) ? " from " + least + " to " + most : "");
      return;
    }
    long number = Long.parseLong(digits);
    parameters.put(
        name, number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number));
  }
}
