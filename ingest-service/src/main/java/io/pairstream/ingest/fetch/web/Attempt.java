package io.pairstream.ingest.fetch.web;

import io.pairstream.ingest.fetch.web.Answer.Ending;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncClientEndpoint;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.util.Timeout;

/** One request on one connection to one address, and its answer. Tells its outcome once. */
final class Attempt implements AsyncClientExchangeHandler {

  /** How many bytes are read between two looks at the budget. */
  static final int STEP = 64 * 1024;

  /** The longest unwanted body that is read past, so that the connection can be used again. */
  private static final int MAX_SKIPPED = 16 * 1024;

  /** Most interim responses (1xx) before the answer; a host that behaves sends one or two. */
  private static final int MAX_INTERIM = 16;

  /** How many bytes show what kind of file it is. */
  static final int FIRST_BYTES = 1024;

  /**
   * What came of it.
   *
   * @param answer the answer, or {@link FetchStopped}; done
   * @param noConnection whether no connection came about, so that another address may be tried
   * @param staleConnection whether a connection was used again and broke before anything came
   */
  record Outcome(CompletableFuture<Answer> answer, boolean noConnection, boolean staleConnection) {}

  private final Exchange.Wire wire;
  private final WebAddress address;
  private final InetAddress ip;
  private final Reading reading;
  private final BodyBudget.Share share;
  private volatile Consumer<Outcome> listener;
  private final HttpCoreContext context = HttpCoreContext.create();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<AsyncClientEndpoint> endpoint = new AtomicReference<>();
  private Body body = new Body();
  private volatile Future<?> connecting;
  private volatile Timers.Timer connectLimit = () -> {};
  private volatile boolean connected;
  private volatile boolean kept;
  private volatile Thread starting;

  // Touched by the connection's thread alone.
  private volatile Head head;
  private Reading.Treatment treatment = Reading.Treatment.LEFT;
  private boolean looked;
  private int skipped;
  private int interim;

  Attempt(
      Exchange.Wire wire,
      WebAddress address,
      InetAddress ip,
      Reading reading,
      BodyBudget.Share share,
      Consumer<Outcome> listener) {
    this.wire = wire;
    this.address = address;
    this.ip = ip;
    this.reading = reading;
    this.share = share;
    this.listener = listener;
  }

  void start() {
    connectLimit = wire.timers().after(wire.limits().connect(), this::onConnectLimit);
    String host = address.host();
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    // The address goes with the name: nothing is looked up again, and the name is what the
    // certificate is held against.
    HttpHost target = new HttpHost(address.scheme(), ip, name, address.port());
    starting = Thread.currentThread();
    connecting =
        wire.requester()
            .connect(
                target,
                // Limits of our own are shorter.
                Timeout.of(wire.limits().total().plusSeconds(2)),
                null,
                new FutureCallback<AsyncClientEndpoint>() {
                  @Override
                  public void completed(AsyncClientEndpoint opened) {
                    onEndpoint(opened);
                  }

                  @Override
                  public void failed(Exception cause) {
                    onBroken(cause);
                  }

                  @Override
                  public void cancelled() {
                    onBroken(Failures.closed());
                  }
                });
    starting = null;
    if (over.get()) {
      connecting.cancel(true);
    }
  }

  /** Closes the connection, unless the attempt is over; tells nobody. */
  void abandon() {
    if (over.compareAndSet(false, true)) {
      letGo(false);
    }
  }

  private void onEndpoint(AsyncClientEndpoint opened) {
    // A new connection takes its time; one that is here at once was kept.
    kept = Thread.currentThread() == starting;
    endpoint.set(opened);
    if (over.get()) {
      letGo(false);
      return;
    }
    opened.execute(this, null, context);
  }

  private void onConnectLimit() {
    if (!connected) {
      var late = Failures.tooLong(address.host(), "a connection", wire.limits().connect());
      end(FetchStopped.future(late), true, false, false);
    }
  }

  private void onBroken(Exception cause) {
    EndpointDetails details = context.getEndpointDetails();
    boolean reused = kept || (details != null && details.getRequestCount() > 1);
    end(
        FetchStopped.future(Failures.of(address.host(), cause)),
        !connected && !kept,
        reused && head == null,
        false);
  }

  private void answer(Ending ending, boolean reusable) {
    Body read = ending == Ending.UNREAD ? new Body() : body;
    body = new Body();
    end(
        CompletableFuture.completedFuture(
            new Answer(head, read, ending, ip, wire.clock().instant())),
        false,
        false,
        reusable);
  }

