package io.pairstream.image.card;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Cards of the tiny models that {@code src/test/reference/onnx_models.py} makes. */
public final class Cards {

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

  /** A card with these sections, read. */
  public static ModelCard card(Path folder, String model, String sections) throws IOException {
    return ModelCard.read(file(folder, model, sections));
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
