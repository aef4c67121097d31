package io.pairstream.image.card;

import io.pairstream.cleaning.python.PythonCode;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.Activation;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.ModelOutput.Length;
import io.pairstream.image.plan.ModelOutput.Pool;
import io.pairstream.image.plan.PictureInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A function or a class in Python, which is shown batches of pictures, captions or both.
 *
 * @param fitted how a picture is scaled before it is shown; as it is stored where empty
 * @param seesPicture whether it is shown {@code pictures}, a list of uint8 [height, width, 3], RGB
 * @param seesCaption whether it is shown {@code captions}, a list of texts
 * @param run how its processes are run
 */
public record PythonCard(
    CardFacts facts,
    PythonCode code,
    Optional<PictureInput> fitted,
    boolean seesPicture,
    boolean seesCaption,
    Run run)
    implements ModelCard {

  /** Keys on which no answer depends. */
  static final Set<String> BESIDE_THE_ANSWER =
      Set.of("python", "processes", "gpu", "memory-mb", "start-s", "network", "reads");

  private static final List<String> FITS = List.of("none", "crop", "pad", "stretch");

  /**
   * How processes are run.
   *
   * @param processes most at a time
   * @param gpu whether each sees a GPU
   * @param memoryMb most memory of each
   * @param start time for its import and its set-up
   * @param network whether it sees the network
   * @param reads what it may read beside its files
   */
  public record Run(
      int processes,
      boolean gpu,
      int memoryMb,
      Duration start,
      boolean network,
      List<Path> reads) {}

  static PythonCard read(CardReader card) {
    RecipeReader keys = card.keys();
    PythonCode code = PythonCode.read(keys, "");
    boolean seesPicture = keys.hasSection("picture");
    boolean seesCaption = keys.hasSection("caption");
    if (!seesPicture && !seesCaption) {
      keys.problem("", "the model sees nothing: add picture: {fit: none}, caption: {} or both");
    }
    Optional<PictureInput> fitted =
        seesPicture
                && !keys.choice("picture.fit", "none", FITS.toArray(String[]::new)).equals("none")
            ? Optional.of(card.scaling())
            : Optional.empty();
    Run run =
        new Run(
            keys.integer("processes", 1, 1, 64),
            keys.flag("gpu", false),
            keys.integer("memory-mb", 4_096, 64, 1 << 20),
            Duration.ofSeconds(keys.integer("start-s", 300, 1, 3_600)),
            keys.flag("network", false),
            reads(keys));
    List<ModelOutput> outputs = card.outputs(name -> output(card, name));
    boolean writes = card.asPairs();
    if (writes && (outputs.size() != 1 || outputs.get(0).as() != As.TEXT)) {
      keys.problem("as-pairs", "is for a model that writes one text and nothing else");
    }
    return new PythonCard(
        card.facts(
            code.allFiles(),
            outputs,
            keys.integer("batch", 1, 1, 256),
            card.perQuestion(),
            seesPicture ? card.rendition() : "",
            writes),
        code,
        fitted,
        seesPicture,
        seesCaption,
        run);
  }

  private static List<Path> reads(RecipeReader keys) {
    return Arrays.stream(keys.text("reads", "").split(",", -1))
        .filter(path -> !path.isBlank())
        .map(path -> keys.folder().resolve(path.strip()))
        .toList();
  }

  private static ModelOutput output(CardReader card, String name) {
    String section = "outputs." + name + ".";
    card.checkName(section + "as", name);
    As as = card.keys().choice(section + "as", As.NUMBER);
    if (as == As.SHARE) {
      card.keys().problem(section + "as", "a function gives a number, label, vector or text");
    }
    List<String> labels = as == As.LABEL ? OnnxCard.labels(card.keys(), section) : List.of();
    return new ModelOutput(name, "", as, Activation.NONE, 0, 0, labels, Pool.NONE, Length.KEPT);
  }

  /** Names of the arguments that the function is shown. */
  public List<String> arguments() {
    return Stream.of(seesPicture ? "pictures" : "", seesCaption ? "captions" : "")
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
