package io.pairstream.service.publish;

/** The broker answers, but does not have the topic. */
public final class MissingTopicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MissingTopicException(String topic) {
    super("topic " + topic + " does not exist; run: pairstream topics create");
  }
}
