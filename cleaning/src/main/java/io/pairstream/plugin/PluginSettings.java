package io.pairstream.plugin;

import java.util.List;

/**
 * The keys of a step below {@code plugins.NAME} in the recipe, without {@code jar}, which is the
 * recipe's. Lower-case letters, digits and hyphens make a key.
 *
 * <p>A value that is wrong is noted with its line and what would be right, the default is answered,
 * and the recipe is refused with all mistakes at once. A key that no step reads is a mistake too.
 * Each value in force is part of the recipe's version.
 */
public interface PluginSettings {

  /** A whole number between {@code min} and {@code max}, both allowed. */
  int whole(String key, int preset, int min, int max);

  /** A number between {@code min} and {@code max}, both allowed. */
  double number(String key, double preset, double min, double max);

  /** Yes or no, written {@code true} or {@code false}. */
  boolean flag(String key, boolean preset);

  /** One of the {@code allowed} words. */
  String choice(String key, String preset, String... allowed);

  /** Any text of at most 1000 characters; the empty one too. */
  String text(String key, String preset);

  /**
   * The lines of a file in UTF-8, relative to the recipe's folder, without empty lines and remarks,
   * which {@code //} begins; none where the key names none. The file's digest is part of the
   * recipe's version.
   */
  List<String> lines(String key);

  /**
   * Notes a mistake that the value of a key alone does not show, in words for the recipe's author.
   */
  void problem(String key, String message);
}
