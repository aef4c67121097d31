package io.pairstream.ingest.generate;

/** A prompt file cannot be read, or holds something else than prompts. */
public final class UnusablePromptsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnusablePromptsException(String message) {
    super(message);
  }
}
