package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HostResolverTest {

  private static final List<InetAddress> FOUND = List.of(InetAddress.getLoopbackAddress());

  private final CountDownLatch answering = new CountDownLatch(1);
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger mostWaiting = new AtomicInteger();
  private final HostResolver resolver = new HostResolver(this::lookUp);

  @AfterEach
  void close() {
    answering.countDown();
    resolver.close();
  }

  @Test
  void domainWhoseServersAreSilentHoldsUpNoOther() throws Exception {
    List<CompletableFuture<List<InetAddress>>> silent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      silent.add(resolver.addresses("h" + i + ".of.silent.example"));
    }

    assertThat(resolver.addresses("a.good.example").get()).isEqualTo(FOUND);
    assertThat(resolver.addresses("example").get()).isEqualTo(FOUND);
    assertThat(mostWaiting).hasValueLessThanOrEqualTo(HostResolver.LANES);
    assertThat(silent).noneMatch(answer -> answer.getNow(List.of()).equals(FOUND));
  }

  @Test
  void manyDomainsWhoseServersAreSilentHoldUpNoOther() throws Exception {
    for (int i = 0; i < 900; i++) {
      for (int name = 0; name < 3; name++) {
        var unused = resolver.addresses("h" + name + ".silent.example" + i);
      }
    }

    assertThat(resolver.addresses("a.good.example").get()).isEqualTo(FOUND);
  }

  @Test
  void domainThatHasAnsweredIsNotHeldUpByNewOnes() throws Exception {
    assertThat(resolver.addresses("a.good.example").get()).isEqualTo(FOUND);
    List<CompletableFuture<List<InetAddress>>> silent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      silent.add(resolver.addresses("h.silent.example" + i));
    }

    assertThat(resolver.addresses("b.good.example").get()).isEqualTo(FOUND);
    assertThat(silent).noneMatch(answer -> answer.getNow(List.of()).equals(FOUND));
  }

  @Test
  void everyNameOfADomainGetsItsTurn() {
    List<CompletableFuture<List<InetAddress>>> silent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      silent.add(resolver.addresses("h" + i + ".silent.example"));
    }

    answering.countDown();

    assertThat(silent).allSatisfy(answer -> assertThat(answer.get()).isEqualTo(FOUND));
    assertThat(mostWaiting).hasValueLessThanOrEqualTo(HostResolver.LANES);
  }

  @Test
  void faultOfTheSystemsResolverIsReported() throws Exception {
    assertThatThrownBy(() -> resolver.addresses("broken.example").get())
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> resolver.addresses("worse.example").get())
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(resolver.addresses("good.example").get()).isEqualTo(FOUND);
  }

  private InetAddress[] lookUp(String host) {
    if (host.contains("silent.example")) {
      mostWaiting.accumulateAndGet(waiting.incrementAndGet(), Math::max);
      try {
        answering.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      waiting.decrementAndGet();
    } else if (host.equals("broken.example")) {
      throw new IllegalStateException("the resolver is broken");
    } else if (host.equals("worse.example")) {
      throw new StackOverflowError();
    }
    return FOUND.toArray(InetAddress[]::new);
  }
}
