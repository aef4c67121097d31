package io.pairstream.cleaning.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeFileTest {

  @Test
  void readsFileByPath(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("mine.yaml"), "split: {seed: 7} # \u72D7");

    RecipeFile recipe = RecipeFile.find(file.toString());

    assertThat(recipe).isEqualTo(new RecipeFile(file.toString(), "split: {seed: 7} # \u72D7"));
    assertThat(recipe.reader().whole("split.seed", 0, 0, 9)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dall-e", "", "no/such/file.yaml", "/", "nul\u0000"})
  void saysWhatWouldBeRightWhereNothingIsFound(String name) {
    assertThatThrownBy(() -> RecipeFile.find(name))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "no recipe '"
                + name
                + "': give a file, or one of dalle, clip, glide, chinese-clip, safe-and-clean, teaching, demo");
  }

  @Test
  void refusesFileThatIsNotUtf8(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("latin.yaml"), new byte[] {'#', (byte) 0xE9, '\n'});

    assertThatThrownBy(() -> RecipeFile.find(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not text in UTF-8");
  }
}
