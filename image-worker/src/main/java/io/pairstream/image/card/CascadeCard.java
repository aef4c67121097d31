package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.CascadeDetection;
import io.pairstream.image.plan.ModelOutput;
import java.util.List;

/** A cascade of OpenCV, which counts things of one kind in a picture. */
public record CascadeCard(CardFacts facts, CascadeDetection task) implements ProcessCard {

  static CascadeCard read(CardReader card) {
    List<NamedFile> files = card.files();
    int side = card.keys().integer("picture.side-px", 640, 32, 4096);
    List<ModelOutput> outputs = card.outputs(name -> card.found(name, "count", "largest-share"));
    return new CascadeCard(
        card.facts(files, outputs, card.batch(), card.perQuestion(), card.rendition(), false),
        new CascadeDetection(side));
  }
}
