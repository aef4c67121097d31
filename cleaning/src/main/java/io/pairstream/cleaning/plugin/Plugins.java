package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.StepWorker;
import io.pairstream.cleaning.plugin.PluginJar.BadJarException;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.recipe.RecipeReader.Noted;
import io.pairstream.plugin.Caption;
import io.pairstream.plugin.CaptionPlugin;
import io.pairstream.plugin.Picture;
import io.pairstream.plugin.PicturePlugin;
import io.pairstream.plugin.StepPlugin;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The steps that a recipe brings along, of jars and of files of Python, in the order of their
 * names.
 *
 * @param captions steps of captions, by name
 * @param pictures steps of pictures, by name
 */
public record Plugins(
    SortedMap<String, Noted<Step<CleanedCaption, CleanedCaption>>> captions,
    SortedMap<String, Noted<Step<PreparedImage, PreparedImage>>> pictures) {

  private static final String SECTION = "plugins";

  /** Name of a plugin's steps in metrics and in {@code recipe explain} begins with this. */
  private static final String PREFIX = "plugin.";

  private static final long MAX_BYTES = 64L << 20;

  /**
   * Reads the sections below {@code plugins}, and loads the jars they name; then those below {@code
   * python}. A jar or a step that cannot be used is a problem of the recipe.
   *
   * @param worker runs functions in Python; null for none, where nothing is judged
   */
  public static Plugins from(RecipeReader recipe, StepWorker worker) {
    Plugins plugins = new Plugins(new TreeMap<>(), new TreeMap<>());
    Map<String, PluginJar> jars = new HashMap<>();
    for (String name : recipe.sections(SECTION)) {
      Noted<Optional<StepPlugin<?>>> found = recipe.noting(reader -> find(name, reader, jars));
      StepPlugin<?> plugin = found.value().orElse(null);
      if (plugin instanceof CaptionPlugin ofCaptions) {
        plugins.captions.put(
            PREFIX + name, stepOf(ofCaptions, recipe, found, Plugins::shown, Plugins::withTextOf));
      } else if (plugin instanceof PicturePlugin ofPictures) {
        plugins.pictures.put(
            PREFIX + name, stepOf(ofPictures, recipe, found, Plugins::shown, Plugins::unchanged));
      } else {
        recipe.leave(section(name));
      }
    }
    PythonSteps.addTo(plugins, recipe, worker);
    return plugins;
  }

  /**
   * The pictures that a worker makes so that these steps see what they are to see; notes a problem
   * where a record could not carry them.
   */
  public ImagePlan shown(ImagePlan plan, RecipeReader recipe) {
    if (pictures.keySet().stream().noneMatch(name -> name.startsWith(PythonSteps.PREFIX))) {
      return plan;
    }
    ImagePlan withPixels = plan.withHiddenPixels();
    withPixels.check("python", ", with pixels for a step that sees them,", recipe);
    return withPixels;
  }

  /** The plugin of a section; empty where it cannot be used, after noting the problem. */
  private static Optional<StepPlugin<?>> find(
      String name, RecipeReader recipe, Map<String, PluginJar> jars) {
    String key = section(name) + RecipeSettings.JAR;
    NamedFile file = recipe.file(key, MAX_BYTES).orElse(null);
    if (file == null) {
      if (recipe.text(key, "").isEmpty()) {
        recipe.problem(key, "is missing; name the jar that has the step");
      }
      return Optional.empty();
    }
    try {
      PluginJar jar = jars.get(file.sha256());
      if (jar == null) {
        jar = PluginJar.load(file);
        jars.put(file.sha256(), jar);
      }
      if (!jar.steps().containsKey(name)) {
        recipe.problem(
            key,
            "%s has no step %s; it has %s"
                .formatted(file.path(), name, String.join(", ", jar.steps().keySet())));
      }
      return Optional.ofNullable(jar.steps().get(name));
    } catch (BadJarException e) {
      recipe.problem(key, file.path() + " " + e.getMessage());
      return Optional.empty();
    }
  }

  private static <S, T> Noted<Step<S, S>> stepOf(
      StepPlugin<T> plugin,
      RecipeReader recipe,
      Noted<?> found,
      Function<S, T> shown,
      BiFunction<S, T, S> taken) {
    Noted<Step<S, S>> made = recipe.noting(reader -> make(plugin, reader, shown, taken));
    Set<String> keys = new TreeSet<>(found.keys());
    keys.addAll(made.keys());
    return new Noted<>(made.value(), keys);
  }

  private static <S, T> Step<S, S> make(
      StepPlugin<T> plugin, RecipeReader recipe, Function<S, T> shown, BiFunction<S, T, S> taken) {
    String section = section(plugin.name());
    try {
      return new RunPlugin<>(
          plugin.name(), plugin.step(new RecipeSettings(recipe, section)), shown, taken);
    } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
      recipe.problem(
          section + RecipeSettings.JAR,
          "the step " + plugin.name() + " cannot be set up: " + Fault.inWords(e));
      recipe.leave(section);
      return Outcome::kept;
    }
  }

  private static String section(String name) {
    return SECTION + "." + name + ".";
  }

  private static Caption shown(CleanedCaption caption) {
    return new Caption(caption.text(), caption.language());
  }

  private static CleanedCaption withTextOf(CleanedCaption caption, Caption kept) {
    return withText(caption, kept.text());
  }

  /**
   * A caption with what a step made of its text.
   *
   * @throws IllegalArgumentException where that is no caption
   */
  static CleanedCaption withText(CleanedCaption caption, String kept) {
    String text = Normalizer.normalize(kept, Normalizer.Form.NFC).strip();
    if (text.codePoints().anyMatch(Plugins::isNoCharacter)) {
      throw new IllegalArgumentException("a caption is one line of whole characters");
    }
    return text.equals(caption.text()) ? caption : caption.withText(text);
  }

  /** Whether a code point is half of a surrogate pair, or begins a new line and the like. */
  private static boolean isNoCharacter(int codePoint) {
    return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
  }

  private static Picture shown(PreparedImage image) {
    return new Picture(image.originalWidthPx(), image.originalHeightPx(), image.measures());
  }

  private static PreparedImage unchanged(PreparedImage image, Picture kept) {
    if (!kept.equals(shown(image))) {
      throw new IllegalArgumentException("a picture's numbers cannot be changed");
    }
    return image;
  }
}
