package io.pairstream.ingest.status;

import io.pairstream.service.http.EventStream;
import io.pairstream.service.table.Subscription;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One client's events on one pair: where it stands at first, then each change, until a final
 * standing. Whoever comes back gets the present standing first, so no event has to be kept.
 */
final class StatusEvents {

  private static final String EVENT = "standing";

  private final PairQuestions questions;
  private final String id;
  private final EventStream stream;
  private Subscription ofId = () -> {};
  private Subscription ofPair = () -> {};
  private String pairId = "";
  private Optional<StatusReport> sent = Optional.empty();
  private boolean ended;

  StatusEvents(PairQuestions questions, String id, EventStream stream) {
    this.questions = questions;
    this.id = id;
    this.stream = stream;
  }

  /**
   * Sends the present standing, as soon as it is known, and follows. Fails as {@link
   * PairQuestions#ask} does.
   */
  CompletableFuture<Void> begin() {
    return questions.ask(id).thenAccept(this::follow);
  }

  private void follow(StatusReport first) {
    synchronized (this) {
      ofId = questions.view().subscribe(id, this::changed);
    }
    stream.onEnd(this::end);
    tell(first);
    // It may have changed before the subscription held.
    changed();
  }

  private void changed() {
    questions.find(id).ifPresent(this::tell);
  }

  private synchronized void tell(StatusReport status) {
    if (ended || sent.equals(Optional.of(status))) {
      return;
    }
    sent = Optional.of(status);
    boolean follows =
        stream.send(EVENT, status.stand().name() + "-" + status.copies(), StatusJson.of(status));
    if (!follows || status.stand().isFinal()) {
      stream.end();
      end();
      return;
    }
    if (!status.pairId().equals(pairId) && !status.pairId().equals(id)) {
      // A link's pair has a receipt of its own name.
      pairId = status.pairId();
      ofPair.close();
      ofPair = questions.view().subscribe(pairId, this::changed);
      changed();
    }
  }

  private synchronized void end() {
    ended = true;
    ofId.close();
    ofPair.close();
  }
}
