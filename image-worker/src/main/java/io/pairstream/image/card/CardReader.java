package io.pairstream.image.card;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenText;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.image.card.CaptionInput.Fill;
import io.pairstream.image.card.ModelCard.Kind;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.Activation;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.ModelOutput.Length;
import io.pairstream.image.plan.ModelOutput.Pool;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.PictureInput.Channels;
import io.pairstream.image.plan.PictureInput.Fit;
import io.pairstream.image.plan.PictureInput.Layout;
import io.pairstream.image.plan.PictureInput.Resampling;
import io.pairstream.image.plan.TextReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads a model card key by key. Not thread-safe. */
final class CardReader {

  private static final long LARGEST_MODEL_BYTES = Integer.MAX_VALUE;
  private static final long LARGEST_WEIGHTS_BYTES = 64L << 30;
  private static final int MOST_OUTPUTS = 16;

  /** As many as a list may have on the way to the model's process. */
  private static final int MOST_LABELS = 4_096;

  private static final int MOST_PROMPT = 64;
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

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final String NONE = "none";
  private static final NamedFile NO_FILE = new NamedFile(Path.of(""), "");

  /** The picture as it is stored: no number says how it is shown. */
  private static final PictureInput WHOLE = scaledDown(0);

  private final RecipeReader card;

  private CardReader(RecipeReader card) {
    this.card = card;
  }

  static ModelCard read(Path yaml) throws IOException {
    RecipeReader card = RecipeReader.parse(yaml.toString(), RecipeFile.text(yaml));
    try {
      return new CardReader(card).read();
    } catch (InvalidRecipeException e) {
      throw new InvalidCardException(
          e.problems().stream()
              .map(problem -> "\n  " + yaml + ", " + problem)
              .distinct()
              .collect(Collectors.joining("", "the model card is refused:", "")));
    }
  }

  private ModelCard read() {
    String name = name("name", "the card");
    Kind kind = card.choice("kind", Kind.ONNX);
    String licence = required("licence", "name the licence of the weights");
    String source = required("source", "say where the file comes from");
    boolean remote = kind == Kind.API;
    NamedFile file = remote ? NO_FILE : file("", source);
    List<NamedFile> weights =
        card.sections("weights").stream()
            .map(each -> file("weights." + each + ".", source))
            .toList();
    ApiCall api = remote ? api() : null;
    List<String> sections = card.sections("");
    TextReading reading = kind == Kind.OCR ? reading(source) : null;
    boolean graph = kind == Kind.ONNX;
    PictureInput picture =
        switch (kind) {
          case CAPTIONER -> picture();
          case ONNX -> sections.contains("picture") ? picture() : null;
          case CASCADE -> greyPicture();
          case OCR, API -> WHOLE;
        };
    TokenText words = kind == Kind.CAPTIONER ? words() : null;
    CaptionDecoding decoding = words == null ? null : decoding(source, words.size());
    CaptionInput caption = graph && sections.contains("caption") ? caption() : null;
    if (picture == null && caption == null) {
      card.problem("", "the model sees nothing: add a section picture, caption or both");
    }
    int batch = remote ? api.concurrency() : card.integer("batch", 1, 1, 64);
    if (batch > 1 && caption != null && caption.fill() == Fill.NONE) {
      card.problem("batch", "is 1 where captions are not padded, since their lengths differ");
    }
    int maxMs = remote ? 600_000 : card.integer("max-ms", 5_000, 10, 600_000);
    String rendition = picture == null ? "" : card.text("picture.of", "main");
    List<ModelOutput> outputs = remote ? List.of(text()) : outputs(kind);
    boolean asPairs = (remote || words != null) && card.flag("as-pairs", false);
    Map<String, String> inForce = card.finish();
    return new ModelCard(
        name,
        kind,
        file.path(),
        file.sha256(),
        weights,
        licence,
        source,
        digest(inForce),
        picture,
        caption,
        outputs,
        batch,
        Duration.ofMillis(maxMs),
        rendition.equals("main") ? "" : rendition,
        api,
        reading,
        decoding,
        words,
        asPairs);
  }

