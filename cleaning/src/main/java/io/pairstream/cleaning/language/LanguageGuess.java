package io.pairstream.cleaning.language;

/**
 * What a text alone, and a hint, say about its language.
 *
 * @param language ISO 639 code; {@code und} where the text has no letter
 * @param confidence probability that it is right, 0 to 1
 */
record LanguageGuess(String language, double confidence) {

  static final LanguageGuess NONE = new LanguageGuess("und", 0.0);
}
