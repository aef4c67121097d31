package io.pairstream.image.card;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.PictureInput.Channels;
import io.pairstream.image.plan.PictureInput.Fit;
import io.pairstream.image.plan.PictureInput.Layout;
import io.pairstream.image.plan.PictureInput.Resampling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a model card key by key: here what several kinds have, in each kind's record its own keys.
 * Not thread-safe.
 */
final class CardReader {

  /** Kinds of cards; the key {@code kind} has their names. */
  private enum Kind {
    ONNX(OnnxCard::read),
    CASCADE(CascadeCard::read),
    OCR(OcrCard::read),
    CAPTIONER(CaptionerCard::read),
    API(ApiCard::read),
    PYTHON(PythonCard::read);

    private final Function<CardReader, ModelCard> reader;

    Kind(Function<CardReader, ModelCard> reader) {
      this.reader = reader;
    }
  }

  private static final long LARGEST_MODEL_BYTES = Integer.MAX_VALUE;
  private static final long LARGEST_WEIGHTS_BYTES = 64L << 30;
  private static final int MOST_OUTPUTS = 16;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** Keys on which no answer depends, beside those of files' digests. */
  private static final Set<String> BESIDE_THE_ANSWER =
      Set.of(
          "name",
          "licence",
          "source",
          "batch",
          "max-ms",
          "picture.of",
          "api.base-url",
          "api.key-variable",
          "api.max-tokens-parameter",
          "api.requests-per-minute",
          "api.concurrency",
          "api.most-calls",
          "api.timeout-s",
          "as-pairs");

  private static final NamedFile NO_FILE = new NamedFile(Path.of(""), "");

  private final RecipeReader keys;
  private final String name;
  private final Kind kind;
  private final String licence;
  private final String source;

  private CardReader(RecipeReader keys) {
    this.keys = keys;
    name = required("name", "name the card");
    checkName("name", name);
    kind = keys.choice("kind", Kind.ONNX);
    licence = required("licence", "name the licence of the weights");
    source = required("source", "say where the file comes from");
  }

  static ModelCard read(Path yaml) throws IOException {
    CardReader card = new CardReader(RecipeReader.parse(yaml.toString(), RecipeFile.text(yaml)));
    try {
      return card.kind.reader.apply(card);
    } catch (InvalidRecipeException e) {
      throw new InvalidCardException(
          e.problems().stream()
              .map(problem -> "\n  " + yaml + ", " + problem)
              .distinct()
              .collect(Collectors.joining("", "the model card is refused:", "")));
    }
  }

  RecipeReader keys() {
    return keys;
  }

  /**
   * Ends the reading.
   *
   * @throws InvalidRecipeException with all problems, if there is one
   */
  CardFacts facts(
      List<NamedFile> files,
      List<ModelOutput> outputs,
      int batch,
      Duration perQuestion,
      String rendition,
      boolean writesPairs) {
    String digest = digest(keys.finish());
    return new CardFacts(
        name, files, licence, source, digest, outputs, batch, perQuestion, rendition, writesPairs);
  }

  private static String digest(Map<String, String> inForce) {
    String all =
        inForce.entrySet().stream()
            .filter(entry -> !BESIDE_THE_ANSWER.contains(entry.getKey()))
            .filter(entry -> !PythonCard.BESIDE_THE_ANSWER.contains(entry.getKey()))
            .filter(entry -> !entry.getKey().endsWith("sha256"))
            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
            .collect(Collectors.joining());
    return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
  }

  int batch() {
    return keys.integer("batch", 1, 1, 64);
  }

  Duration perQuestion() {
    return Duration.ofMillis(keys.integer("max-ms", 5_000, 10, 600_000));
  }

  /** Name of the rendition that is shown; empty for the main picture. */
  String rendition() {
    String name = keys.text("picture.of", "main");
    return name.equals("main") ? "" : name;
  }

  boolean asPairs() {
    return keys.flag("as-pairs", false);
  }

