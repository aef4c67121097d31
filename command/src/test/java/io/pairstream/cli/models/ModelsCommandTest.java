package io.pairstream.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void checkSaysAllMistakesOrThatTheModelFits() throws IOException {
    Ended.after("models check", wrongCard().toString())
        .failed(
            ExitStatus.FOUND_WRONG, "batch: 0 is out of range", "picture.side: no such setting");

    Ended good = Ended.after("models check", card.toString()).done();
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
                "models try", card.toString(), folder.toString(), "--json", "--sheet", "" + sheet)
            .ended(ExitStatus.FOUND_WRONG);

    JsonNode answers = new JsonMapper().readTree(tried.out()).path("answers");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).at("/numbers/red").doubleValue()).isEqualTo(200);
    assertThat(answers.get(1).at("/vectors/seen")).hasSize(192);
    assertThat(answers.get(2).path("failure").textValue()).isEqualTo("unreadable");
    assertThat(Files.readString(sheet))
        .contains("src=\"data:image/jpeg;base64,", "red 200.0", "a.png", "unreadable")
        .doesNotContain("http://", "https://");

    Ended table =
        Ended.after("models try", card.toString(), folder.resolve("b.png").toString()).done();
    assertThat(table.out())
        .containsPattern("red +seen\\R")
        .containsPattern("30.00 +192 numbers: 30.00 … +.*b.png");
  }

  private Path apiCard(String variable) throws IOException {
    return Files.writeString(
        folder.resolve("api.yaml"),
        """
        name: eyes
        kind: api
        licence: as the provider says
        source: a test
        api:
          base-url: http://127.0.0.1:1/v1
          model: m-1
          prompt: Describe it.
        """
            + (variable.isEmpty() ? "" : "  key-variable: " + variable + "\n"));
  }

  /** A variable that is set on every machine stands for a secret. */
  @Test
  void aCardGetsOnlyAllowedVariablesAndCheckSaysWhatLeavesTheMachine() throws IOException {
    String secret = apiCard("PATH").toString();
    picture("a.png", 200);
    for (String command : List.of("models check", "models try")) {
      String[] path = command.endsWith("try") ? new String[] {folder.toString()} : new String[0];
      List<String> words = new ArrayList<>(List.of(secret));
      words.addAll(List.of(path));
      Ended.after(command, words.toArray(String[]::new))
          .failed(
              ExitStatus.FOUND_WRONG,
              "sends pictures to 127.0.0.1:1 with the key in PATH",
              "--key-variable PATH");
    }
    assertThat(Ended.after("models check", secret, "--key-variable", "OTHER,PATH").out())
        .contains("it sends pictures to 127.0.0.1:1 with the key in PATH");

    assertThat(Ended.after("models check", apiCard("").toString(), "--json").out())
        .contains("sends pictures to 127.0.0.1:1 without a key");
    Ended.after("models check", apiCard("NO_SUCH_API_KEY").toString())
        .failed(ExitStatus.FOUND_WRONG, "the environment variable NO_SUCH_API_KEY is not set");
  }

  @Test
  void trySaysWhatLeavesTheMachineAndEndsWhereTheApiRejectsWhateverItIsAsked() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(400, -1);
          exchange.close();
        });
    server.start();
    try {
      String host = "127.0.0.1:" + server.getAddress().getPort();
      Path api = apiCard("");
      Files.writeString(api, Files.readString(api).replace("127.0.0.1:1", host));
      picture("a.png", 200);

      Ended.after("models try", api.toString(), folder.resolve("a.png").toString())
          .failed(
              ExitStatus.FOUND_WRONG,
              "eyes sends pictures to %s without a key".formatted(host),
              "card eyes: the API answered with status 400; it says so of any picture");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void filesOfACardLieBesideItUnlessTheCommandLineSaysOtherwise() throws IOException {
    Path below = Files.createDirectories(folder.resolve("below"));
    String text = Files.readString(card).replace("file: shown", "file: ../shown");
    String labels =
        text.replace(
            "tensor: /inside/each",
            "tensor: /inside/seen\n    as: label\n    label-file: /etc/passwd");
    Path outside = Files.writeString(below.resolve("mean.yaml"), text);

    Ended.after("models check", outside.toString())
        .failed(
            ExitStatus.FOUND_WRONG,
            "is outside of the folder of mean.yaml",
            "--files-from " + folder);
    try {
      assertThat(
              Ended.after("models check", outside.toString(), "--files-from", folder.toString())
                  .status())
          .isEqualTo(ExitStatus.DONE);
      Files.writeString(outside, labels);
      Ended.after("models check", outside.toString())
          .failed(ExitStatus.FOUND_WRONG, "/etc/passwd is outside of the folder of mean.yaml");
    } finally {
      System.clearProperty(RecipeReader.FILES_FROM);
    }
  }
}
