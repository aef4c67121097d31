package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.image.card.CaptionInput.Fill;
import io.pairstream.image.plan.GraphInputs;
import io.pairstream.image.plan.GraphInputs.CaptionTensors;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.Activation;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.ModelOutput.Length;
import io.pairstream.image.plan.ModelOutput.Pool;
import io.pairstream.image.plan.PictureInput;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A graph that ONNX Runtime runs; sees a picture, a caption or both. */
public record OnnxCard(
    CardFacts facts, Optional<PictureInput> picture, Optional<CaptionInput> caption)
    implements ProcessCard {

  /** As many as a list may have on the way to the model's process. */
  private static final int MOST_LABELS = 4_096;

  private static final Pattern LABEL = Pattern.compile(".{1,200}");

  static OnnxCard read(CardReader card) {
    RecipeReader keys = card.keys();
    List<NamedFile> files = card.files();
    List<String> sections = keys.sections("");
    Optional<PictureInput> picture =
        sections.contains("picture") ? Optional.of(card.picture()) : Optional.empty();
    Optional<CaptionInput> caption =
        sections.contains("caption") ? Optional.of(caption(card)) : Optional.empty();
    if (picture.isEmpty() && caption.isEmpty()) {
      keys.problem("", "the model sees nothing: add a section picture, caption or both");
    }
    int batch = card.batch();
    if (batch > 1 && caption.filter(shown -> shown.fill() == Fill.NONE).isPresent()) {
      keys.problem("batch", "is 1 where captions are not padded, since their lengths differ");
    }
    List<ModelOutput> outputs = card.outputs(name -> output(card, name));
    String rendition = picture.isPresent() ? card.rendition() : "";
    return new OnnxCard(
        card.facts(files, outputs, batch, card.perQuestion(), rendition, false), picture, caption);
  }

  private static CaptionInput caption(CardReader card) {
    TokenTarget target = TokenTarget.from(card.keys(), "caption", "");
    card.checkTokenizer("caption");
    return new CaptionInput(
        target,
        card.keys().choice("caption.fill", Fill.PADDED),
        new CaptionTensors(
            card.required("caption.ids", "name the graph's input for token ids"),
            card.keys().text("caption.mask", ""),
            card.keys().text("caption.types", "")));
  }

  private static ModelOutput output(CardReader card, String name) {
    RecipeReader keys = card.keys();
    String section = "outputs." + name + ".";
    card.checkName(section + "tensor", name);
    String tensor = card.required(section + "tensor", "name a tensor of the graph");
    As as = keys.choice(section + "as", As.NUMBER);
    boolean vector = as == As.VECTOR;
    if (as == As.TEXT) {
      keys.problem(section + "as", "a graph gives numbers; text is what an API answers");
    }
    return new ModelOutput(
        name,
        tensor,
        as,
        vector ? Activation.NONE : keys.choice(section + "activation", Activation.NONE),
        as == As.NUMBER ? keys.integer(section + "index", 0, 0, 1_000_000) : 0,
        as == As.SHARE ? keys.number(section + "above", 0.5, -1e9, 1e9) : 0,
        as == As.LABEL ? labels(keys, section) : List.of(),
        vector ? keys.choice(section + "pool", Pool.NONE) : Pool.NONE,
        vector ? keys.choice(section + "length", Length.KEPT) : Length.KEPT);
  }

  static List<String> labels(RecipeReader keys, String section) {
    List<String> labels = keys.lines(section + "label-file", "#", LABEL, "a label");
    if (labels.isEmpty()) {
      labels =
          Arrays.stream(keys.text(section + "labels", "").split(",")).map(String::strip).toList();
    }
    if (labels.size() < 2 || labels.contains("")) {
      keys.problem(
          section + "labels",
          "is two labels or more, as in \"clean, watermark\"; or name a label-file");
    }
    if (labels.size() > MOST_LABELS) {
      keys.problem(
          section + "labels",
          "has %,d labels; %,d are the most".formatted(labels.size(), MOST_LABELS));
    }
    return labels;
  }

  @Override
  public boolean seesPicture() {
    return picture.isPresent();
  }

  @Override
  public GraphInputs task() {
    return new GraphInputs(picture, caption.map(CaptionInput::tensors));
  }
}
