package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/** Whether a request to a host may be made now. */
sealed interface Admission {

  /** It may not for a while. */
  record Later(Duration retryAfter, String detail) implements Admission {}

  /** The host has failed so often of late that it is not asked; how it failed last. */
  record Down(FetchResult.Failed failed) implements Admission {}

  /** The right to make one request to a host; must be finished or failed, whatever comes of it. */
  final class Turn implements Admission {

    private final HostGate gate;
    private final long intervalNanos;
    private boolean started;
    private boolean over;

    Turn(HostGate gate, long intervalNanos) {
      this.gate = gate;
      this.intervalNanos = intervalNanos;
    }

    /** The request begins now: the next one's time counts from here. */
    void started() {
      synchronized (gate) {
        if (started || over) {
          return;
        }
        started = true;
        gate.noteStart(intervalNanos);
      }
      gate.pump();
    }

    /** The request was not made, or says nothing of the host. */
    void finished() {
      synchronized (gate) {
        if (over) {
          return;
        }
        over = true;
        gate.noteEnd(started);
      }
      gate.pump();
    }

    /** The request has ended, and the host is well. */
    void answered() {
      gate.noteWell();
      finished();
    }

    /** The request has ended in trouble with the host. */
    void failed(FetchResult.Failed failed) {
      gate.noteTrouble(failed);
      finished();
    }
  }
}
