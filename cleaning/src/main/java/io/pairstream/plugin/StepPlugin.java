package io.pairstream.plugin;

/**
 * A kind of step that a recipe may ask for: {@code plugins: {NAME: {jar: acme-steps.jar}}}.
 *
 * <p>Implementations are classes with a public constructor without arguments, named in the jar's
 * {@code META-INF/services} as a {@link CaptionPlugin} or a {@link PicturePlugin}. The jar brings
 * the libraries that it needs along.
 *
 * @param <T> what the step judges
 */
public interface StepPlugin<T> {

  /** Name in recipes, of its own within the jar: 1 to 40 lower-case letters, digits and hyphens. */
  String name();

  /**
   * Sets the step up, once for each reading of a recipe, before anything starts.
   *
   * @param settings the step's own part of the recipe; of use until this method returns
   */
  PluginStep<T> step(PluginSettings settings);
}
