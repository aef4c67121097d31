package io.pairstream.image;

/** A worker has died, or was killed because it was late, before it gave an answer. */
final class WorkerLostException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean late;
  private final boolean worked;

  WorkerLostException(String message, boolean late, Throwable cause) {
    this(message, late, false, cause);
  }

  WorkerLostException(String message, boolean late, boolean worked, Throwable cause) {
    super(message, cause);
    this.late = late;
    this.worked = worked;
  }

  /** Whether the worker was still there when its time was up. */
  boolean late() {
    return late;
  }

  /** Whether it was late although it had a processor to work with. */
  boolean lateAtWork() {
    return late && worked;
  }
}
