package io.pairstream.image.worker.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.card.Cards;
import io.pairstream.image.plan.CaptionWriting;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.ShownPicture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tiny captioner beside transformers' own {@code generate}: {@code caption_reference.py}. */
class CaptionModelTest {

  @TempDir private Path folder;

  /**
   * A line of the reference.
   *
   * @param colour red, green, blue
   * @param keys of the card's section {@code decoder}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Golden(byte[] colour, String keys, List<Integer> ids) {

    static Golden of(String line) {
      String[] parts = line.split("\t");
      List<Integer> colour = numbers(parts[0]);
      return new Golden(
          new byte[] {
            colour.get(0).byteValue(), colour.get(1).byteValue(), colour.get(2).byteValue()
          },
          "  prompt: \"%s\"\n  beams: %s\n  length-penalty: %s\n  most-tokens: %s\n"
              .formatted(parts[1], parts[2], parts[3], parts[4]),
          numbers(parts[5]));
    }

    private static List<Integer> numbers(String text) {
      return Stream.of(text.split(",")).map(Integer::valueOf).toList();
    }
  }

  private static Stream<String> lines() throws IOException {
    try (InputStream in =
        CaptionModelTest.class.getResourceAsStream("/io/pairstream/image/caption-golden.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
    }
  }

  private CaptionModel model(String decoder, String keys, UnaryOperator<String> change)
      throws IOException {
    Cards.captioner(folder, decoder, keys);
    Path yaml = folder.resolve("tiny.yaml");
    Files.writeString(yaml, change.apply(Files.readString(yaml)));
    ModelPlan plan = Cards.read(yaml).plan(1);
    return new CaptionModel(
        plan, (CaptionWriting) plan.task(), new OnnxRuntime(plan, new ModelFiles(plan)));
  }

  private static Item item(byte[] colour) {
    byte[] pixels = new byte[3 * 8 * 8];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = colour[i % 3];
    }
    return new Item(Optional.of(ShownPicture.raw(pixels, 8, 8, 3)), List.of(), 0);
  }

  /** Greedy and with beams, lengths rewarded, punished and neither, with and without a prompt. */
  @ParameterizedTest
  @ValueSource(strings = {"caption-decoder", "caption-decoder-masked"})
  void idsAreThoseOfTransformers(String decoder) throws IOException {
    String mask = decoder.endsWith("masked") ? "  mask: encoder_attention_mask\n" : "";
    Map<String, List<Golden>> byKeys =
        lines()
            .map(Golden::of)
            .collect(Collectors.groupingBy(Golden::keys, LinkedHashMap::new, Collectors.toList()));
    assertThat(byKeys).hasSize(24);

    for (Map.Entry<String, List<Golden>> card : byKeys.entrySet()) {
      List<ItemReply> replies =
          model(decoder, mask + card.getKey(), yaml -> yaml)
              .ask(card.getValue().stream().map(golden -> item(golden.colour())).toList());
      for (int i = 0; i < replies.size(); i++) {
        List<Integer> expected = card.getValue().get(i).ids();
        boolean ends = expected.get(expected.size() - 1) == 2;
        assertThat(replies.get(i))
            .as("%s of picture %d", card.getKey(), i)
            .isEqualTo(new Written(ends ? expected.subList(0, expected.size() - 1) : expected));
      }
    }
  }

  /** No text of this decoder says id 19. */
  @ParameterizedTest
  @CsvSource({"1, 7", "4, 40"})
  void decoderThatNeverEndsStopsAtItsLimit(int beams, int most) throws IOException {
    CaptionModel model =
        model(
            "caption-decoder",
            "  beams: %d\n  most-tokens: %d\n".formatted(beams, most),
            yaml -> yaml.replace("end: 2\n", "end: 19\n"));

    ItemReply reply = model.ask(List.of(item(new byte[] {(byte) 250, 20, 30}))).get(0);

    assertThat(((Written) reply).ids()).hasSize(most).doesNotContain(19);
  }
}