  private void end(
      CompletableFuture<Answer> outcome,
      boolean noConnection,
      boolean staleConnection,
      boolean reusable) {
    if (over.compareAndSet(false, true)) {
      letGo(reusable);
      Consumer<Outcome> told = listener;
      // A kept connection remembers its last request, which must not keep the image as well.
      listener = unwanted -> {};
      told.accept(new Outcome(outcome, noConnection, staleConnection));
    }
  }

  private void letGo(boolean reusable) {
    connectLimit.cancel();
    Future<?> pending = connecting;
    if (pending != null && !pending.isDone()) {
      pending.cancel(true);
    }
    AsyncClientEndpoint held = endpoint.getAndSet(null);
    if (held == null) {
      return;
    }
    if (reusable) {
      held.releaseAndReuse();
    } else {
      held.releaseAndDiscard();
    }
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext httpContext)
      throws HttpException, IOException {
    connected = true;
    connectLimit.cancel();
    // This constructor alone sends the target as it is; others read it as an address once more.
    HttpRequest request = new BasicHttpRequest("GET", (HttpHost) null, address.target());
    request.addHeader("Host", address.authority());
    request.addHeader("User-Agent", wire.agent());
    request.addHeader("Accept", "image/jpeg,image/png,image/webp,image/gif,*/*;q=0.1");
    // Images are compressed already, and what is inflated must be bounded.
    request.addHeader("Accept-Encoding", "identity");
    channel.sendRequest(request, null, httpContext);
  }

  @Override
  public int available() {
    return 0;
  }

  @Override
  public void produce(DataStreamChannel channel) {}

  @Override
  public void consumeInformation(HttpResponse response, HttpContext httpContext)
      throws IOException {
    interim++;
    if (interim > MAX_INTERIM) {
      throw new MessageConstraintException("more than " + MAX_INTERIM + " interim responses");
    }
  }

  @Override
  public void consumeResponse(
      HttpResponse response, EntityDetails entity, HttpContext httpContext) {
    head = new Head(response, entity == null ? 0 : entity.getContentLength());
    if (entity == null) {
      answer(Ending.UNREAD, true);
      return;
    }
    treatment = reading.treatment().apply(head);
    if (treatment == Reading.Treatment.TAKEN
        && head.length() > reading.mostBytes()
        && !reading.cutsOff()) {
      answer(Ending.TOO_LARGE, false);
    } else if (treatment == Reading.Treatment.LEFT
        || (treatment == Reading.Treatment.SKIPPED && head.length() > MAX_SKIPPED)) {
      answer(Ending.UNREAD, false);
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    boolean mayReadOn =
        over.get()
            || share.mayReadOn(
                () -> {
                  try {
                    updateCapacity(channel);
                  } catch (IOException e) {
                    onBroken(e);
                  }
                });
    if (mayReadOn) {
      channel.update(STEP);
    }
  }

  @Override
  public void consume(ByteBuffer source) {
    if (over.get()) {
      source.position(source.limit());
      return;
    }
    if (treatment == Reading.Treatment.SKIPPED) {
      skipped += source.remaining();
      source.position(source.limit());
      if (skipped > MAX_SKIPPED) {
        answer(Ending.UNREAD, false);
      }
      return;
    }
    int room = reading.mostBytes() - body.size();
    boolean over = source.remaining() > room;
    if (over) {
      source.limit(source.position() + room);
    }
    share.take(body.add(source, head.length()));
    if (!looked && body.size() >= FIRST_BYTES && refusesFirstBytes()) {
      return;
    }
    if (over) {
      answer(reading.cutsOff() ? Ending.WHOLE : Ending.TOO_LARGE, false);
    }
  }

  private boolean refusesFirstBytes() {
    looked = true;
    if (!reading.refusal().test(head, body.first(FIRST_BYTES))) {
      return false;
    }
    answer(Ending.REFUSED, false);
    return true;
  }

  @Override
  public void streamEnd(List<? extends Header> trailers) {
    if (over.get()) {
      return;
    }
    if (treatment == Reading.Treatment.SKIPPED) {
      answer(Ending.UNREAD, true);
    } else if (looked || !refusesFirstBytes()) {
      answer(Ending.WHOLE, true);
    }
  }

  @Override
  public void failed(Exception cause) {
    onBroken(cause);
  }

  @Override
  public void cancel() {
    onBroken(Failures.closed());
  }

  @Override
  public void releaseResources() {}
}
