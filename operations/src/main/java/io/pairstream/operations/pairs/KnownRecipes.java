package io.pairstream.operations.pairs;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recipes that this service has, by the version that stands in each judged record: with it, the
 * limits that a pair was held against are known. Thread-safe.
 */
final class KnownRecipes {

  private static final Logger LOG = LoggerFactory.getLogger(KnownRecipes.class);

  private final List<String> names;
  private final Map<String, SortedMap<String, String>> byVersion = new HashMap<>();
  private int read;

  /**
   * @param further names or paths of recipes beside those that come with the product; looked at
   *     first
   */
  KnownRecipes(List<String> further) {
    names = new ArrayList<>(further);
    names.addAll(RecipeFile.SHIPPED);
  }

  /**
   * Every key of the recipe of that version with the value in force; empty where it is none of
   * those that are here. Recipes are read one after the other until it is found.
   */
  synchronized Optional<SortedMap<String, String>> effective(String version) {
    while (!byVersion.containsKey(version) && read < names.size()) {
      read(names.get(read++));
    }
    return Optional.ofNullable(byVersion.get(version));
  }

  private void read(String name) {
    try {
      CleaningPlan plan =
          new CleaningPlan(
              RecipeFile.find(name).reader(),
              (image, pictures) -> {
                throw new IllegalStateException("this plan is only looked at");
              },
              StepObserver.NONE);
      byVersion.put(plan.version(), plan.effectiveRecipe());
    } catch (IOException | InvalidRecipeException e) {
      LOG.warn("the recipe {} is not used to explain decisions: {}", name, e.getMessage());
    }
  }
}
