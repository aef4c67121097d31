package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One request and its answer, within a time. Tries a host's addresses one after the other until one
 * takes the connection; tries once more where a kept connection turns out to be closed.
 */
final class Exchange {

  /** Most addresses of a host that are tried. */
  private static final int MAX_ADDRESSES = 3;

  /** A host keeps few connections open, so a fresh one is found soon. */
  private static final int MAX_STALE = 3;

  private final Wire wire;
  private final WebAddress address;
  private final List<InetAddress> addresses;
  private final Reading reading;
  private final Duration limit;
  private final long beganAt;
  private final BodyBudget.Share share;
  private final CompletableFuture<Exchanged> result = new CompletableFuture<>();
  private final AtomicReference<Attempt> current = new AtomicReference<>();
  private volatile Timers.Timer deadline = () -> {};
  private int tried;
  private int stale;

  /**
   * @param addresses addresses that may be asked; at least one
   * @param limit longest time for everything
   */
  Exchange(
      Wire wire, WebAddress address, List<InetAddress> addresses, Reading reading, Duration limit) {
    this.wire = wire;
    this.address = address;
    this.addresses = addresses;
    this.reading = reading;
    this.limit = limit;
    beganAt = wire.timers().nanos();
    share = wire.budget().open();
  }

  CompletableFuture<Exchanged> start() {
    deadline = wire.timers().after(limit, this::onDeadline);
    attempt();
    return result;
  }

  /** Gives it up; the connection is closed. */
  void cancel() {
    if (result.isDone()) {
      return;
    }
    end(new Exchanged.Broken(Failures.of(address.host(), Failures.closed())));
  }

  /** How long the request has taken so far, without what waiting for our own memory took. */
  Duration spent() {
    return Duration.ofNanos(wire.timers().nanos() - beganAt - share.stoppedNanos());
  }

  private void attempt() {
    Attempt attempt =
        new Attempt(wire, address, addresses.get(tried), reading, share, this::onAttempt);
    current.set(attempt);
    attempt.start();
    if (result.isDone()) {
      attempt.abandon();
    }
  }

  private void onAttempt(Attempt.Outcome outcome) {
    if (result.isDone()) {
      return;
    }
    if (outcome.exchanged() instanceof Exchanged.Answered) {
      end(outcome.exchanged());
    } else if (outcome.staleConnection() && stale < MAX_STALE) {
      stale++;
      attempt();
    } else if (outcome.noConnection()
        && tried + 1 < Math.min(addresses.size(), MAX_ADDRESSES)
        && spent().compareTo(limit) < 0) {
      tried++;
      attempt();
    } else {
      end(outcome.exchanged());
    }
  }

  private void onDeadline() {
    Duration rest = limit.minus(spent());
    if (rest.toNanos() > 0 && !result.isDone()) {
      deadline = wire.timers().after(rest, this::onDeadline);
      return;
    }
    end(
        new Exchanged.Broken(
            Failures.passing(
                RejectReason.FETCH_TIMEOUT,
                "%s did not send everything in time".formatted(address.host()),
                "",
                Failures.seconds(wire.limits().total()))));
  }

  private void end(Exchanged exchanged) {
    deadline.cancel();
    Attempt attempt = current.get();
    if (attempt != null) {
      attempt.abandon();
    }
    share.close();
    result.complete(exchanged);
  }
}