  void checkName(String key, String name) {
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      keys.problem(key, "a name is made of a to z, 0 to 9, - and _, at most 40 of them");
    }
  }

  String required(String key, String todo) {
    String text = keys.text(key, "");
    if (text.isBlank()) {
      keys.problem(key, "is missing: " + todo);
    }
    return text;
  }

  /** The model's own file, and those of its weights; a kind adds what else it reads. */
  List<NamedFile> files() {
    List<NamedFile> files = new ArrayList<>(List.of(file("")));
    keys.sections("weights").forEach(each -> files.add(file("weights." + each + ".")));
    return files;
  }

  /**
   * A file of the model; one without a path after a problem, which is noted.
   *
   * @param section empty, or what stands before the keys, with its dot
   */
  NamedFile file(String section) {
    String key = section + "file";
    boolean weights = section.startsWith("weights.");
    Optional<NamedFile> file =
        keys.file(key, weights ? LARGEST_WEIGHTS_BYTES : LARGEST_MODEL_BYTES);
    if (file.isEmpty() && keys.text(key, "").isEmpty()) {
      keys.problem(key, "is missing: name the model's file, relative to the card");
    } else if (file.isEmpty()) {
      keys.problem(key, "get it: " + source);
    }
    NamedFile found = file.orElse(NO_FILE);
    checkDigest(section + "sha256", found);
    return found;
  }

  private void checkDigest(String key, NamedFile file) {
    String expected = keys.text(key, "");
    if (!expected.isEmpty() && !DIGEST.matcher(expected).matches()) {
      keys.problem(key, "is 64 digits 0 to 9 and a to f");
    } else if (!file.sha256().isEmpty() && !expected.isEmpty() && !expected.equals(file.sha256())) {
      keys.problem(key, "the file has " + file.sha256() + ": it is another one than the card's");
    }
  }

  /** Checks the digest of a section's file, if it says one; the file is read elsewhere. */
  void checkTokenizer(String section) {
    String key = section + ".sha256";
    if (!keys.text(key, "").isEmpty()) {
      checkDigest(key, keys.file(section + ".file", LARGEST_MODEL_BYTES).orElse(NO_FILE));
    }
  }

  /** How a graph is shown a picture. */
  PictureInput picture() {
    PictureInput scaled = scaling();
    return new PictureInput(
        required("picture.tensor", "name the graph's input for pixels"),
        scaled.fit(),
        scaled.resizePx(),
        scaled.sidePx(),
        scaled.resampling(),
        scaled.padLevel(),
        keys.integer("picture.jpeg-round-trip", 0, 0, 100),
        keys.choice("picture.channels", Channels.RGB),
        keys.choice("picture.layout", Layout.NCHW),
        keys.number("picture.scale", 1, -1e6, 1e6),
        three("picture.mean", "0, 0, 0"),
        three("picture.deviation", "1, 1, 1"));
  }

  /** How a picture is scaled whose levels are shown as they are. */
  PictureInput scaling() {
    Fit fit = keys.choice("picture.fit", Fit.CROP);
    int side = keys.integer("picture.side-px", 224, 8, 1024);
    return new PictureInput(
        "",
        fit,
        fit == Fit.PAD ? side : keys.integer("picture.resize-px", side, side, 2048),
        side,
        keys.choice("picture.resampling", Resampling.BICUBIC),
        fit == Fit.PAD ? keys.integer("picture.pad-level", 0, 0, 255) : 0,
        0,
        Channels.RGB,
        Layout.NHWC,
        1,
        List.of(0.0, 0.0, 0.0),
        List.of(1.0, 1.0, 1.0));
  }

  private List<Double> three(String key, String preset) {
    try {
      List<Double> numbers =
          Arrays.stream(keys.text(key, preset).split(",", -1)).map(Double::valueOf).toList();
      if (numbers.size() == 3
          && numbers.stream().allMatch(Double::isFinite)
          && !(key.endsWith("deviation") && numbers.contains(0.0))) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      // As one that has too few.
    }
    keys.problem(key, "is three numbers, as in \"" + preset + "\"; no deviation is 0");
    return List.of(1.0, 1.0, 1.0);
  }

  /** The outputs of the card, each read by its name. */
  List<ModelOutput> outputs(Function<String, ModelOutput> reader) {
    List<ModelOutput> outputs = keys.sections("outputs").stream().map(reader).toList();
    if (outputs.isEmpty() || outputs.size() > MOST_OUTPUTS) {
      keys.problem("outputs", "has 1 to " + MOST_OUTPUTS + " sections, each named as its answer");
    }
    return outputs;
  }

  /** An output that is one of what a kind gives, counted from 0. */
  ModelOutput found(String name, String... given) {
    String key = "outputs." + name + ".tensor";
    checkName(key, name);
    String chosen = keys.choice(key, given[0], given);
    As as = chosen.equals("words") ? As.TEXT : As.NUMBER;
    return ModelOutput.plain(name, chosen, as, List.of(given).indexOf(chosen));
  }
}
