package io.pairstream.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tiny model that {@code onnx_models.py} of {@code image-worker} made: the mean of what it sees.
 */
class ModelsCommandTest {

  @TempDir private Path folder;
  private Path card;

  @BeforeEach
  void lay() throws IOException {
    try (InputStream model = ModelsCommandTest.class.getResourceAsStream("shown.onnx")) {
      Files.copy(model, folder.resolve("shown.onnx"));
    }
    card =
        Files.writeString(
            folder.resolve("mean.yaml"),
            """
            name: light
            file: shown.onnx
            licence: Apache-2.0
            source: made by a script
            batch: 2
            picture:
              tensor: pixels
              side-px: 8
            outputs:
              red:
                tensor: /inside/each
              seen:
                tensor: /inside/seen
                as: vector
            """);
  }

  private void picture(String name, int red) throws IOException {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setPaint(new Color(red, 0, 0));
    pen.fillRect(0, 0, 20, 20);
    pen.dispose();
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  private Path wrongCard() throws IOException {
    return Files.writeString(
        folder.resolve("wrong.yaml"),
        Files.readString(card).replace("batch: 2", "batch: 0").replace("side-px", "side"));
  }

  @Test
  void lsListsCardsAndWhatIsWrong() throws IOException {
    Ended good = Ended.after("models ls", folder.toString());

    assertThat(good.status()).isEqualTo(ExitStatus.DONE);
    assertThat(good.out()).containsPattern("mean.yaml +light +picture +red, seen");

    wrongCard();
    Ended.after("models ls", folder.toString())
        .failed(ExitStatus.FOUND_WRONG, "batch: 0 is out of range: must be 1 to 64");
  }

  @Test
  void checkSaysAllMistakesOrThatTheModelFits() throws IOException {
    Ended.after("models check", wrongCard().toString())
        .failed(
            ExitStatus.FOUND_WRONG, "batch: 0 is out of range", "picture.side: no such setting");

    Ended good = Ended.after("models check", card.toString());
    assertThat(good.status()).isEqualTo(ExitStatus.DONE);
    assertThat(good.out())
        .startsWith("light is good")
        .containsPattern("answers +red: number, seen");

    Path other =
        Files.writeString(card, Files.readString(card).replace("tensor: pixels", "tensor: pixel"));
    Ended.after("models check", other.toString())
        .failed(ExitStatus.FOUND_WRONG, "the card names the inputs [pixel]");
    Ended.after("models check", folder.resolve("none.yaml").toString())
        .failed(ExitStatus.COULD_NOT, "there is no card ");
  }

  @Test
  void tryAnswersOnFilesAsATableAsJsonAndOnASheet() throws IOException {
    picture("a.png", 200);
    picture("b.png", 30);
    Files.write(folder.resolve("c.jpg"), new byte[] {1, 2, 3});
    Path sheet = folder.resolve("sheet.html");

    Ended tried =
        Ended.after(
            "models try", card.toString(), folder.toString(), "--json", "--sheet", "" + sheet);

    assertThat(tried.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    JsonNode answers = new JsonMapper().readTree(tried.out()).path("answers");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).at("/numbers/red").doubleValue()).isEqualTo(200);
    assertThat(answers.get(1).at("/vectors/seen")).hasSize(192);
    assertThat(answers.get(2).path("failure").textValue()).isEqualTo("unreadable");
    assertThat(Files.readString(sheet))
        .contains("src=\"data:image/jpeg;base64,", "red 200.0", "a.png", "unreadable")
        .doesNotContain("http://", "https://");

    Ended table = Ended.after("models try", card.toString(), folder.resolve("b.png").toString());
    assertThat(table.status()).isEqualTo(ExitStatus.DONE);
    assertThat(table.out())
        .containsPattern("red +seen\\R")
        .containsPattern("30.00 +192 numbers: 30.00 … +.*b.png");
  }
}
