package io.pairstream.image.card;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Cards of the tiny models that {@code src/test/reference/onnx_models.py} makes. */
public final class Cards {

  private static final String CAPTIONER =
      """
      kind: captioner
      picture:
        tensor: pixel_values
        side-px: 8
        scale: 0.00392156862745098
      decoder:
        file: decoder.onnx
        start: 1
        end: 2
      %svocabulary:
        file: tokenizer.json
      outputs:
        caption:
          tensor: words
      """;

  private Cards() {}

  /** The file of a tiny model. */
  public static Path model(String name) {
    try {
      return Path.of(
          Cards.class.getResource("/io/pairstream/image/models/" + name + ".onnx").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A card of the tiny captioner, whose files are copied beside it, read.
   *
   * @param decoder name of the decoder's file
   * @param keys lines of the card's section {@code decoder}
   */
  public static CaptionerCard captioner(Path folder, String decoder, String keys)
      throws IOException {
    return (CaptionerCard) ModelCard.read(captionerFile(folder, decoder, keys));
  }

  static Path captionerFile(Path folder, String decoder, String keys) throws IOException {
    Path tokenizer = model("caption-encoder").resolveSibling("caption-tokenizer.json");
    StandardCopyOption again = StandardCopyOption.REPLACE_EXISTING;
    Files.copy(tokenizer, folder.resolve("tokenizer.json"), again);
    Files.copy(model(decoder), folder.resolve("decoder.onnx"), again);
    return file(folder, "caption-encoder", CAPTIONER.formatted(keys));
  }

  /** A card with these sections, read. */
  public static OnnxCard card(Path folder, String model, String sections) throws IOException {
    return (OnnxCard) ModelCard.read(file(folder, model, sections));
  }

  /** A card of a model in files. */
  public static ProcessCard read(Path yaml) throws IOException {
    return (ProcessCard) ModelCard.read(yaml);
  }

  /** A card of a tiny model, which is copied beside it. */
  static Path file(Path folder, String model, String sections) throws IOException {
    Path copy = folder.resolve(model + ".onnx");
    if (Files.notExists(copy)) {
      Files.copy(model(model), copy);
    }
    String head =
        "name: tiny\nfile: %s.onnx\nlicence: Apache-2.0\nsource: made by a script\n"
            .formatted(model);
    return Files.writeString(folder.resolve("tiny.yaml"), head + sections);
  }
}
