package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.TextReading;
import java.util.List;

/** Two graphs of ONNX Runtime, one that finds lines of text and one that reads them. */
public record OcrCard(CardFacts facts, TextReading task) implements ProcessCard {

  static OcrCard read(CardReader card) {
    RecipeReader keys = card.keys();
    List<NamedFile> files = card.files();
    NamedFile recognition = card.file("recognition.");
    NamedFile dictionary = card.file("dictionary.");
    files.addAll(List.of(recognition, dictionary));
    int shorter = keys.integer("lines.shorter-side-px", 736, 32, 2_048);
    TextReading reading =
        new TextReading(
            recognition.path().toString(),
            dictionary.path().toString(),
            shorter,
            keys.integer("lines.longer-side-px", Math.max(shorter, 1_600), shorter, 2_048),
            keys.number("lines.above", 0.3, 0, 1),
            keys.number("lines.box-above", 0.6, 0, 1),
            keys.number("lines.growth", 1.5, 0, 10),
            keys.number("lines.line-above", 0.5, 0, 1),
            keys.integer("lines.most", 100, 1, 1_000));
    List<ModelOutput> outputs = card.outputs(name -> card.found(name, "share", "lines", "words"));
    return new OcrCard(
        card.facts(files, outputs, card.batch(), card.perQuestion(), card.rendition(), false),
        reading);
  }
}
