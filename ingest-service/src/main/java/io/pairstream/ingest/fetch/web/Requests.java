package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Single requests, each to an address that may be asked, in its turn. Nothing else in this package
 * opens a connection.
 */
final class Requests {

  /** A host's addresses, or why there are none. */
  private record Found(List<InetAddress> addresses, String problem) {}

  private final Wire wire;
  private final HostResolver resolver;
  private final AddressPolicy policy;
  private final Set<Integer> ports;
  private final HostGates gates;
  private final HostGates addressGates;
  private final Slots slots;

  Requests(
      Wire wire,
      HostResolver resolver,
      AddressPolicy policy,
      Set<Integer> ports,
      HostGates gates,
      HostGates addressGates,
      Slots slots) {
    this.wire = wire;
    this.resolver = resolver;
    this.policy = policy;
    this.ports = ports;
    this.gates = gates;
    this.addressGates = addressGates;
    this.slots = slots;
  }

  /**
   * Asks once; follows no redirect.
   *
   * @param interval least time between two requests that the host asks for
   * @param limit longest time from the connection to the last byte
   */
  CompletableFuture<Reply> get(
      WebAddress address,
      Duration interval,
      Reading reading,
      Duration limit,
      Cancellation cancellation) {
    if (limit.isNegative() || limit.isZero()) {
      return stopped(Failures.tooLong(address.host(), "a fetch", wire.limits().total()));
    }
    return addresses(address)
        .handle(
            (addresses, problem) ->
                problem == null ? new Found(addresses, "") : new Found(List.of(), told(problem)))
        .thenCompose(
            found ->
                found.problem().isEmpty()
                    ? ask(address, found.addresses(), interval, reading, limit, cancellation)
                    : stopped(
                        Failures.passing(
                            RejectReason.FETCH_DNS,
                            address.host() + " has no address: " + found.problem())));
  }

  private CompletableFuture<List<InetAddress>> addresses(WebAddress address) {
    if (!address.hostIsNumeric()) {
      return resolver.addresses(address.host());
    }
    try {
      // Four decimal numbers, or brackets: nothing is looked up.
      return CompletableFuture.completedFuture(List.of(InetAddress.getByName(address.host())));
    } catch (UnknownHostException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Reply> ask(
      WebAddress address,
      List<InetAddress> addresses,
      Duration interval,
      Reading reading,
      Duration limit,
      Cancellation cancellation) {
    // One bad address among good ones is refused as well: who answers so wants to be asked twice.
    for (InetAddress candidate : addresses) {
      String objection = policy.objection(candidate);
      if (!objection.isEmpty()) {
        return stopped(
            Failures.lasting(
                RejectReason.FETCH_ADDRESS_REFUSED,
                "%s leads to an address that is not asked: %s"
                    .formatted(address.host(), objection)));
      }
    }
    if (!ports.contains(address.port()) && !addresses.stream().allMatch(policy::allows)) {
      return stopped(
          Failures.lasting(
              RejectReason.FETCH_ADDRESS_REFUSED,
              "%s is not asked on port %d".formatted(address.host(), address.port()),
              String.valueOf(address.port()),
              String.join(", ", ports.stream().sorted().map(String::valueOf).toList())));
    }
    return gates
        .enter(address.host(), interval)
        .thenCompose(
            admission ->
                admission instanceof Turn turn
                    ? atAddress(turn, address, addresses, reading, limit, cancellation)
                    : turnedAway(admission));
  }

  /** Waits for the address as well: it may have many hosts, each of which is asked politely. */
  private CompletableFuture<Reply> atAddress(
      Turn turn,
      WebAddress address,
      List<InetAddress> addresses,
      Reading reading,
      Duration limit,
      Cancellation cancellation) {
    return addressGates
        .enter(addresses.get(0).getHostAddress(), Duration.ZERO)
        .thenCompose(
            admission -> {
              if (admission instanceof Turn place) {
                return slots
                    .acquire()
                    .thenCompose(
                        slot -> {
                          place.started();
                          return exchange(turn, address, addresses, reading, limit, cancellation);
                        })
                    .whenComplete((reply, problem) -> place.finished());
              }
              turn.finished();
              return turnedAway(admission);
            });
  }

  private static CompletableFuture<Reply> turnedAway(Admission admission) {
    if (admission instanceof Admission.Later later) {
      return stopped(new FetchResult.Postponed(later.retryAfter(), later.detail()));
    }
    return stopped(((Admission.Down) admission).failed());
  }

  private CompletableFuture<Reply> exchange(
      Turn turn,
      WebAddress address,
      List<InetAddress> addresses,
      Reading reading,
      Duration limit,
      Cancellation cancellation) {
    if (cancellation.isCancelled()) {
      slots.release();
      turn.finished();
      return stopped(Failures.of(address.host(), Failures.closed()));
    }
    turn.started();
    Exchange exchange = new Exchange(wire, address, addresses, reading, limit);
    CompletableFuture<Exchanged> exchanged = exchange.start();
    cancellation.onCancel(exchange::cancel);
    return exchanged.thenApply(
        outcome -> {
          slots.release();
          return noteAndTell(turn, address, outcome, exchange.spent());
        });
  }

  private Reply noteAndTell(Turn turn, WebAddress address, Exchanged outcome, Duration spent) {
    if (outcome instanceof Exchanged.Broken broken) {
      if (broken.failed().retryable()) {
        turn.failed(broken.failed());
      } else {
        turn.answered();
      }
      return new Reply.Stopped(broken.failed());
    }
    Exchanged.Answered answered = (Exchanged.Answered) outcome;
    int status = answered.head().status();
    if (status == 429 || status >= 500) {
      turn.failed(Failures.status(address.host(), answered.head(), wire.clock().instant()));
    } else {
      turn.answered();
    }
    return new Reply.Got(answered, spent);
  }

  private static CompletableFuture<Reply> stopped(FetchResult result) {
    return CompletableFuture.completedFuture(new Reply.Stopped(result));
  }

  private static String told(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    return cause instanceof UnknownHostException ? cause.getMessage() : "the resolver failed";
  }
}