  private List<ModelOutput> outputs(Kind kind) {
    List<ModelOutput> outputs =
        card.sections("outputs").stream()
            .map(
                output ->
                    switch (kind) {
                      case CASCADE -> found(output, "count", "largest-share");
                      case OCR -> found(output, "share", "lines", "words");
                      case CAPTIONER -> found(output, "words");
                      default -> output(output);
                    })
            .toList();
    if (outputs.isEmpty() || outputs.size() > MOST_OUTPUTS) {
      card.problem("outputs", "has 1 to " + MOST_OUTPUTS + " sections, each named as its answer");
    }
    if (kind == Kind.CAPTIONER && outputs.size() > 1) {
      card.problem("outputs", "has one section: a captioner writes one text");
    }
    return outputs;
  }

  private static String digest(Map<String, String> inForce) {
    String all =
        inForce.entrySet().stream()
            .filter(entry -> !BESIDE_THE_ANSWER.contains(entry.getKey()))
            .filter(entry -> !entry.getKey().endsWith("sha256"))
            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
            .collect(Collectors.joining());
    return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
  }

  private String name(String key, String of) {
    String name = required(key, "name " + of);
    checkName(key, name);
    return name;
  }

  private void checkName(String key, String name) {
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      card.problem(key, "a name is made of a to z, 0 to 9, - and _, at most 40 of them");
    }
  }

  private String required(String key, String todo) {
    String text = card.text(key, "");
    if (text.isBlank()) {
      card.problem(key, "is missing: " + todo);
    }
    return text;
  }

  /**
   * A file of the model; one without a path after a problem, which is noted.
   *
   * @param section empty, or what stands before the keys, with its dot
   */
  private NamedFile file(String section, String source) {
    String key = section + "file";
    boolean weights = section.startsWith("weights.");
    Optional<NamedFile> file =
        card.file(key, weights ? LARGEST_WEIGHTS_BYTES : LARGEST_MODEL_BYTES);
    if (file.isEmpty() && card.text(key, "").isEmpty()) {
      card.problem(key, "is missing: name the model's file, relative to the card");
    } else if (file.isEmpty()) {
      card.problem(key, "get it: " + source);
    }
    NamedFile found = file.orElse(NO_FILE);
    checkDigest(section + "sha256", found);
    return found;
  }

  private void checkDigest(String key, NamedFile file) {
    String expected = card.text(key, "");
    if (!expected.isEmpty() && !DIGEST.matcher(expected).matches()) {
      card.problem(key, "is 64 digits 0 to 9 and a to f");
    } else if (!file.sha256().isEmpty() && !expected.isEmpty() && !expected.equals(file.sha256())) {
      card.problem(key, "the file has " + file.sha256() + ": it is another one than the card's");
    }
  }

  /** Checks the digest of a section's file, if it says one; the file is read elsewhere. */
  private void checkTokenizer(String section) {
    String key = section + ".sha256";
    if (!card.text(key, "").isEmpty()) {
      checkDigest(key, card.file(section + ".file", LARGEST_MODEL_BYTES).orElse(NO_FILE));
    }
  }

  private TextReading reading(String source) {
    NamedFile recognition = file("recognition.", source);
    NamedFile dictionary = file("dictionary.", source);
    int shorter = card.integer("lines.shorter-side-px", 736, 32, 2_048);
    return new TextReading(
        recognition.path().toString(),
        recognition.sha256(),
        dictionary.path().toString(),
        dictionary.sha256(),
        shorter,
        card.integer("lines.longer-side-px", Math.max(shorter, 1_600), shorter, 2_048),
        card.number("lines.above", 0.3, 0, 1),
        card.number("lines.box-above", 0.6, 0, 1),
        card.number("lines.growth", 1.5, 0, 10),
        card.number("lines.line-above", 0.5, 0, 1),
        card.integer("lines.most", 100, 1, 1_000));
  }

  private TokenText words() {
    TokenText words = TokenText.from(card, "vocabulary");
    checkTokenizer("vocabulary");
    return words;
  }

  private CaptionDecoding decoding(String source, int vocabulary) {
    NamedFile decoder = file("decoder.", source);
    List<Integer> begin = new ArrayList<>();
    begin.add(id("start", vocabulary));
    begin.addAll(prompt(vocabulary));
    return new CaptionDecoding(
        decoder.path().toString(),
        decoder.sha256(),
        card.text("decoder.encoded", "last_hidden_state"),
        card.text("decoder.ids", "input_ids"),
        card.text("decoder.states", "encoder_hidden_states"),
        card.text("decoder.mask", ""),
        card.text("decoder.logits", "logits"),
        begin,
        id("end", vocabulary),
        card.integer("decoder.most-tokens", 20, 1, 512),
        card.integer("decoder.beams", 1, 1, 8),
        card.number("decoder.length-penalty", 1, -10, 10),
        vocabulary);
  }

  private int id(String name, int vocabulary) {
    String key = "decoder." + name;
    required(key, "give the id of the text's " + name);
    return card.integer(key, 0, 0, vocabulary - 1);
  }

  private List<Integer> prompt(int vocabulary) {
    String ids = card.text("decoder.prompt", "");
    List<String> parts = ids.isEmpty() ? List.of() : List.of(ids.split(",", -1));
    List<Integer> prompt =
        parts.stream()
            .map(String::strip)
            .filter(id -> id.matches("[0-9]{1,8}"))
            .map(Integer::valueOf)
            .filter(id -> id < vocabulary)
            .toList();
    if (prompt.size() < parts.size() || prompt.size() > MOST_PROMPT) {
      card.problem(
          "decoder.prompt",
          "is ids of the vocabulary, as in \"1037, 3861\"; %d at most".formatted(MOST_PROMPT));
    }
    return prompt;
  }

  private ApiCall api() {
    String variable = card.text("api.key-variable", "");
    if (!variable.isEmpty() && !VARIABLE.matcher(variable).matches()) {
      card.problem("api.key-variable", "names an environment variable; the key itself stays there");
    }
    return new ApiCall(
        required("api.base-url", "name the API, as in https://api.openai.com/v1"),
        required("api.model", "name the model, as the API does"),
        required("api.prompt", "say what is asked of each picture"),
        variable,
        card.choice(
            "api.max-tokens-parameter", "max_tokens", "max_tokens", "max_completion_tokens", NONE),
        card.integer("api.max-tokens", 200, 1, 131_072),
        card.text("api.temperature", "0").equals(NONE)
            ? OptionalDouble.empty()
            : OptionalDouble.of(card.number("api.temperature", 0, 0, 2)),
        card.integer("api.requests-per-minute", 60, 1, 100_000),
        card.integer("api.concurrency", 4, 1, 64),
        card.integer("api.most-calls", 0, 0, 1_000_000_000),
        Duration.ofSeconds(card.integer("api.timeout-s", 60, 1, 3_600)));
  }

  /** The one answer of an API. */
  private ModelOutput text() {
    String name = card.text("api.answer", "caption");
    checkName("api.answer", name);
    return new ModelOutput(
        name, "", As.TEXT, Activation.NONE, 0, 0, List.of(), Pool.NONE, Length.KEPT);
  }

  private PictureInput picture() {
    Fit fit = card.choice("picture.fit", Fit.CROP);
    int side = card.integer("picture.side-px", 224, 8, 1024);
    return new PictureInput(
        required("picture.tensor", "name the graph's input for pixels"),
        fit,
        fit == Fit.PAD ? side : card.integer("picture.resize-px", side, side, 2048),
        side,
        card.choice("picture.resampling", Resampling.BICUBIC),
        fit == Fit.PAD ? card.integer("picture.pad-level", 0, 0, 255) : 0,
        card.integer("picture.jpeg-round-trip", 0, 0, 100),
        card.choice("picture.channels", Channels.RGB),
        card.choice("picture.layout", Layout.NCHW),
        card.number("picture.scale", 1, -1e6, 1e6),
        three("picture.mean", "0, 0, 0"),
        three("picture.deviation", "1, 1, 1"));
  }

  /** Picture of a cascade; its size is the largest that it is scaled down to. */
  private PictureInput greyPicture() {
    return scaledDown(card.integer("picture.side-px", 640, 32, 4096));
  }

  private static PictureInput scaledDown(int side) {
    return new PictureInput(
        "",
        Fit.PAD,
        side,
        side,
        Resampling.OPENCV_AREA,
        0,
        0,
        Channels.RGB,
        Layout.NCHW,
        1,
        List.of(0.0, 0.0, 0.0),
        List.of(1.0, 1.0, 1.0));
  }

  private List<Double> three(String key, String preset) {
    try {
      List<Double> numbers =
          Arrays.stream(card.text(key, preset).split(",", -1)).map(Double::valueOf).toList();
      if (numbers.size() == 3
          && numbers.stream().allMatch(Double::isFinite)
          && !(key.endsWith("deviation") && numbers.contains(0.0))) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      // As one that has too few.
    }
    card.problem(key, "is three numbers, as in \"" + preset + "\"; no deviation is 0");
    return List.of(1.0, 1.0, 1.0);
  }

  private CaptionInput caption() {
    TokenTarget target = TokenTarget.from(card, "caption", "");
    checkTokenizer("caption");
    return new CaptionInput(
        target,
        card.choice("caption.fill", Fill.PADDED),
        required("caption.ids", "name the graph's input for token ids"),
        card.text("caption.mask", ""),
        card.text("caption.types", ""));
  }

  private ModelOutput output(String name) {
    String section = "outputs." + name + ".";
    checkName(section + "tensor", name);
    String tensor = required(section + "tensor", "name a tensor of the graph");
    As as = card.choice(section + "as", As.NUMBER);
    boolean vector = as == As.VECTOR;
    if (as == As.TEXT) {
      card.problem(section + "as", "a graph gives numbers; text is what an API answers");
    }
    return new ModelOutput(
        name,
        tensor,
        as,
        vector ? Activation.NONE : card.choice(section + "activation", Activation.NONE),
        as == As.NUMBER ? card.integer(section + "index", 0, 0, 1_000_000) : 0,
        as == As.SHARE ? card.number(section + "above", 0.5, -1e9, 1e9) : 0,
        as == As.LABEL ? labels(section) : List.of(),
        vector ? card.choice(section + "pool", Pool.NONE) : Pool.NONE,
        vector ? card.choice(section + "length", Length.KEPT) : Length.KEPT);
  }

  /** One of what a cascade or a reader of text gives, counted from 0. */
  private ModelOutput found(String name, String... given) {
    String key = "outputs." + name + ".tensor";
    checkName(key, name);
    String chosen = card.choice(key, given[0], given);
    return new ModelOutput(
        name,
        chosen,
        chosen.equals("words") ? As.TEXT : As.NUMBER,
        Activation.NONE,
        List.of(given).indexOf(chosen),
        0,
        List.of(),
        Pool.NONE,
        Length.KEPT);
  }

  private List<String> labels(String section) {
    Pattern entry = Pattern.compile(".{1,200}");
    List<String> labels = card.lines(section + "label-file", "#", entry, "a label");
    if (labels.isEmpty()) {
      labels =
          Arrays.stream(card.text(section + "labels", "").split(",")).map(String::strip).toList();
    }
    if (labels.size() < 2 || labels.contains("")) {
      card.problem(
          section + "labels",
          "is two labels or more, as in \"clean, watermark\"; or name a label-file");
    }
    if (labels.size() > MOST_LABELS) {
      card.problem(
          section + "labels",
          "has %,d labels; %,d are the most".formatted(labels.size(), MOST_LABELS));
    }
    return labels;
  }
}
