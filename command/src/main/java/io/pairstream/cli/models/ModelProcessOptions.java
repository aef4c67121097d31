package io.pairstream.cli.models;

import io.pairstream.answers.api.VisionModel;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.card.PythonCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelPool;
import io.pairstream.image.python.PythonModel;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a model's process is run. */
final class ModelProcessOptions {

  @Mixin FilesFrom filesFrom;

  @Option(names = "--require-sandbox")
  private boolean sandboxRequired;

  @Option(names = "--trust-python")
  private boolean pythonTrusted;

  @Option(names = "--gpus", paramLabel = "N", split = ",")
  private List<String> gpus = List.of();

  @Option(names = "--decoders", paramLabel = "N", defaultValue = "2")
  private int decoders;

  @Option(
      names = "--key-variable",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "${env:PAIRSTREAM_KEY_VARIABLES}")
  private List<String> keyVariables = List.of();

  /**
   * A model in one process, or behind an API.
   *
   * @throws InvalidCardException where the card asks for an environment variable that is not
   *     allowed
   */
  AnswerModel model(ModelCard card, int threads, Consumer<String> log) {
    if (card instanceof ApiCard api) {
      String variable = api.call().keyVariable();
      if (!variable.isEmpty()
          && !variable.endsWith("_API_KEY")
          && !keyVariables.contains(variable)) {
        throw new InvalidCardException(
            "card %s %s: if that is the key of this API, say --key-variable %s"
                .formatted(card.name(), api.call().sends(), variable));
      }
      return VisionModel.of(api);
    }
    if (card instanceof PythonCard python) {
      return new PythonModel(
          python, settings(decoders), new PythonModel.Options(threads, gpus, log));
    }
    return new ModelPool((ProcessCard) card, settings(1), threads);
  }

  /** Settings of processes that run models and prepare pictures. */
  WorkerSettings settings(int workers) {
    return AppLayout.workers(workers).withSandbox(sandboxRequired, pythonTrusted);
  }
}
