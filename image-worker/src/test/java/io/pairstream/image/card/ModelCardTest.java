package io.pairstream.image.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.PictureInput.Channels;
import io.pairstream.image.plan.PictureInput.Fit;
import io.pairstream.image.plan.PictureInput.Layout;
import io.pairstream.image.plan.PictureInput.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
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
    OnnxCard card =
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
        .contains(
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
    assertThat(card.files().get(0).path()).isEqualTo(folder.resolve("shown.onnx"));
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
        .hasMessageContainingAll("sha256: the file has ", ": it is another one than the card's");
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

  @Test
  void captionerSaysHowATextIsWritten() throws IOException {
    CaptionerCard card =
        Cards.captioner(
            folder,
            "caption-decoder",
            """
              prompt: 6, 9
              mask: encoder_attention_mask
              most-tokens: 30
              beams: 4
              length-penalty: 0.5
            """);

    assertThat(card.task().decoding())
        .isEqualTo(
            new CaptionDecoding(
                folder.resolve("decoder.onnx").toString(),
                "last_hidden_state",
                "input_ids",
                "encoder_hidden_states",
                "encoder_attention_mask",
                "logits",
                List.of(1, 6, 9),
                2,
                30,
                4,
                0.5,
                20));
    assertThat(card.files()).hasSize(2);
    assertThat(card.words().of(List.of(3, 9, 10, 2))).isEqualTo("a cats");
    assertThat(card.writesPairs()).isFalse();
  }

  @Test
  void allProblemsOfACaptionerAreSaidAtOnce() throws IOException {
    Path yaml =
        Cards.captionerFile(
            folder, "caption-decoder", "  prompt: 6, x\n  beams: 9\n  length-penalty: much\n");
    String card =
        Files.readString(yaml)
            .replace("  start: 1\n", "")
            .replace("end: 2", "end: 20")
            .replace("decoder.onnx", "none.onnx")
            .replace("outputs:", "outputs:\n  more:\n    tensor: sentence");
    Files.writeString(yaml, card + "as-pairs: perhaps\n");

    assertThatThrownBy(() -> ModelCard.read(yaml))
        .hasMessageContaining("decoder.file: there is no file " + folder.resolve("none.onnx"))
        .hasMessageContaining("decoder.start: is missing: give the id of the text's start")
        .hasMessageContaining("decoder.end: 20 is out of range: must be 0 to 19")
        .hasMessageContaining("decoder.prompt: is ids of the vocabulary, as in \"1037, 3861\"")
        .hasMessageContaining("decoder.beams: 9 is out of range: must be 1 to 8")
        .hasMessageContaining("decoder.length-penalty: ")
        .hasMessageContaining("outputs.more.tensor: 'sentence' is not one of words")
        .hasMessageContaining("outputs: has one section: a captioner writes one text")
        .hasMessageContaining("as-pairs: ");
  }

  @Test
  void digestOfACaptionerChangesWithDecodingAndVocabulary() throws IOException {
    Path yaml = Cards.captionerFile(folder, "caption-decoder", "");
    String card = Files.readString(yaml);
    String digest = ModelCard.read(yaml).digest();

    String decoder = NamedFile.sha256(folder.resolve("decoder.onnx"));
    for (String beside : List.of("as-pairs: true\n", "max-ms: 70\n")) {
      Files.writeString(yaml, card + beside);
      assertThat(ModelCard.read(yaml).digest()).isEqualTo(digest);
    }
    Files.writeString(yaml, card.replace("  end: 2", "  end: 2\n  sha256: " + decoder));
    assertThat(ModelCard.read(yaml).digest()).isEqualTo(digest);
    for (String other :
        List.of("beams: 2", "length-penalty: 2", "most-tokens: 9", "prompt: \"3\"", "mask: m")) {
      Files.writeString(yaml, card.replace("  end: 2", "  end: 2\n  " + other));
      assertThat(ModelCard.read(yaml).digest()).as(other).isNotEqualTo(digest);
    }
    Files.writeString(yaml, card);
    Path words = folder.resolve("tokenizer.json");
    Files.writeString(words, Files.readString(words).replace("\"house\"", "\"home\""));
    assertThat(ModelCard.read(yaml).digest()).isNotEqualTo(digest);
  }

  /** By another digest of the same card, a model is asked about every pair again. */
  @ParameterizedTest
  @CsvFileSource(resources = "/io/pairstream/image/models/kept.csv")
  void cardsKeepTheirKeysAndDigest(String card, String digest) throws IOException {
    assertThat(ModelCard.read(Cards.model("shown").resolveSibling(card)).digest())
        .isEqualTo(digest);
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

  @Test
  void weightsInFurtherFilesArePartOfTheModel() throws IOException {
    String keys = "weights:\n  all:\n    file: model.onnx_data\n%s" + SHORT;

    assertThatThrownBy(() -> Cards.card(folder, "shown", keys.formatted("")))
        .hasMessageContaining("weights.all.file: there is no file " + folder)
        .hasMessageContaining("get it: made by a script");
    Path weights = Files.writeString(folder.resolve("model.onnx_data"), "some");
    OnnxCard some = Cards.card(folder, "shown", keys.formatted(""));
    Files.writeString(weights, "others");
    OnnxCard others = Cards.card(folder, "shown", keys.formatted(""));

    assertThat(some.files()).extracting(NamedFile::path).contains(weights);
    assertThat(others.digest()).isNotEqualTo(some.digest());
    assertThatThrownBy(
            () ->
                Cards.card(folder, "shown", keys.formatted("    sha256: " + "0".repeat(64) + "\n")))
        .hasMessageContaining("weights.all.sha256: the file has ");
  }
}
