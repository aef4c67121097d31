package io.pairstream.ingest.fetch.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One request and its answer, within a time, on the thread that runs it. */
final class Exchange extends EventListener {

  /** Reads an answer; the connection is given back when it returns. */
  @FunctionalInterface
  interface Reader<T> {

    /** Reads it; {@link FetchStopped} where it is of no use. */
    T read(HostAnswer answer) throws IOException;
  }

  /**
   * Uses the checked addresses in place of a name: the client connects to one of them and resolves
   * nothing itself. A kept connection serves as long as the name has these.
   */
  private record Checked(Set<InetAddress> addresses) implements Dns {
    @Override
    public List<InetAddress> lookup(String host) {
      return List.copyOf(addresses);
    }
  }

  private final Call call;
  private final Allowance allowance;
  private final Timers timers;
  private final BodyBudget.Share share;
  private final long beganAt;
  private Timers.Timer deadline;
  private InetAddress from;
  private volatile boolean late;

  /**
   * @param addresses addresses that may be asked; at least one
   * @param allowance the time for everything; what it takes is spent of it
   */
  Exchange(
      OkHttpClient.Builder client,
      Request request,
      Set<InetAddress> addresses,
      Allowance allowance,
      BodyBudget budget,
      Timers timers) {
    this.allowance = allowance;
    this.timers = timers;
    call = client.dns(new Checked(addresses)).eventListener(this).build().newCall(request);
    share = budget.open();
    beganAt = timers.nanos();
    deadline = timers.after(allowance.left(), this::onDeadline);
  }

  /**
   * Asks, and reads what comes.
   *
   * @throws FetchStopped where no answer came
   * @throws CancellationException where the caller has cancelled
   */
  <T> T run(Reader<T> reader) {
    HttpUrl url = call.request().url();
    var unused = allowance.result.whenComplete((done, problem) -> call.cancel());
    try (Response response = execute()) {
      HostAnswer answer = new HostAnswer(url, response, from, share);
      answer.requireOneLength();
      return reader.read(answer);
    } catch (IOException e) {
      if (allowance.result.isDone()) {
        throw new CancellationException();
      }
      throw late
          ? FetchStopped.tooLong(url.host(), allowance.total())
          : FetchStopped.of(url.host(), e);
    } finally {
      allowance.left = left();
      deadline.cancel();
      share.close();
    }
  }

  private Response execute() throws IOException {
    try {
      return call.execute();
    } catch (RuntimeException e) {
      // The client says so of interim responses that do not end, and of numbers that are none.
      throw new ProtocolException(e.toString());
    }
  }

  /** Time left. Waiting for our own memory does not count against the host. */
  private Duration left() {
    return allowance.left().minusNanos(timers.nanos() - beganAt - share.waitedNanos());
  }

  private void onDeadline() {
    Duration rest = left();
    if (rest.toNanos() > 0) {
      deadline = timers.after(rest, this::onDeadline);
    } else {
      late = true;
      call.cancel();
    }
  }

  @Override
  public void connectionAcquired(Call acquiring, Connection connection) {
    from = connection.route().socketAddress().getAddress();
  }

  /**
   * How long the requests of one fetch may still take, which are made one after the other. Waiting
   * for a turn takes none of it.
   */
  static final class Allowance {

    private final Duration total;
    private final CompletableFuture<?> result;
    private volatile Duration left;

    /**
     * @param result the requests are cancelled once it is done
     */
    Allowance(Duration total, CompletableFuture<?> result) {
      this.total = total;
      this.result = result;
      left = total;
    }

    Duration total() {
      return total;
    }

    Duration left() {
      return left;
    }
  }
}
