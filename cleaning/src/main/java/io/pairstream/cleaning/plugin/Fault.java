package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Map;

/** A plugin's faults and refusals, in words for a person. */
final class Fault {

  private Fault() {}

  /** A record that a step refuses, in its own words. */
  static <S> Outcome<S> refused(String step, String english, String chinese) {
    return Outcome.rejected(
        RejectReason.REFUSED_BY_PLUGIN,
        "the step " + step + " refuses it: " + english,
        Measured.text(english, "").withTranslations(Map.of("zh", chinese)));
  }

  /** A record over which a step failed. */
  static <S> Outcome<S> crashed(String step, String words) {
    return Outcome.rejected(
        RejectReason.PLUGIN_CRASHED,
        "the step " + step + " failed: " + words,
        Measured.text(step + ": " + words, ""));
  }

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
