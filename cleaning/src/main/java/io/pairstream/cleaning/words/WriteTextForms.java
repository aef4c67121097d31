package io.pairstream.cleaning.words;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.caption.LanguageTag;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
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
 * <p>Words are joined by single spaces, in the order of the caption: {@code words} as they stand,
 * {@code no_stop_words} without English and Chinese stop words, {@code stems} and {@code lemmas} in
 * lower case. {@code lower} is the caption in lower case.
 *
 * <p>Measures {@code caption_words}. Rejects nothing.
 */
public final class WriteTextForms implements Step<CleanedCaption, CleanedCaption> {

  private final Forms forms;
  private final WordSplitter splitter;
  private final StopWords stopWords = StopWords.load();
  private final EnglishLemmas englishLemmas;

  /** Reads the dictionaries, which takes about a second and 20 MB of memory. */
  public WriteTextForms(Forms forms) {
    this.forms = forms;
    splitter =
        new WordSplitter(new ChineseWords(ChineseDictionary.load(), UnknownChineseWords.load()));
    englishLemmas = EnglishLemmas.load();
  }

  @Override
  public String inWords() {
    List<String> names = new ArrayList<>();
    if (forms.lower()) {
      names.add("lower case");
    }
    if (forms.words()) {
      names.add("words");
    }
    if (forms.noStopWords()) {
      names.add("words without stop words");
    }
    if (forms.stems()) {
      names.add("stems");
    }
    if (forms.lemmas()) {
      names.add("lemmas");
    }
    return "writes beside the caption: " + String.join(", ", names);
  }

  @Override
  public Outcome<CleanedCaption> apply(CleanedCaption caption) {
    String language = LanguageTag.language(caption.language());
    Map<String, String> texts = new TreeMap<>();
    if (forms.lower()) {
      texts.put("lower", caption.text().toLowerCase(Locale.ROOT));
    }
    List<String> words = splitter.words(caption.text(), language);
    if (forms.words()) {
      texts.put("words", String.join(" ", words));
    }
    if (forms.noStopWords()) {
      texts.put(
          "no_stop_words",
          words.stream()
              .filter(word -> !stopWords.contains(word, language))
              .collect(Collectors.joining(" ")));
    }
    if (forms.stems()) {
      texts.put("stems", each(words, Stems.in(language)::of));
    }
    if (forms.lemmas()) {
      texts.put("lemmas", each(words, language.equals("en") ? englishLemmas::of : word -> word));
    }
    return Outcome.kept(
        caption.withTexts(texts).withMeasure(CheckCaptionLength.WORDS, words.size()));
  }

  private static String each(List<String> words, UnaryOperator<String> form) {
    return words.stream()
        .map(word -> form.apply(word.toLowerCase(Locale.ROOT)))
        .collect(Collectors.joining(" "));
  }

  /** Which forms are written. */
  public record Forms(
      boolean lower, boolean words, boolean noStopWords, boolean stems, boolean lemmas)
      implements Switchable {

    /**
     * Reads {@code texts.lower}, {@code texts.words}, {@code texts.no-stop-words}, {@code
     * texts.stems} and {@code texts.lemmas}.
     */
    public static Forms from(RecipeReader recipe) {
      return new Forms(
          recipe.flag("texts.lower", false),
          recipe.flag("texts.words", false),
          recipe.flag("texts.no-stop-words", false),
          recipe.flag("texts.stems", false),
          recipe.flag("texts.lemmas", false));
    }

    @Override
    public boolean isOn() {
      return lower || words || noStopWords || stems || lemmas;
    }
  }
}
