package io.pairstream.image.model;

import io.pairstream.image.card.ModelCard;
import java.util.List;

/** A model that answers questions. Thread-safe. */
public interface AnswerModel extends AutoCloseable {

  /** The card of the model. */
  ModelCard card();

  /**
   * Finds out whether the model does what its card says, before anything is asked.
   *
   * @throws io.pairstream.image.card.InvalidCardException where it does not; the message says why
   * @throws ModelUnavailableException where no process can be started
   */
  default void rehearse() {}

  /**
   * Answers questions, in their order. A question that crashes or hangs the model, or that has an
   * odd answer, costs itself an answer, not the others.
   *
   * @param batch any number of them; each with what the card wants
   * @throws ModelUnavailableException where the model cannot be asked now, which may pass
   */
  List<ModelAnswer> ask(List<ModelQuestion> batch);

  /** Questions answered so far; it stands still while the model works on one. */
  long answered();

  /** Ends the model's processes; callers that wait for an answer get an exception. */
  @Override
  void close();
}
