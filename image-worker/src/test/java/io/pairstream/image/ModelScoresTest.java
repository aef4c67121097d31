package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ModelScore;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelNormalisation;
import io.pairstream.cleaning.image.PreparedImage;
import java.awt.Color;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that {@code src/test/reference/onnx_models.py} made, asked by a real worker. */
class ModelScoresTest {

  private static final ImageWorkerPool WORKERS = new ImageWorkerPool(Pictures.settings(1));

  /** 51, 102 and 204 are 0.2, 0.4 and 0.8 of 255. */
  private static final byte[] FLAT =
      Pictures.png(Pictures.flat(new Color(51, 102, 204), 40, 30), false);

  @AfterAll
  static void stop() {
    WORKERS.close();
  }

  private static Path model(String name) {
    try {
      return Path.of(ModelScoresTest.class.getResource("models/" + name + ".onnx").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ModelScore score(String model, PixelNormalisation normalisation, int output) {
    return score(model(model), false, normalisation, 0, output);
  }

  private static ModelScore score(
      Path model, boolean channelsLast, PixelNormalisation profile, int tokens, int output) {
    try {
      String sha256 =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model)));
      return new ModelScore(
          "tiny", model.toString(), sha256, 16, channelsLast, profile, tokens, output);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double ask(ModelScore score, byte[] file, Integer... tokenIds) {
    return prepare(score, file, tokenIds).measures().get("score.tiny");
  }

  private static PreparedImage prepare(ModelScore score, byte[] file, Integer... tokenIds) {
    return Pictures.kept(WORKERS.prepare(image(file, tokenIds), plan(score)));
  }

  private static ImageToPrepare image(byte[] file, Integer... tokenIds) {
    return new ImageToPrepare(Pictures.probe(file), PixelBox.WHOLE, Arrays.asList(tokenIds));
  }

  private static ImagePlan plan(ModelScore... scores) {
    return Pictures.raw(64).withScores(List.of(scores));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 119.0",
    "ZERO_TO_ONE, 0.466667",
    "MINUS_ONE_TO_ONE, -0.066667",
    // The means over the channels of (0.2, 0.4, 0.8) less mean, over deviation.
    "CLIP, 0.050542",
    "IMAGENET, 0.085523"
  })
  void meanBrightnessIsThePicturesUnderEachProfile(PixelNormalisation profile, double expected) {
    assertThat(ask(score("mean-brightness", profile, 0), FLAT)).isCloseTo(expected, within(1e-3));
  }

  @ParameterizedTest
  @CsvSource({"1, 0.2", "2, 0.4", "3, 0.8"})
  void scoreIsTheNumberThatTheRecipeMeansAndChannelsAreRgb(int output, double expected) {
    assertThat(ask(score("mean-brightness", PixelNormalisation.ZERO_TO_ONE, output), FLAT))
        .isCloseTo(expected, within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"brightness-and-tokens", "brightness-and-int32-tokens"})
  void captionIsSeenByAModelThatWantsIt(String name) {
    ModelScore score = score(model(name), false, PixelNormalisation.ZERO_TO_ONE, 8, 0);

    assertThat(ask(score, FLAT, 1, 2, 3, 4, 0, 0, 0, 9)).isCloseTo(0.466667 + 19, within(1e-5));
  }

  @Test
  void idBeyondTheModelsTableIsThePairsFault() {
    ModelScore score = score(model("brightness-and-tokens"), false, PixelNormalisation.NONE, 8, 0);

    assertThat(
            Pictures.rejection(WORKERS.prepare(image(FLAT, 1, 2, 3, 4, 5, 6, 7, 10), plan(score))))
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.SCORE_OUT_OF_RANGE);
              assertThat(rejection.detail()).startsWith("the model of scores.tiny fails: ");
            });
    assertThat(ask(score, FLAT, 0, 0, 0, 0, 0, 0, 0, 0)).isCloseTo(119, within(1e-3));
  }

  @Test
  void modelThatCannotBeLoadedIsNoPicturesFault() {
    ImagePlan plan = plan(score("unknown-operator", PixelNormalisation.NONE, 0));

    assertThatThrownBy(() -> WORKERS.rehearse(plan))
        .isInstanceOf(ImageWorkerUnavailableException.class)
        .hasMessageContaining("no worker can use the recipe's models")
        .hasMessageContaining("scores.tiny");
    assertThatThrownBy(() -> WORKERS.prepare(image(FLAT), plan))
        .isInstanceOf(ImageWorkerUnavailableException.class);
    assertThat(ask(score("mean-brightness", PixelNormalisation.NONE, 0), FLAT))
        .isCloseTo(119, within(1e-3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mean-brightness | 8 | 0 | it gets a picture and 8 ids, and takes [pixels]",
        "brightness-and-tokens | 0 | 0 | it gets a picture and 0 ids, and takes [",
        "brightness-and-tokens | 7 | 0 | ids",
        "channels-last | 0 | 0 | imension",
        "mean-brightness | 0 | 4 | it answers 4 numbers, and output is 4",
      })
  void modelOfOtherInputsOrOutputsIsRefusedBeforeAnyPicture(
      String name, int tokens, int output, String message) {
    ModelScore score = score(model(name), false, PixelNormalisation.NONE, tokens, output);

    assertThatThrownBy(() -> WORKERS.rehearse(plan(score)))
        .isInstanceOf(ImageWorkerUnavailableException.class)
        .hasMessageContaining("the model of scores.tiny cannot be used: ")
        .hasMessageContaining(message);
  }

  @Test
  void modelThatWasExchangedIsNotAsked(@TempDir Path folder) throws IOException {
    Path file = Files.copy(model("mean-brightness"), folder.resolve("model.onnx"));
    ImagePlan plan = plan(score(file, false, PixelNormalisation.NONE, 0, 0));
    Files.write(file, Files.readAllBytes(model("channels-last")));

    assertThatThrownBy(() -> WORKERS.rehearse(plan))
        .hasMessageContaining("the model of scores.tiny has changed since the recipe was read");
  }
}
