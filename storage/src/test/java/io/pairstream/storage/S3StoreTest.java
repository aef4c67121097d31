package io.pairstream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A store in a bucket, of a server whose answers break off, come late, or are wrong. */
class S3StoreTest extends ObjectStoreContract {

  private static final AtomicInteger STORES = new AtomicInteger();

  private static S3Server server;
  private static FaultyProxy proxy;
  private static FaultyProxy elsewhere;

  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final CountDownLatch isOver = new CountDownLatch(1);
  private S3Store store;

  @BeforeAll
  static void start(@TempDir Path home) throws Exception {
    server = new S3Server(home);
    proxy = new FaultyProxy(server.url());
    elsewhere = new FaultyProxy(server.url());
    server.useEndpoint(proxy.url());
  }

  @AfterAll
  static void stop() {
    proxy.close();
    elsewhere.close();
    server.close();
  }

  @Override
  S3Store store() {
    return S3Store.open(
        "s3://bucket/set" + STORES.incrementAndGet() + "/",
        new S3Connection.Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(1)));
  }

  @BeforeEach
  void openIt() {
    store = store();
  }

  @AfterEach
  void heal() {
    isOver.countDown();
    proxy.heal();
    elsewhere.heal();
    store.close();
  }

  /** A wrong answer to a request for an object's bytes. */
  enum Fault {
    BREAKS_OFF,
    SENDS_NO_BYTE,
    COMES_LATE,
    IS_BUSY,
    IGNORES_THE_RANGE,
    SENDS_FEWER_BYTES,
    REDIRECTS
  }

  private FaultyProxy.Fault with(Fault fault) {
    return switch (fault) {
      case BREAKS_OFF -> (request, origin) -> FaultyProxy.send(request, origin.ask(request), 1000);
      case SENDS_NO_BYTE -> (request, origin) -> FaultyProxy.send(request, origin.ask(request), 0);
      case COMES_LATE -> (request, origin) -> await();
      case IS_BUSY -> FaultyProxy.refusal(503, "ServiceUnavailable");
      case IGNORES_THE_RANGE ->
          (request, origin) -> FaultyProxy.send(request, origin.ask(request, "range"));
      case SENDS_FEWER_BYTES ->
          (request, origin) -> {
            HttpResponse<byte[]> right = origin.ask(request);
            String range = right.headers().firstValue("Content-Range").orElseThrow();
            request.getResponseHeaders().set("Content-Range", range);
            request.sendResponseHeaders(206, 10);
            request.getResponseBody().write(right.body(), 0, 10);
          };
      case REDIRECTS ->
          (request, origin) -> {
            request
                .getResponseHeaders()
                .set("Location", elsewhere.url().resolve(request.getRequestURI()) + "?token=t");
            request.sendResponseHeaders(302, -1);
          };
    };
  }

  private void await() {
    try {
      isOver.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesAreRightAfterAnswersThatAreNot(Fault fault) throws IOException {
    byte[] content = content(10_000);
    store.put("a.tar", content);
    elsewhere.always(this::noteAuthorization);

    proxy.next(2, with(fault));
    assertThat(store.read("a.tar", 2000, 5000)).isEqualTo(Arrays.copyOfRange(content, 2000, 7000));
    if (fault != Fault.SENDS_FEWER_BYTES) {
      proxy.next(2, with(fault));
      assertThat(store.read("a.tar")).isEqualTo(content);
    }
    assertThat(authorizations).allMatch("null"::equals);
  }

  private void noteAuthorization(HttpExchange request, FaultyProxy.Origin origin)
      throws IOException {
    authorizations.add(String.valueOf(request.getRequestHeaders().getFirst("Authorization")));
    FaultyProxy.send(request, origin.ask(request));
  }

  @ParameterizedTest
  @CsvSource({
    "SENDS_NO_BYTE, its bytes break off at 2000 of 10000 (5 attempts)",
    "IGNORES_THE_RANGE, it has to serve ranges (5 attempts)",
    "SENDS_FEWER_BYTES, another number of bytes than was asked for"
  })
  void aStoreThatStaysWrongIsNamed(Fault fault, String words) throws IOException {
    store.put("a.tar", content(10_000));

    proxy.always(with(fault));

    assertThatThrownBy(() -> store.read("a.tar", 2000, 5000))
        .hasMessageStartingWith(store.url() + "/a.tar cannot be read: ")
        .hasMessageContaining(words);
  }

  @Test
  void aPartBehindTheEndOfAnObjectIsRefused() throws IOException {
    store.put("a.tar", content(10_000));
    assertThatThrownBy(() -> store.read("a.tar", 9_999, 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/a.tar has 10000 bytes");
  }

  @Test
  void anObjectIsFoundWhereTheStoreRedirects() throws IOException {
    store.put("a.tar", content(10_000));

    proxy.always(with(Fault.REDIRECTS));

    assertThat(store.find("a.tar")).map(ObjectStore.ObjectInfo::bytes).contains(10_000L);
    assertThatThrownBy(() -> store.put("a.tar", new byte[1]))
        .hasMessageContaining("the store redirects to 127.0.0.1")
        .hasMessageNotContaining("token");
  }

  @Test
  void anObjectThatIsReplacedWhileItIsReadIsNotMixed() throws IOException {
    store.put("a.tar", content(10_000));
    proxy.next(
        1,
        (request, origin) -> {
          FaultyProxy.send(request, origin.ask(request), 1000);
          request.close();
          store.put("a.tar", content(9_999));
        });

    assertThatThrownBy(() -> store.read("a.tar"))
        .hasMessage(store.url() + "/a.tar was replaced while it was read; read it again");
  }

  @Test
  void writesAreRepeatedAndCreatedOnceThoughAnAnswerIsLost() throws IOException {
    proxy.next(3, FaultyProxy.refusal(503, "ServiceUnavailable"));
    store.put("a", content(10));
    proxy.next(1, FaultyProxy.refusal(409, "ConditionalRequestConflict"));
    assertThat(store.create("b", content(10))).isTrue();
    proxy.next(1, (request, origin) -> origin.ask(request));
    assertThat(store.create("c", content(10))).isTrue();
    assertThat(store.create("c", content(10))).isFalse();

    assertThat(store.read("a")).isEqualTo(content(10));
    assertThat(store.list("")).hasSize(3);
  }

  @Test
  void aFileThatOneRequestCannotPutIsRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a");
    try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
      hole.setLength((5L << 30) + 1);
    }

    assertThatThrownBy(() -> store.put("a.tar", file))
        .hasMessageEndingWith(
            "/a.tar has 5368709121 bytes; an object has at most 5368709120 (5 GiB)");
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void credentialsThatExpireAreReadAnew() throws IOException {
    store.put("a", content(10));
    proxy.always(
        (request, origin) -> {
          if (request.getRequestHeaders().getFirst("Authorization").contains("AKIAOLD")) {
            server.writeCredentials("AKIANEW");
            FaultyProxy.refusal(400, "ExpiredToken").answer(request, origin);
          } else {
            FaultyProxy.send(request, origin.ask(request));
          }
        });

    assertThat(store.read("a")).isEqualTo(content(10));
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, '/a: access denied (AccessDenied); check the credentials (AWS_PROFILE,"
        + " AWS_ACCESS_KEY_ID) and that they may list, read and write there'",
    "400, ExpiredToken, '/a: access denied (ExpiredToken); check the credentials (AWS_PROFILE,"
        + " AWS_ACCESS_KEY_ID) and that they may list, read and write there'",
    "404, NoSuchBucket, s3://bucket does not exist",
    "501, NotImplemented, /a: the store answers 501 NotImplemented"
  })
  void aRefusalIsASentenceWithoutSecrets(int status, String code, String words) {
    proxy.always(FaultyProxy.refusal(status, code));

    assertThatThrownBy(() -> store.put("a", new byte[1]))
        .hasMessage(words.startsWith("/") ? store.url() + words : words)
        .hasNoCause();
  }

  @Test
  void anEndpointThatIsNoneIsNamedByItsSetting() {
    server.useEndpoint(URI.create(""));
    try {
      assertThatThrownBy(() -> ObjectStore.open("s3://bucket"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("check AWS_ENDPOINT_URL_S3");
    } finally {
      server.useEndpoint(proxy.url());
    }
  }

  @Test
  void anAddressHasNoCredentials() {
    assertThatThrownBy(() -> ObjectStore.open("s3://KEY:SECRET@bucket/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("SECRET");
  }

  @Test
  void aStoreThatIgnoresConditionsIsRefused() {
    proxy.always(
        (request, origin) -> FaultyProxy.send(request, origin.ask(request, "if-none-match")));

    assertThatThrownBy(() -> store.requireFitForSets())
        .hasMessageStartingWith(store.url() + " cannot hold a data set: it ignores If-None-Match");
  }

  private static byte[] content(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }
}
