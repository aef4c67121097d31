package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncRequester;

/**
 * One request and its answer, within a time. Tries a host's addresses one after the other until one
 * takes the connection; tries once more where a kept connection turns out to be closed.
 */
final class Exchange {

  /**
   * What every exchange needs.
   *
   * @param requester makes connections and keeps them
   * @param limits what a fetch may take
   * @param budget bytes of bodies that are held
   * @param agent who asks, as hosts are told
   */
  record Wire(
      HttpAsyncRequester requester,
      FetchLimits limits,
      BodyBudget budget,
      Timers timers,
      Clock clock,
      String agent) {}

  /** Most addresses of a host that are tried. */
  private static final int MAX_ADDRESSES = 3;

  /** A host keeps few connections open, so a fresh one is found soon. */
  private static final int MAX_STALE = 3;

  private final Wire wire;
  private final WebAddress address;
  private final List<InetAddress> addresses;
  private final Reading reading;
  private final Allowance allowance;
  private long beganAt;
  private BodyBudget.Share share;
  private final CompletableFuture<Answer> result = new CompletableFuture<>();
  private final AtomicReference<Attempt> current = new AtomicReference<>();
  private volatile Timers.Timer deadline = () -> {};
  private int tried;
  private int stale;

  /**
   * @param addresses addresses that may be asked; at least one
   * @param allowance the time for everything; what it takes is spent of it
   */
  Exchange(
      Wire wire,
      WebAddress address,
      List<InetAddress> addresses,
      Reading reading,
      Allowance allowance) {
    this.wire = wire;
    this.address = address;
    this.addresses = addresses;
    this.reading = reading;
    this.allowance = allowance;
  }

  InetAddress firstAddress() {
    return addresses.get(0);
  }

  String host() {
    return address.host();
  }

  CompletableFuture<Answer> start() {
    if (allowance.isCancelled()) {
      return FetchStopped.future(Failures.of(address.host(), Failures.closed()));
    }
    beganAt = wire.timers().nanos();
    share = wire.budget().open();
    deadline = wire.timers().after(allowance.left(), this::onDeadline);
    attempt();
    allowance.onCancel(this::cancel);
    return result;
  }

  /** Gives it up; the connection is closed. */
  private void cancel() {
    if (!result.isDone()) {
      end(FetchStopped.future(Failures.of(address.host(), Failures.closed())));
    }
  }

  /** The time that is left; what waiting for our own memory took is not the host's. */
  private Duration left() {
    long spent = wire.timers().nanos() - beganAt - share.stoppedNanos();
    return allowance.left().minusNanos(spent);
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
    if (outcome.staleConnection() && stale < MAX_STALE) {
      stale++;
      attempt();
    } else if (outcome.noConnection()
        && tried + 1 < Math.min(addresses.size(), MAX_ADDRESSES)
        && left().toNanos() > 0) {
      tried++;
      attempt();
    } else {
      end(outcome.answer());
    }
  }

  private void onDeadline() {
    Duration rest = left();
    if (rest.toNanos() > 0 && !result.isDone()) {
      deadline = wire.timers().after(rest, this::onDeadline);
      return;
    }
    end(
        FetchStopped.future(
            Failures.passing(
                RejectReason.FETCH_TIMEOUT,
                address.host() + " did not send everything in time",
                "",
                Failures.seconds(wire.limits().total()))));
  }

  private void end(CompletableFuture<Answer> outcome) {
    deadline.cancel();
    Attempt attempt = current.get();
    if (attempt != null) {
      attempt.abandon();
    }
    Duration rest = left();
    share.close();
    if (!result.isDone()) {
      allowance.spend(allowance.left().minus(rest));
      var unused =
          outcome.whenComplete(
              (answer, problem) -> {
                if (problem == null) {
                  result.complete(answer);
                } else {
                  result.completeExceptionally(problem);
                }
              });
    }
  }
}
