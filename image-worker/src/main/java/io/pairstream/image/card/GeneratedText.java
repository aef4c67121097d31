package io.pairstream.image.card;

import io.pairstream.cleaning.ClassPathFile;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes away what models write around the text that they are asked for, by the rules of {@code
 * generated-text.tsv}. For texts that a model has made up; what people wrote, or what is written in
 * a picture, stays as it is.
 */
public final class GeneratedText {

  /** Longest text that is looked into, in UTF-16; an answer has fewer. */
  private static final int LONGEST = 16_000;

  /** Marks at which reasoning begins. */
  private static final Pattern OPEN =
      Pattern.compile(
          "(?i)(?:[<\\[◁]|&lt;)(?:\\w{1,20}:)?(?:think|thinking|thoughts?|reasoning|reflection)(?:\\s[^>\\]]{1,40}=[^>\\]]{1,40})?\\s{0,9}(?:[>\\]▷]|&gt;)"
              + "|<\\|(?:start|begin)_(?:of_)?(?:think|thinking|thoughts?|reasoning|reflection)\\|>|<\\|channel\\|>");

  private static final List<Rule> RULES =
      ClassPathFile.lines(GeneratedText.class, "generated-text.tsv")
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .map(rule -> new Rule(Pattern.compile(rule[1]), rule[0].replace("\\n", "\n")))
          .toList();

  private record Rule(Pattern pattern, String with) {}

  private GeneratedText() {}

  /** The text alone; empty where nothing is left of it, or where it is reasoning without an end. */
  public static String of(String said) {
    String text = RULES.get(0).pattern().matcher(said).replaceFirst("");
    if (OPEN.matcher(text).find()) {
      return "";
    }
    for (String before = ""; text.length() <= LONGEST && !before.equals(text); ) {
      before = text;
      for (Rule rule : RULES) {
        text = rule.pattern().matcher(text.strip()).replaceAll(rule.with()).strip();
      }
    }
    return text;
  }
}
