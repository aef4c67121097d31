package io.pairstream.operations.sentence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A sentence of the service for a person. Its text is English; the page says it in its own language
 * where its dictionary has the template.
 *
 * <p>{@link AnswerJson} writes it as two members of a record.
 *
 * @param arguments what stands in the template's places: texts and sentences
 */
public record Sentence(Template template, List<Object> arguments) {

  private static final String TEMPLATE = "_template";

  public Sentence {
    arguments = List.copyOf(arguments);
  }

  static Sentence of(Template template, Object... values) {
    List<Object> arguments = new ArrayList<>();
    for (Object value : values) {
      arguments.add(
          value instanceof Sentence
              ? value
              : value instanceof Long || value instanceof Integer
                  ? String.format(Locale.ROOT, "%,d", ((Number) value).longValue())
                  : String.valueOf(value));
    }
    return new Sentence(template, arguments);
  }

  /** A text that is the same in every language, such as a name or another program's message. */
  public static Sentence verbatim(String text) {
    return Template.VERBATIM.with(text);
  }

  /**
   * The sentence that has this English text, in a record or from another program; the text alone
   * where nothing is known of it.
   */
  public static Sentence recognised(String text) {
    for (Template template : Template.recognised()) {
      Matcher matcher = template.pattern().matcher(text);
      if (matcher.matches()) {
        List<Object> arguments = new ArrayList<>();
        for (int place = 1; place <= matcher.groupCount(); place++) {
          Sentence inner = recognised(matcher.group(place));
          arguments.add(inner.template() == Template.VERBATIM ? matcher.group(place) : inner);
        }
        return new Sentence(template, arguments);
      }
    }
    return verbatim(text);
  }

  /** Several in one. */
  public static Sentence joined(List<Sentence> sentences) {
    return sentences.stream().reduce(Template.AND::with).orElse(verbatim(""));
  }

  /** In English. */
  public String text() {
    return Template.PLACE
        .matcher(template.english())
        .replaceAll(
            place ->
                Matcher.quoteReplacement(text(arguments.get(Integer.parseInt(place.group(1))))));
  }

  private static String text(Object argument) {
    return argument instanceof Sentence sentence ? sentence.text() : (String) argument;
  }

  /** Puts the English text under a name, and beside it the template that it is made of, if any. */
  public void put(ObjectNode json, String name) {
    json.put(name, text());
    if (template != Template.VERBATIM) {
      json.set(name + TEMPLATE, template(json));
    }
  }

  private ObjectNode template(ObjectNode factory) {
    ObjectNode json = factory.objectNode().put("template", template.name());
    ArrayNode places = json.putArray("arguments");
    for (Object argument : arguments) {
      if (argument instanceof Sentence sentence) {
        places.add(sentence.template(factory));
      } else {
        places.add((String) argument);
      }
    }
    return json;
  }

  /** What {@link #put} has put; the text alone where the template is of another version. */
  public static Sentence read(JsonNode json, String name) {
    return read(json.path(name + TEMPLATE)).orElseGet(() -> verbatim(json.path(name).asText()));
  }

  private static Optional<Sentence> read(JsonNode json) {
    try {
      List<Object> arguments = new ArrayList<>();
      for (JsonNode argument : json.path("arguments")) {
        arguments.add(argument.isTextual() ? argument.asText() : read(argument).orElseThrow());
      }
      return Optional.of(new Sentence(Template.valueOf(json.path("template").asText()), arguments));
    } catch (IllegalArgumentException | NoSuchElementException e) {
      return Optional.empty();
    }
  }
}
