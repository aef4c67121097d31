package io.pairstream.image.model;

import static io.pairstream.image.model.RunModels.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.image.Pictures;
import io.pairstream.image.ShownGolden;
import io.pairstream.image.card.Cards;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.sandbox.WorkerSettings;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiny models in real processes. */
class ModelPoolTest {

  /** The whole of what is shown, from inside the graph. */
  private static final String SEEN =
      """
      outputs:
        seen:
          tensor: /inside/seen
          as: vector
      """;

  private static final String PICTURE = "picture:\n  tensor: pixels\n  side-px: 8\n";

  @TempDir private Path folder;

  private List<ModelAnswer> ask(String model, String sections, ModelQuestion... questions)
      throws IOException {
    return RunModels.ask(Cards.card(folder, model, sections), questions);
  }

  private static ModelQuestion flat(int grey, String ending) {
    byte[] file = Pictures.png(Pictures.flat(new Color(grey, grey, grey), 20, 20), false);
    byte[] end = ending.getBytes(StandardCharsets.ISO_8859_1);
    byte[] whole = Arrays.copyOf(file, file.length + end.length);
    System.arraycopy(end, 0, whole, file.length, end.length);
    return new ModelQuestion(ShownPicture.file(whole), null);
  }

  static Stream<Arguments> shownPictures() {
    return Stream.of(
        Arguments.of(
            "crop",
            "shown",
            """
              resize-px: 10
              scale: 0.00392156862745098
              mean: 0.485, 0.456, 0.406
              deviation: 0.229, 0.224, 0.225
            """),
        Arguments.of(
            "stretch",
            "shown-last",
            """
              fit: stretch
              resize-px: 12
              resampling: bilinear
              jpeg-round-trip: 75
              channels: bgr
              layout: nhwc
              mean: 104, 117, 123
            """),
        Arguments.of("pad", "shown", "  fit: pad\n  pad-level: 7\n  resampling: opencv-area\n"));
  }

