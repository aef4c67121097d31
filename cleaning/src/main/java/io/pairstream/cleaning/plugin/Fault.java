package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.recipe.RecipeReader;

/** A fault of a plugin, in words for a person. */
final class Fault {

  private Fault() {}

  /** Class and message on one line, cut off where they are long. */
  static String inWords(Throwable fault) {
    String name = fault.getClass().getSimpleName();
    String message = fault.getMessage();
    return oneLine(message == null ? name : name + ": " + message);
  }

  /** A plugin's text on one line, cut off where it is long. */
  static String oneLine(String text) {
    return RecipeReader.shown(text.replaceAll("\\p{Cntrl}+", " ").strip());
  }
}
