package io.pairstream.cleaning.words;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.LanguageTag;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.words.ContentWords.StopWords;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Writes other forms of a caption beside it, for statistics and search. The caption stays as it is:
 * a model that learns from stems writes stems.
 *
 * <p>Words are joined by single spaces, in the order of the caption: {@code words} unchanged,
 * {@code no_stop_words} without English and Chinese stop words, {@code stems} and {@code lemmas} in
 * lower case. {@code lower} is the caption in lower case.
 *
 * <p>Measures {@code caption_words}. Rejects nothing.
 */
public final class WriteTextForms implements Step<CleanedCaption, CleanedCaption> {

  /** Names of the forms among a pair's texts; the recipe writes hyphens. */
  private static final List<String> ALL =
      List.of("lower", "words", "no_stop_words", "stems", "lemmas");

  private final List<String> wanted;
  private final Dictionaries dictionaries;

  /**
   * Reads {@code texts.lower}, {@code texts.words}, {@code texts.no-stop-words}, {@code
   * texts.stems} and {@code texts.lemmas}; where one is wanted also the dictionaries, which takes
   * about a second and 20 MB of memory.
   */
  public WriteTextForms(RecipeReader recipe) {
    wanted =
        ALL.stream().filter(form -> recipe.flag("texts." + form.replace('_', '-'), false)).toList();
    dictionaries = wanted.isEmpty() ? null : new Dictionaries();
  }

  private static final class Dictionaries {
    final WordSplitter splitter = new WordSplitter();
    final StopWords stopWords = new StopWords();
    final EnglishLemmas englishLemmas = new EnglishLemmas();
  }

  @Override
  public boolean isOn() {
    return !wanted.isEmpty();
  }

  @Override
  public String inWords() {
    return "writes beside the caption: " + String.join(", ", wanted).replace('_', ' ');
  }

  @Override
  public Outcome<CleanedCaption> apply(CleanedCaption caption) {
    String language = LanguageTag.language(caption.language());
    List<String> words = dictionaries.splitter.words(caption.text(), language);
    Map<String, String> texts = new TreeMap<>();
    for (String form : wanted) {
      texts.put(form, text(form, caption.text(), words, language));
    }
    return Outcome.kept(
        caption.withTexts(texts).withMeasure(CheckCaptionLength.WORDS, words.size()));
  }

  private String text(String form, String caption, List<String> words, String language) {
    return switch (form) {
      case "lower" -> caption.toLowerCase(Locale.ROOT);
      case "words" -> String.join(" ", words);
      case "no_stop_words" ->
          words.stream()
              .filter(word -> !dictionaries.stopWords.contains(word, language))
              .collect(Collectors.joining(" "));
      case "stems" -> each(words, Stems.in(language)::of);
      default -> each(words, language.equals("en") ? dictionaries.englishLemmas::of : word -> word);
    };
  }

  private static String each(List<String> words, UnaryOperator<String> form) {
    return words.stream()
        .map(word -> form.apply(word.toLowerCase(Locale.ROOT)))
        .collect(Collectors.joining(" "));
  }
}
