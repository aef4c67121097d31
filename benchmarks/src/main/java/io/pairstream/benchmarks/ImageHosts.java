package io.pairstream.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncResponseProducer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducers;
import org.apache.hc.core5.http.nio.entity.DiscardingEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.nio.support.BasicServerExchangeHandler;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ListenerEndpoint;

/**
 * All hosts, on all loopback addresses, in one process: does what the address of an image says.
 * Says its port, and ends with its input.
 */
public final class ImageHosts implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {

  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

  private ImageHosts() {}

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    ImageHosts hosts = new ImageHosts();
    HttpAsyncServer server =
        AsyncServerBootstrap.bootstrap()
            .setRequestRouter((request, context) -> () -> new BasicServerExchangeHandler<>(hosts))
            .create();
    server.start();
    ListenerEndpoint endpoint =
        server.listen(new InetSocketAddress("0.0.0.0", 0), URIScheme.HTTP).get();
    System.out.printf(
        "ready {\"port\": %d}%n", ((InetSocketAddress) endpoint.getAddress()).getPort());
    int input = 0;
    while (input >= 0) {
      input = System.in.read();
    }
    System.exit(0);
  }

  @Override
  public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
      HttpRequest request, EntityDetails entity, HttpContext context) {
    return new BasicRequestConsumer<>(new DiscardingEntityConsumer<>());
  }

  @Override
  public void handle(
      Message<HttpRequest, Void> message, ResponseTrigger trigger, HttpContext context) {
    // /w<milliseconds>/s<status>/b<bytes>/r<redirected>/<number>.png
    String path = message.getHead().getPath();
    String[] parts = path.split("/", -1);
    AsyncResponseProducer answer = answer(path, parts);
    var unused =
        later.schedule(
            () -> {
              try {
                trigger.submitResponse(answer, context);
              } catch (HttpException | IOException e) {
                // Whoever asked has left.
              }
            },
            parts.length == 6 ? number(parts[1]) : 0,
            TimeUnit.MILLISECONDS);
  }

  private AsyncResponseProducer answer(String path, String[] parts) {
    if (parts.length != 6) {
      return AsyncResponseBuilder.create(404).build();
    }
    if (parts[4].equals("r1")) {
      return AsyncResponseBuilder.create(302)
          .setHeader("Location", path.replaceFirst("/w\\d+", "/w5").replace("/r1/", "/r0/"))
          .build();
    }
    int status = number(parts[2]);
    if (status != 200) {
      return AsyncResponseBuilder.create(status).setEntity("no such image").build();
    }
    return AsyncResponseBuilder.create(200)
        .setEntity(
            AsyncEntityProducers.create(
                Arrays.copyOf(PNG_SIGNATURE, number(parts[3])), ContentType.IMAGE_PNG))
        .build();
  }

  private static int number(String part) {
    return Integer.parseInt(part.substring(1));
  }
}
