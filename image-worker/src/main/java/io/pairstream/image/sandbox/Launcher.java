package io.pairstream.image.sandbox;

import io.pairstream.cleaning.recipe.RecipeReader;

/** Command that starts a worker inside the outer wall of its {@link Sandbox}; best first. */
public enum Launcher {
  BUBBLEWRAP,
  UTIL_LINUX,
  /** No wall but limits. */
  PRLIMIT,
  /** Nothing at all. */
  NONE;

  String words() {
    return RecipeReader.word(this);
  }

  boolean hasNamespaces() {
    return this == BUBBLEWRAP || this == UTIL_LINUX;
  }
}
