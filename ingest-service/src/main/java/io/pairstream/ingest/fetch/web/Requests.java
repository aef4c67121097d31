package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.Admission.Turn;
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
   * Asks once; follows no redirect.
   *
   * @param interval least time between two requests that the host asks for
   * @param allowance time from the connection to the last byte
   */
  CompletableFuture<Reply> get(
      WebAddress address, Duration interval, Reading reading, Allowance allowance) {
    return new Asked(address, interval, reading, allowance).get();
  }

  /** One request. */
  private final class Asked {

    private final WebAddress address;
    private final Duration interval;
    private final Reading reading;
    private final Allowance allowance;

    Asked(WebAddress address, Duration interval, Reading reading, Allowance allowance) {
      this.address = address;
      this.interval = interval;
      this.reading = reading;
      this.allowance = allowance;
    }

    CompletableFuture<Reply> get() {
      Duration left = allowance.left();
      if (left.isNegative() || left.isZero()) {
        return stopped(Failures.tooLong(address.host(), "a fetch", wire.limits().total()));
      }
      CompletableFuture<List<InetAddress>> found = addresses();
      return found
          .handle((addresses, problem) -> problem == null ? "" : why(problem))
          .thenCompose(
              why ->
                  why.isEmpty()
                      ? ask(found.join())
                      : stopped(
                          Failures.passing(
                              RejectReason.FETCH_DNS, address.host() + " has no address: " + why)));
    }

    private CompletableFuture<List<InetAddress>> addresses() {
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

    private static String why(Throwable problem) {
      Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
      return cause instanceof UnknownHostException ? cause.getMessage() : "the resolver failed";
    }

    private CompletableFuture<Reply> ask(List<InetAddress> addresses) {
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
                      ? atAddress(turn, addresses)
                      : rejected(admission));
    }

    /** Waits for the address as well: it may have many hosts, each of which is asked politely. */
    private CompletableFuture<Reply> atAddress(Turn turn, List<InetAddress> addresses) {
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
                            return exchange(turn, addresses);
                          })
                      .whenComplete((reply, problem) -> place.finished());
                }
                turn.finished();
                return rejected(admission);
              });
    }

    private CompletableFuture<Reply> exchange(Turn turn, List<InetAddress> addresses) {
      if (allowance.isCancelled()) {
        slots.release();
        turn.finished();
        return stopped(Failures.of(address.host(), Failures.closed()));
      }
      turn.started();
      Exchange exchange = new Exchange(wire, address, addresses, reading, allowance);
      CompletableFuture<Reply> exchanged = exchange.start();
      allowance.onCancel(exchange::cancel);
      return exchanged.thenApply(
          reply -> {
            slots.release();
            noteTrouble(turn, reply);
            return reply;
          });
    }

    private void noteTrouble(Turn turn, Reply reply) {
      if (reply instanceof Reply.Got got) {
        if (got.head().status() == 429 || got.head().status() >= 500) {
          turn.failed(Failures.status(address.host(), got.head(), wire.clock().instant()));
          return;
        }
      } else if (((Reply.Stopped) reply).result() instanceof FetchResult.Failed failed
          && failed.retryable()) {
        turn.failed(failed);
        return;
      }
      turn.answered();
    }
  }

  private static CompletableFuture<Reply> rejected(Admission admission) {
    return stopped(
        admission instanceof Admission.Later later
            ? new FetchResult.Postponed(later.retryAfter(), later.detail())
            : ((Admission.Down) admission).failed());
  }

  private static CompletableFuture<Reply> stopped(FetchResult result) {
    return CompletableFuture.completedFuture(new Reply.Stopped(result));
  }
}
