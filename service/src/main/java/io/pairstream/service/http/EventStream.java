package io.pairstream.service.http;

/**
 * A stream of server-sent events to one client. Thread-safe; nothing here blocks.
 *
 * <p>The server keeps the connection alive with comments, and ends it where the client falls behind
 * by more than a few dozen events.
 */
public interface EventStream {

  /**
   * Sends an event.
   *
   * @param event its type
   * @param id what the client says in {@code Last-Event-ID} when it comes back
   * @param data a tree or a record, as {@link Json#bytes} writes it
   * @return false where the stream has ended, by whomever
   */
  boolean send(String event, String id, Object data);

  /** Ends the stream once everything is sent. */
  void end();

  /** Runs once when the stream has ended, by whomever; at once where it has. */
  void onEnd(Runnable action);
}
