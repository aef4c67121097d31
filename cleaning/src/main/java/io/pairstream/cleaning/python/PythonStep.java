package io.pairstream.cleaning.python;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.time.Duration;

/**
 * A function in Python that judges pairs one by one.
 *
 * @param name its section in the recipe
 * @param sees what it is shown
 * @param limit processor time that one pair may take
 */
public record PythonStep(String name, PythonCode code, Sees sees, Duration limit) {

  /** Part of a pair that a step is shown. */
  public enum Sees {
    /** {@code caption}, a text, and {@code language}, a BCP 47 tag. */
    CAPTION,
    /**
     * {@code picture}, uint8 [height, width, 3], RGB, as it will be published, before it is
     * encoded; and {@code measures}, numbers by name.
     */
    PICTURE
  }

  /** Reads the section {@code python.NAME}. */
  public static PythonStep read(RecipeReader recipe, String name) {
    String section = "python." + name + ".";
    return new PythonStep(
        name,
        PythonCode.read(recipe, section),
        recipe.choice(section + "sees", Sees.CAPTION),
        recipe.aside(
            section + "max-ms",
            reader -> Duration.ofMillis(reader.integer(section + "max-ms", 200, 10, 1_000))));
  }

  /** Half a sentence for a person: the function and its file. */
  public String inWords() {
    return "calls %s of %s".formatted(code.call(), code.file().path().getFileName());
  }
}
