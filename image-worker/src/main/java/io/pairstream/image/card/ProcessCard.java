package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.ModelTask;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.Pixels;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.util.List;
import java.util.Optional;

/** A model in files, which runs in a process of its own. */
public sealed interface ProcessCard extends ModelCard
    permits CaptionerCard, CascadeCard, OcrCard, OnnxCard, PixelsCard {

  /** Work of the process on a question. */
  ModelTask task();

  /** How a caption is shown; empty where the model sees none. */
  default Optional<CaptionInput> caption() {
    return Optional.empty();
  }

  @Override
  default boolean seesCaption() {
    return caption().isPresent();
  }

  /** The files that the process needs, the model first. */
  default List<NamedFile> files() {
    return facts().files();
  }

  /** First words to a process. */
  default ModelPlan plan(int threads) {
    List<String> paths = files().stream().map(file -> file.path().toString()).toList();
    return new ModelPlan(paths.get(0), paths, threads, outputs(), task());
  }

  /**
   * Makes words of a reply that is an answer; the process is not trusted.
   *
   * @throws OddAnswerException where a model of this kind does not reply like that
   */
  default ItemReply inWords(ItemReply reply) throws OddAnswerException {
    if (reply instanceof Written || reply instanceof Pixels) {
      throw new OddAnswerException("it is no answer of such a model");
    }
    return reply;
  }
}
