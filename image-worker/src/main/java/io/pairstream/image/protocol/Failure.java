package io.pairstream.image.protocol;

/** Why a model has no answer to a question. */
public enum Failure {
  /** The process died over it, twice. */
  CRASHED,
  /** The process took more time than the card allows, twice. */
  TIMED_OUT,
  /** The model runs no such question, as one with an id beyond its vocabulary. */
  REFUSED,
  /** The answer is none of the card's answers, or no finite number. */
  ODD_ANSWER,
  /** The model needs more memory than its process may take. */
  OVER_BUDGET,
  /** The picture cannot be decoded. */
  UNREADABLE
}
