package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Single requests, each to an address that may be asked, in its turn. Nothing else in this package
 * opens a connection.
 */
final class Requests {

  private final Exchange.Wire wire;
  private final HostResolver resolver;
  private final AddressPolicy policy;
  private final Set<Integer> ports;
  private final HostGates gates;
  private final HostGates addressGates;
  private final Slots slots;

  Requests(
      Exchange.Wire wire, HostResolver resolver, AddressPolicy policy, FetchSettings settings) {
    this.wire = wire;
    this.resolver = resolver;
    this.policy = policy;
    this.ports = settings.ports();
    this.gates = new HostGates(settings.politeness(), wire.timers());
    this.addressGates = new HostGates(settings.politeness().ofAddress(), wire.timers());
    this.slots = new Slots(settings.connections());
  }

  /**
   * Asks once; follows no redirect. Ends with {@link FetchStopped} where there is no answer.
   *
   * @param interval least time between two requests that the host asks for
   * @param allowance time from the connection to the last byte
   */
  CompletableFuture<Answer> get(
      WebAddress address, Duration interval, Reading reading, Allowance allowance) {
    Duration left = allowance.left();
    if (left.isNegative() || left.isZero()) {
      return FetchStopped.future(
          Failures.tooLong(address.host(), "a fetch", wire.limits().total()));
    }
    return addresses(address)
        .exceptionally(
            problem -> {
              throw noAddress(address, problem);
            })
        .thenCompose(
            addresses -> {
              check(address, addresses);
              return gates
                  .enter(address.host(), interval)
                  .thenCompose(
                      turn ->
                          atAddress(
                              turn, new Exchange(wire, address, addresses, reading, allowance)));
            });
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

  private static FetchStopped noAddress(WebAddress address, Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    return new FetchStopped(
        Failures.passing(
            RejectReason.FETCH_DNS,
            address.host()
                + " has no address: "
                + (cause instanceof UnknownHostException
                    ? cause.getMessage()
                    : "the resolver failed")));
  }

  private void check(WebAddress address, List<InetAddress> addresses) {
    // One bad address among good ones is refused as well: who answers so wants to be asked twice.
    for (InetAddress candidate : addresses) {
      String objection = policy.objection(candidate);
      if (!objection.isEmpty()) {
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_ADDRESS_REFUSED,
                "%s leads to an address that is not asked: %s"
                    .formatted(address.host(), objection)));
      }
    }
    if (!ports.contains(address.port()) && !addresses.stream().allMatch(policy::allows)) {
      throw new FetchStopped(
          Failures.lasting(
              RejectReason.FETCH_ADDRESS_REFUSED,
              "%s is not asked on port %d".formatted(address.host(), address.port()),
              String.valueOf(address.port()),
              String.join(", ", ports.stream().sorted().map(String::valueOf).toList())));
    }
  }

  /** Waits for the address as well: it may have many hosts, each of which is asked politely. */
  private CompletableFuture<Answer> atAddress(HostGate.Turn turn, Exchange exchange) {
    return addressGates
        .enter(exchange.firstAddress().getHostAddress(), Duration.ZERO)
        .thenCompose(
            place ->
                slots
                    .acquire()
                    .thenCompose(
                        slot -> {
                          place.started();
                          turn.started();
                          return exchange
                              .start()
                              .whenComplete(
                                  (answer, problem) -> {
                                    slots.release();
                                    turn.ended(trouble(exchange.host(), answer, problem));
                                  });
                        })
                    .whenComplete((answer, problem) -> place.finished()))
        .whenComplete((answer, problem) -> turn.finished());
  }

  /** How the host is in trouble, as the outcome of a request shows; empty where it is well. */
  private Optional<FetchResult.Failed> trouble(String host, Answer answer, Throwable problem) {
    if (problem == null) {
      int status = answer.head().status();
      return status == 429 || status >= 500
          ? Optional.of(Failures.status(host, answer.head(), wire.clock().instant()))
          : Optional.empty();
    }
    return FetchStopped.resultOf(problem)
        .filter(FetchResult.Failed.class::isInstance)
        .map(FetchResult.Failed.class::cast)
        .filter(FetchResult.Failed::retryable);
  }
}
