package io.pairstream.ingest.generate;

/** The images API gives nothing before a person changes something, or before a while has passed. */
public final class GenerationStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  GenerationStoppedException(String message) {
    super(message);
  }
}
