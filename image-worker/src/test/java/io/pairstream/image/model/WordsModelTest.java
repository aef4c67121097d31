package io.pairstream.image.model;

import static io.pairstream.image.model.RunModels.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.image.Pictures;
import io.pairstream.image.card.Cards;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two tiny graphs: what is light is text, and the colours of a line are its characters. */
class WordsModelTest {

  private static final String DICTIONARY = "none\n蓝\ng\nr\n";

  @TempDir private Path folder;

  private ProcessCard card(String finder, String dictionary, String lines) throws IOException {
    Files.copy(Cards.model(finder), folder.resolve("find.onnx"));
    Files.copy(Cards.model("text-reader"), folder.resolve("read.onnx"));
    Files.writeString(folder.resolve("characters.txt"), dictionary);
    return Cards.read(
        Files.writeString(
            folder.resolve("words.yaml"),
            """
            name: words
            kind: ocr
            file: find.onnx
            recognition:
              file: read.onnx
            dictionary:
              file: characters.txt
            licence: Apache-2.0
            source: made by a script
            lines:
              shorter-side-px: 32
              growth: 0
            %soutputs:
              area:
                tensor: share
              lines:
                tensor: lines
              words:
                tensor: words
            """
                .formatted(lines)));
  }

  private static List<ModelAnswer> ask(ProcessCard card, BufferedImage... pictures) {
    return RunModels.ask(
        card,
        Stream.of(pictures)
            .map(picture -> ShownPicture.file(Pictures.png(picture, false)))
            .map(shown -> new ModelQuestion(shown, null))
            .toArray(ModelQuestion[]::new));
  }

  private static BufferedImage black(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  private static void bar(BufferedImage picture, int x, int y, int width, Color... colours) {
    Graphics2D pen = picture.createGraphics();
    for (int i = 0; i < colours.length; i++) {
      pen.setColor(colours[i]);
      pen.fillRect(x + i * width / colours.length, y, width / colours.length, 24);
    }
    pen.dispose();
  }

  @Test
  void linesAreReadFromTheTopAndFromTheLeft() throws IOException {
    BufferedImage picture = black(320, 160);
    bar(picture, 170, 20, 120, Color.RED, Color.GREEN);
    bar(picture, 20, 24, 120, Color.BLUE, Color.RED, Color.BLUE);
    bar(picture, 40, 100, 200, Color.GREEN, Color.BLUE);

    List<ModelAnswer> answers = ask(card("text-finder", DICTIONARY, ""), picture, black(320, 160));

    Answered read = (Answered) answers.get(0);
    assertThat(read.texts()).containsExactly(Map.entry("words", "蓝r蓝\nrg\ng蓝"));
    assertThat(read.numbers().get("lines")).isEqualTo(3);
    assertThat(read.numbers().get("area"))
        .isCloseTo((120 + 120 + 200) * 24 / (320.0 * 160), within(0.01));
    Answered nothing = (Answered) answers.get(1);
    assertThat(nothing.texts()).containsExactly(Map.entry("words", ""));
    assertThat(nothing.numbers()).containsOnly(Map.entry("area", 0.0), Map.entry("lines", 0.0));
  }

  @Test
  void linesThatAreNotSureAndThoseBeyondTheMostAreLeftOut() throws IOException {
    BufferedImage picture = black(320, 200);
    bar(picture, 20, 20, 200, Color.GREEN, Color.BLUE);
    bar(picture, 20, 80, 200, new Color(170, 170, 170));
    bar(picture, 20, 140, 200, Color.RED, Color.BLUE);

    ProcessCard card = card("text-finder", DICTIONARY, "  most: 2\n  line-above: 0.6\n");

    assertThat(((Answered) ask(card, picture).get(0)).texts())
        .containsExactly(Map.entry("words", "g蓝"));
  }

  @Test
  void wordsHaveABound() throws IOException {
    BufferedImage picture = black(320, 200);
    bar(picture, 20, 20, 200, Color.BLUE, Color.RED, Color.BLUE);
    String longNames = "none\na" + "𠀀".repeat(3_001) + "\ng\n" + "r".repeat(999) + "\n";

    Answered answer = (Answered) ask(card("text-finder", longNames, ""), picture).get(0);

    assertThat(answer.texts().get("words"))
        .hasSize(TextReading.MOST_CHARACTERS - 1)
        .matches("a𠀀+");
  }

  @Test
  void pictureThatCannotBeReadHasNoWords() throws IOException {
    ProcessCard card = card("text-finder", DICTIONARY, "");

    ModelQuestion broken = new ModelQuestion(ShownPicture.file(new byte[] {1, 2}), null);

    assertThat(((Failed) RunModels.ask(card, broken).get(0)).reason())
        .isEqualTo(Failure.UNREADABLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text-finder | the dictionary is of another graph: its length is 2, where 4 is wanted",
        "words | find.onnx has 2 inputs; a graph for text has one",
      })
  void cardThatDoesNotFitItsGraphsIsRefused(String finder, String message) throws IOException {
    refuses(card(finder, "none\na\n", ""), message);
  }

  /** A process may be under an attacker's control. */
  @ParameterizedTest
  @ValueSource(strings = {"a\u001b[2J", "a\u0000", "long"})
  void wordsThatNoGraphWouldSayAreAnOddAnswer(String words) throws IOException {
    ReplyCheck check = new ReplyCheck(card("text-finder", DICTIONARY, ""));
    String text = words.equals("long") ? "a".repeat(TextReading.MOST_CHARACTERS + 1) : words;
    ItemReply item =
        new Given(Map.of("area", 0.0, "lines", 0.0), Map.of(), Map.of(), Map.of("words", text));

    assertThatThrownBy(() -> check.answers(new ModelReply(7, List.of(item)), 7, 1))
        .isInstanceOf(OddAnswerException.class)
        .hasMessageContaining("words is too long, or has control characters");
  }

  @Test
  void graphThatWasExchangedIsNotAsked() throws IOException {
    ProcessCard card = card("text-finder", DICTIONARY, "");
    Files.writeString(folder.resolve("characters.txt"), "none\nx\ny\nz\n");

    refuses(card, "characters.txt of the card words has changed");
  }
}
