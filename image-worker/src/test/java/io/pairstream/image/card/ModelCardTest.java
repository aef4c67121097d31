package io.pairstream.image.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.card.PictureInput.Channels;
import io.pairstream.image.card.PictureInput.Fit;
import io.pairstream.image.card.PictureInput.Layout;
import io.pairstream.image.card.PictureInput.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCardTest {

  private static final String SHORT =
      """
      picture:
        tensor: pixels
        side-px: 8
      outputs:
        mean:
          tensor: mean
      """;

  @TempDir private Path folder;

  @Test
  void saysHowAPictureIsShownAndWhatIsTaken() throws IOException {
    ModelCard card =
        Cards.card(
            folder,
            "shown",
            """
            batch: 4
            max-ms: 250
            picture:
              of: small
              tensor: pixels
              fit: stretch
              resize-px: 12
              side-px: 8
              resampling: bilinear
              jpeg-round-trip: 75
              channels: bgr
              layout: nhwc
              scale: 0.5
              mean: 104, 117, 123
              deviation: 1, 2, 3
            outputs:
              mean:
                tensor: mean
                activation: sigmoid
              kind:
                tensor: mean
                as: label
                labels: cat, dog
            """);

    assertThat(card.picture())
        .isEqualTo(
            new PictureInput(
                "pixels",
                Fit.STRETCH,
                12,
                8,
                Resampling.BILINEAR,
                0,
                75,
                Channels.BGR,
                Layout.NHWC,
                0.5,
                List.of(104.0, 117.0, 123.0),
                List.of(1.0, 2.0, 3.0)));
    assertThat(card.outputs()).extracting(ModelOutput::name).containsExactly("mean", "kind");
    assertThat(card.outputs().get(1).labels()).containsExactly("cat", "dog");
    assertThat(card.batch()).isEqualTo(4);
    assertThat(card.perQuestion()).isEqualTo(Duration.ofMillis(250));
    assertThat(card.rendition()).isEqualTo("small");
    assertThat(card.file()).isEqualTo(folder.resolve("shown.onnx"));
    assertThat(card.seesCaption()).isFalse();
  }

  @Test
  void allProblemsAreSaidAtOnce() throws IOException {
    Path card =
        Files.writeString(
            folder.resolve("wrong.yaml"),
            """
            name: Wrong Name
            file: nowhere.onnx
            source: ask Ann
            batch: 65
            picture:
              tensor: pixels
              fit: squash
              mean: 1, 2
              colour: red
            outputs:
              kind:
                tensor: logits
                as: label
                labels: cat
            """);

    assertThatThrownBy(() -> ModelCard.read(card))
        .isInstanceOf(InvalidCardException.class)
        .hasMessageStartingWith("the model card is refused:\n  " + card + ", line 1: ")
        .hasMessageContaining("name: a name is made of a to z, 0 to 9, - and _")
        .hasMessageContaining("licence: is missing: name the licence of the weights")
        .hasMessageContaining("line 2: file: there is no file " + folder.resolve("nowhere.onnx"))
        .hasMessageContaining("line 2: file: get it: ask Ann")
        .hasMessageContaining("batch: 65 is out of range: must be 1 to 64")
        .hasMessageContaining("picture.fit: 'squash' is not one of crop, pad, stretch")
        .hasMessageContaining("picture.mean: is three numbers")
        .hasMessageContaining("line 9: picture.colour: no such setting")
        .hasMessageContaining("outputs.kind.labels: is two labels or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"outputs:\n  mean:\n    tensor: mean\n", "picture:\n  tensor: pixels\n"})
  void modelSeesSomethingAndSaysSomething(String sections) throws IOException {
    Path card = Cards.file(folder, "shown", sections);

    assertThatThrownBy(() -> ModelCard.read(card)).isInstanceOf(InvalidCardException.class);
  }

  @Test
  void anotherFileThanTheCardsIsRefused() throws IOException {
    Path card = Cards.file(folder, "shown", "sha256: " + "0".repeat(64) + "\n" + SHORT);

    assertThatThrownBy(() -> ModelCard.read(card))
        .hasMessageContaining("sha256: the file has ")
        .hasMessageContaining(": it is another one than the card's");
  }

  @Test
  void captionsOfDifferentLengthsAreNotBatched() throws IOException {
    Path card =
        Cards.file(
            folder,
            "words",
            """
            batch: 2
            caption:
              tokenizer: clip
              fill: none
              ids: ids
              mask: mask
            outputs:
              words:
                tensor: hidden
                as: vector
                pool: mean
            """);

    assertThatThrownBy(() -> ModelCard.read(card))
        .hasMessageContaining("batch: is 1 where captions are not padded");
  }

  @Test
  void digestChangesWithWhatAnAnswerDependsOnAlone() throws IOException {
    String digest = Cards.card(folder, "shown", SHORT).digest();

    for (String beside : List.of("batch: 7\n", "max-ms: 70\n", "kind: onnx\n")) {
      assertThat(Cards.card(folder, "shown", beside + SHORT).digest()).isEqualTo(digest);
    }
    for (String other :
        List.of(
            SHORT.replace("side-px: 8", "side-px: 9"),
            SHORT.replace("  mean:", "  light:"),
            SHORT + "    activation: sigmoid\n")) {
      assertThat(Cards.card(folder, "shown", other).digest()).isNotEqualTo(digest);
    }
    assertThat(Cards.card(folder, "shown-last", SHORT).digest()).isNotEqualTo(digest);
  }

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "deploy", "cards"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
    }
  }

  /** Cards come without the files that they name. */
  @ParameterizedTest
  @MethodSource("shipped")
  void cardsThatComeWithTheProductLackTheirFilesAlone(Path card) {
    assertThatThrownBy(() -> ModelCard.read(card))
        .isInstanceOf(InvalidCardException.class)
        .satisfies(
            refused ->
                assertThat(refused.getMessage().lines().skip(1))
                    .isNotEmpty()
                    .allMatch(line -> line.matches(".*file: (there is no file|get it:) .*")));
  }
}
