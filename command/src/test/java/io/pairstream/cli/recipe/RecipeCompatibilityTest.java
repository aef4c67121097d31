package io.pairstream.cli.recipe;

import io.pairstream.cli.Ended;
import io.pairstream.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A recipe keeps its keys, and what holds where none is given. */
class RecipeCompatibilityTest {

  @Test
  void keysKeepTheirDefaults() {
    var settings = Ended.after("recipe check", "--json", "dalle").json().path("settings");
    List<String> entries =
        settings.properties().stream()
            .map(setting -> setting.getKey() + ": " + setting.getValue().asText())
            .toList();

    Golden.of("the recipe", "recipe-keys.txt").compare(entries);
  }
}
