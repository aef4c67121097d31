package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.plugin.PluginSettings;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The keys of one step in a recipe.
 *
 * @param section the step's section, with a dot behind it
 */
record RecipeSettings(RecipeReader recipe, String section) implements PluginSettings {

  /** Key that names the step's jar. */
  static final String JAR = "jar";

  private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  private static final Pattern LINE = Pattern.compile(".+");

  @Override
  public int whole(String key, int preset, int min, int max) {
    return recipe.integer(full(key), preset, min, max);
  }

  @Override
  public double number(String key, double preset, double min, double max) {
    return recipe.number(full(key), preset, min, max);
  }

  @Override
  public boolean flag(String key, boolean preset) {
    return recipe.flag(full(key), preset);
  }

  @Override
  public String choice(String key, String preset, String... allowed) {
    return recipe.choice(full(key), preset, allowed);
  }

  @Override
  public String text(String key, String preset) {
    return recipe.text(full(key), preset);
  }

  @Override
  public List<String> lines(String key) {
    return recipe.lines(full(key), "//", LINE, "a line");
  }

  @Override
  public void problem(String key, String message) {
    recipe.problem(full(key), message);
  }

  private String full(String key) {
    if (!KEY.matcher(key).matches() || key.equals(JAR)) {
      throw new IllegalArgumentException(
          "a step's key has lower-case letters, digits and hyphens, and is not jar: " + key);
    }
    return section + key;
  }
}
