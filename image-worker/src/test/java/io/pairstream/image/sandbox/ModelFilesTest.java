package io.pairstream.image.sandbox;

import static io.pairstream.image.model.OnnxBytes.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.Pictures;
import io.pairstream.image.card.Cards;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.OnnxBytes;
import io.pairstream.image.model.OnnxBytes.Place;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.ModelRequest;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.process.OpeningModel;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models where a process has no namespaces, as in a container, and the files they can read. */
@EnabledOnOs(OS.LINUX)
class ModelFilesTest {

  private static final String MODEL_MAIN = "io.pairstream.image.worker.process.ModelMain";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @TempDir private Path folder;

  /** A card in a folder of its own, beside which a secret lies. */
  private ProcessCard card(byte[] model, String tensor, String keys) throws IOException {
    Path cards = Files.createDirectories(folder.resolve("cards"));
    Files.writeString(folder.resolve("secret.txt"), "a secret of the service");
    Files.writeString(cards.resolve("secret.txt"), "a secret beside the model");
    Path link = cards.resolve("link.txt");
    if (Files.notExists(link)) {
      Files.createSymbolicLink(link, folder.resolve("secret.txt"));
    }
    Files.write(cards.resolve("model.onnx"), model);
    return Cards.read(
        Files.writeString(
            cards.resolve("card.yaml"),
            """
            name: reader
            file: model.onnx
            licence: none
            source: this test
            batch: 1
            %spicture:
              tensor: pixels
              side-px: 8
            outputs:
              read:
                tensor: %s
                as: vector
            """
                .formatted(keys, tensor)));
  }

  private static ItemReply ask(ProcessCard card, String main, Launcher wall) throws Exception {
    Walls.assumeToBeHad(wall);
    try (Confinement confinement =
        new Confinement(Pictures.settings(classPath(), 1), main, 4L << 30, wall)) {
      ConfinedProcess process =
          confinement.start(
              ImageWindow.none(), card.files().stream().map(file -> file.path()).toList());
      process.greet(LIMIT);
      Item item = new Item(Optional.of(ShownPicture.raw(new byte[192], 8, 8, 3)), List.of(), 0);
      ModelRequest request = new ModelRequest(7, Optional.of(card.plan(2)), List.of(item));
      return process.ask(7, LIMIT, request::writeTo, ModelReply::readFrom).answer().items().get(0);
    }
  }

  /** With the classes of tests. */
  private static String classPath() {
    return System.getProperty("pairstream.worker.classpath")
        + File.pathSeparator
        + OpeningModel.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static String read(ItemReply reply) {
    if (reply instanceof NoAnswer none) {
      return none.detail();
    }
    StringBuilder text = new StringBuilder();
    ((Given) reply).vectors().get("read").forEach(n -> text.append((char) n.intValue()));
    return text.toString();
  }

  /** By path and from bytes, as the runtime loads whole models and parts of them. */
  @ParameterizedTest
  @CsvSource({"WEIGHTS, sum, ../secret.txt", "NESTED, score, /etc/passwd"})
  void modelIsRefusedForAFileThatItsCardDoesNotName(Place place, String tensor, String file)
      throws Exception {
    byte[] model = OnnxBytes.model(place, file);
    ItemReply reply = ask(card(model, tensor, ""), MODEL_MAIN, Launcher.PRLIMIT);

    assertThat(read(reply)).contains("in the file '" + file + "' too, which the card does not");
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({
    "WEIGHTS, sum, secret.txt",
    "WEIGHTS, score, secret.txt",
    "WEIGHTS, sum, ../../../../../../../../etc/passwd",
    "WEIGHTS, sum, /etc/passwd",
    "WEIGHTS, score, link.txt",
    "CONSTANT, sum, secret.txt",
    "SPARSE, score, secret.txt",
    "WEIGHTS, sum, */_ORT_MEM_ADDR_/*",
  })
  void modelIsRefusedForAFurtherFile(Place place, String tensor, String file) throws Exception {
    modelIsRefusedForAFileThatItsCardDoesNotName(place, tensor, file);
  }

  @ParameterizedTest
  @MethodSource("usualWalls")
  void weightsInAFileOfTheCardAreRead(Launcher wall) throws Exception {
    byte[] bytes = "0123456789abcdef+".getBytes(StandardCharsets.US_ASCII);
    Files.createDirectories(folder.resolve("cards"));
    Files.write(folder.resolve("cards/model.onnx_data"), bytes);
    String keys = "weights:\n  all:\n    file: model.onnx_data\n";
    byte[] model = OnnxBytes.model(Place.WEIGHTS, "model.onnx_data");
    String tensor = wall == Launcher.PRLIMIT ? "score" : "sum";

    ItemReply reply = ask(card(model, tensor, keys), MODEL_MAIN, wall);

    assertThat(read(reply)).isEqualTo(new String(bytes, 0, WEIGHTS, StandardCharsets.US_ASCII));
  }

  static Stream<Launcher> usualWalls() {
    return Stream.of(Walls.best(), Launcher.PRLIMIT).distinct();
  }

  /** A model that breaks into its process finds the filter in force. */
  @ParameterizedTest
  @CsvSource({"secret.txt", "../secret.txt"})
  void processOpensNothingWhenItsModelIsLoaded(String file) throws Exception {
    byte[] model = OnnxBytes.model(Place.WEIGHTS, file);
    ItemReply reply = ask(card(model, "sum", ""), OpeningModel.class.getName(), Launcher.PRLIMIT);

    assertThat(read(reply)).isEqualTo("/etc/passwd: Operation not permitted, not loaded");
  }
}
