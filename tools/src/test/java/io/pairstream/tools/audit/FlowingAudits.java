package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Audits again and again while records flow. */
final class FlowingAudits {

  private static final int AUDITS = 8;

  private FlowingAudits() {}

  /**
   * @param step lets the record of that number flow
   */
  static List<AuditReport> run(ClusterAccess cluster, IntConsumer step) throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger flowed = new AtomicInteger();
    CompletableFuture<Void> flow =
        CompletableFuture.runAsync(
            () -> {
              while (!enough.get()) {
                step.accept(flowed.get());
                flowed.incrementAndGet();
              }
            });
    // However busy the machine, what was on its way at one look can be read before the next.
    Runnable untilTheNext =
        () -> {
          int before = flowed.get();
          while (flowed.get() == before && !flow.isDone()) {
            Await.pause();
          }
        };
    List<AuditReport> reports = new ArrayList<>();
    for (int i = 0; i < AUDITS; i++) {
      reports.add(new Audit(cluster, untilTheNext).run());
    }
    enough.set(true);
    flow.get(5, TimeUnit.MINUTES);
    assertThat(flowed).hasPositiveValue();
    return reports;
  }
}
