package io.pairstream.image.card;

import io.pairstream.image.plan.ModelOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A model, what it is shown, and what is taken of its answer; one record for each kind. */
public sealed interface ModelCard permits ApiCard, ProcessCard, PythonCard {

  /**
   * Reads a card and finds the files that it names.
   *
   * @throws InvalidCardException with everything that is wrong with it
   * @throws IOException where the card cannot be read
   */
  static ModelCard read(Path yaml) throws IOException {
    return CardReader.read(yaml);
  }

  /** Facts that cards of every kind have. */
  CardFacts facts();

  /** Whether the model is shown a picture. */
  default boolean seesPicture() {
    return true;
  }

  /** Whether the model is shown a caption. */
  default boolean seesCaption() {
    return false;
  }

  /** {@link CardFacts#name}. */
  default String name() {
    return facts().name();
  }

  /** {@link CardFacts#digest}. */
  default String digest() {
    return facts().digest();
  }

  /** {@link CardFacts#outputs}. */
  default List<ModelOutput> outputs() {
    return facts().outputs();
  }

  /** {@link CardFacts#batch}. */
  default int batch() {
    return facts().batch();
  }

  /** {@link CardFacts#perQuestion}. */
  default Duration perQuestion() {
    return facts().perQuestion();
  }

  /** {@link CardFacts#rendition}. */
  default String rendition() {
    return facts().rendition();
  }

  /** {@link CardFacts#writesPairs}. */
  default boolean writesPairs() {
    return facts().writesPairs();
  }
}
