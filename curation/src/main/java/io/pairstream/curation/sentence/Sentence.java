package io.pairstream.curation.sentence;

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
   * A sentence out of a record.
   *
   * @param template its {@link #name}; of one that is not known here, the text is shown
   */
  public static Sentence of(String template, List<String> arguments, String text) {
    return Template.named(template)
        .filter(known -> known.places() <= arguments.size())
        .map(known -> new Sentence(known, List.copyOf(arguments)))
        .orElseGet(() -> verbatim(text));
  }

  /** Name of the template in a record; empty for a text that is the same in every language. */
  public String name() {
    return template == Template.VERBATIM ? "" : template.name();
  }

  /** Words for the places of the template, in English. */
  public List<String> words() {
    return template == Template.VERBATIM
        ? List.of()
        : arguments.stream().map(Sentence::text).toList();
  }

  /** Several in one. */
  public static Sentence joined(List<Sentence> sentences) {
    return sentences.stream().reduce(Template.AND::with).orElse(verbatim(""));
  }

  /** This one without what a template adds to its first argument. */
  public Sentence without(Template addition) {
    List<Object> inner =
        arguments.stream()
            .map(each -> each instanceof Sentence part ? part.without(addition) : each)
            .toList();
    return template == addition ? (Sentence) inner.get(0) : new Sentence(template, inner);
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
