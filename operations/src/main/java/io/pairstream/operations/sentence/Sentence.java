package io.pairstream.operations.sentence;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
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
}