  /** The part of the graph that the card asks for does without the input that the rest takes. */
  @ParameterizedTest
  @MethodSource("shownPictures")
  void pictureIsShownAsByPillowAndNumpy(String name, String model, String keys) throws IOException {
    ShownPicture raw = ShownPicture.raw(ShownGolden.rgb(57, 33), 57, 33, 3);

    ModelAnswer answer = ask(model, PICTURE + keys + SEEN, new ModelQuestion(raw, null)).get(0);

    double[] golden =
        ShownGolden.lines("shown " + name + " ")
            .flatMap(line -> Arrays.stream(line.split(" ")))
            .mapToDouble(Double::parseDouble)
            .toArray();
    float[] seen = ((Answered) answer).vectors().get("seen");
    assertThat(seen).hasSize(golden.length);
    for (int i = 0; i < seen.length; i++) {
      assertThat((double) seen[i]).isCloseTo(golden[i], within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({"padded", "none"})
  void captionIsShownAsIdsAndItsMeanIsOfItsOwnTokens(String fill) throws IOException {
    String sections =
        """
        caption:
          tokenizer: bert-chinese
          length: 9
          fill: %s
          ids: ids
          mask: mask
        outputs:
          mean:
            tensor: hidden
            as: vector
            pool: mean
          first:
            tensor: hidden
            as: vector
            pool: first
            length: one
          count:
            tensor: count
        """
            .formatted(fill);

    // The tokenizer's brackets alone: 101 and 102.
    Answered answer = (Answered) ask("words", sections, new ModelQuestion(null, "")).get(0);

    assertThat(answer.vectors().get("mean")).containsExactly(101.5f, 10_302.5f);
    assertThat(answer.vectors().get("first")[1]).isCloseTo(0.999951f, within(1e-5f));
    assertThat(answer.numbers().get("count")).isEqualTo(2);
  }

  @Test
  void numberAndLabelAreTheCards() throws IOException {
    String sections =
        PICTURE
            + """
            outputs:
              green:
                tensor: /inside/each
                index: 1
              sure:
                tensor: /inside/each
                activation: softmax
                index: 2
              light:
                tensor: mean
                activation: sigmoid
              bright:
                tensor: /inside/seen
                as: share
                above: 3
              colour:
                tensor: /inside/each
                as: label
                labels: red, green, blue
            """;
    byte[] file = Pictures.png(Pictures.flat(new Color(3, 1, 5), 20, 20), false);

    Answered answer =
        (Answered) ask("shown", sections, new ModelQuestion(ShownPicture.file(file), null)).get(0);

    assertThat(answer.labels()).containsExactly(Map.entry("colour", "blue"));
    assertThat(answer.numbers().get("bright")).isEqualTo(1 / 3.0);
    assertThat(answer.numbers().get("green")).isEqualTo(1);
    assertThat(answer.numbers().get("sure"))
        .isCloseTo(1 / (1 + Math.exp(-2) + Math.exp(-4)), within(1e-6));
    assertThat(answer.numbers().get("light")).isCloseTo(1 / (1 + Math.exp(-3)), within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({"halt, CRASHED", "segv, CRASHED", "spin, TIMED_OUT"})
  void pictureThatCostsItsProcessTwiceCostsItselfAnAnswerAlone(String fault, Failure failure)
      throws IOException {
    String sections = "batch: 4\nmax-ms: 1000\n" + PICTURE + SEEN;

    List<ModelAnswer> answers =
        ask(
            "shown",
            sections,
            flat(10, ""),
            flat(20, "PAIRSTREAM-TEST:" + fault),
            flat(30, ""),
            new ModelQuestion(ShownPicture.file(new byte[] {1, 2, 3}), null),
            flat(50, ""));

    assertThat(answers.get(1))
        .isInstanceOfSatisfying(
            Failed.class, failed -> assertThat(failed.reason()).isEqualTo(failure));
    assertThat(answers.get(3))
        .isInstanceOfSatisfying(
            Failed.class, failed -> assertThat(failed.reason()).isEqualTo(Failure.UNREADABLE));
    for (int at : new int[] {0, 2, 4}) {
      assertThat(((Answered) answers.get(at)).vectors().get("seen")[0]).isEqualTo(10 * (at + 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shown | pixel | /inside/seen | the card names the inputs [pixel], and the graph takes"
            + " [pix",
        "shown | pixels | nothing | no node of the graph makes [nothing]; its outputs are [mean, o",
        "unknown-operator | pixels | score | NoSuchOperator",
        "shown | pixels | other | the card names the inputs [pixels], and the graph takes [",
        "shown-last | pixels | /inside/seen | imension",
        "mean-brightness | pixels | score | imension",
      })
  void cardThatDoesNotFitItsModelIsRefusedBeforeAnyQuestion(
      String model, String input, String tensor, String message) throws IOException {
    ProcessCard card =
        Cards.card(
            folder,
            model,
            "picture:\n  tensor: %s\n  side-px: 8\noutputs:\n  n:\n    tensor: %s\n"
                .formatted(input, tensor));

    refuses(card, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8, 99, '', 1 | it has opset 99 of ai.onnx, and 26 is the newest here",
        "99, 13, '', 1 | its IR version is 99, and 13 is the newest here",
        "8, 13, com.microsoft, 1 | its operator Identity of com.microsoft is not known here",
        "8, 13, '', 10 | the tensor score is not float32: export the model with it",
      })
  void whatTheRuntimeDoesNotKnowIsSaidWithTheRemedy(String kind, String message)
      throws IOException {
    Cards.card(folder, "shown", PICTURE + SEEN);
    String[] kinds = kind.replace("''", "").split(", ", -1);
    Files.write(
        folder.resolve("shown.onnx"),
        OnnxBytes.model(
            Integer.parseInt(kinds[0]),
            Integer.parseInt(kinds[1]),
            kinds[2],
            Integer.parseInt(kinds[3])));
    ProcessCard card = Cards.card(folder, "shown", PICTURE + "outputs:\n  n:\n    tensor: score\n");

    refuses(card, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number | index: 3 | outputs.n.index is 3, and the tensor /inside/each has 3 numbers",
        "label | labels: a, b | outputs.n has 2 labels, and the tensor /inside/each has 3 numbers",
      })
  void outputThatTheTensorHasNotIsRefusedBeforeAnyQuestion(String as, String key, String message)
      throws IOException {
    String sections =
        "%soutputs:\n  n:\n    tensor: /inside/each\n    as: %s\n    %s\n"
            .formatted(PICTURE, as, key);

    refuses(Cards.card(folder, "shown", sections), message);
  }

  /** A cascade that finds squares whose right half is the lighter one. */
  private static final String CASCADE =
      """
      <?xml version="1.0"?>
      <opencv_storage><cascade type_id="opencv-cascade-classifier">
      <stageType>BOOST</stageType><featureType>HAAR</featureType><height>20</height><width>20</width>
      <stageParams><maxWeakCount>1</maxWeakCount></stageParams>
      <featureParams><maxCatCount>0</maxCatCount></featureParams><stageNum>1</stageNum>
      <stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold>
      <weakClassifiers><_><internalNodes>0 -1 0 0.5</internalNodes><leafValues>0. 1.</leafValues></_>
      </weakClassifiers></_></stages>
      <features><_><rects><_>0 0 20 20 -1.</_><_>10 0 10 20 2.</_></rects><tilted>0</tilted></_>
      </features></cascade></opencv_storage>
      """;

  private ProcessCard cascade(String file) throws IOException {
    Files.writeString(folder.resolve("steps.xml"), file);
    return Cards.read(
        Files.writeString(
            folder.resolve("steps.yaml"),
            """
            name: steps
            kind: cascade
            file: steps.xml
            licence: Apache-2.0
            source: this test
            outputs:
              steps:
                tensor: count
              largest:
                tensor: largest-share
            """));
  }

  @Test
  void cascadeCountsWhatItFindsAndSaysHowMuchTheLargestCovers() throws IOException {
    byte[] step = new byte[3 * 60 * 40];
    for (int i = 0; i < step.length; i++) {
      step[i] = (byte) (i / 3 % 60 < 30 ? 20 : 220);
    }

    List<ModelAnswer> answers =
        RunModels.ask(
            cascade(CASCADE),
            new ModelQuestion(ShownPicture.raw(step, 60, 40, 3), null),
            flat(90, ""));

    Answered found = (Answered) answers.get(0);
    assertThat(found.numbers().get("steps")).isGreaterThanOrEqualTo(1);
    assertThat(found.numbers().get("largest")).isBetween(20 * 20 / 2400.0, 40 * 40 / 2400.0);
    assertThat(((Answered) answers.get(1)).numbers())
        .containsOnly(Map.entry("steps", 0.0), Map.entry("largest", 0.0));
  }

  @Test
  void fileThatIsNoCascadeIsRefused() throws IOException {
    refuses(cascade("<?xml version=\"1.0\"?><a/>"), "no cascade of OpenCV");
  }

  @Test
  void numberThatIsNotFiniteIsAnOddAnswer() throws IOException {
    ProcessCard card = Cards.card(folder, "shown", PICTURE + "  deviation: 1e-300, 1, 1\n" + SEEN);

    refuses(card, "a number that is not finite");
  }

  @Test
  void modelThatWasExchangedIsNotAsked() throws IOException {
    ProcessCard card = Cards.card(folder, "shown", PICTURE + SEEN);
    Files.write(card.files().get(0).path(), Files.readAllBytes(Cards.model("shown-last")));

    refuses(card, "has changed since the card was read");
  }

  @Test
  void poolWithoutItsProgramWaitsForBetterTimes() throws IOException {
    ProcessCard card = Cards.card(folder, "shown", PICTURE + SEEN);
    WorkerSettings nowhere = WorkerSettings.of("/nowhere", 1);

    try (ModelPool pool = new ModelPool(card, nowhere, 1)) {
      assertThatThrownBy(pool::rehearse).isInstanceOf(ModelUnavailableException.class);
    }
  }
}
