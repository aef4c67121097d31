package io.pairstream.demo;

import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Threads;
import io.pairstream.service.Cluster;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/** Drawn pairs. Drawing begins at once, ahead of the platform's start. */
public final class DrawnSupply implements PairSupply {

  /** Pairs drawn ahead; about 100 KB each. */
  private static final int AHEAD = 256;

  private final long pairs;
  private final BlockingQueue<DrawnPair> drawn = new ArrayBlockingQueue<>(AHEAD);

  /**
   * @param seed the same seed draws the same pairs
   * @param pairs how many
   */
  public DrawnSupply(long seed, long pairs) {
    this.pairs = pairs;
    Thread artist = Threads.daemon("artist", () -> draw(new DrawnPairs(seed)));
    artist.start();
  }

  private void draw(DrawnPairs source) {
    try {
      for (long index = 0; index < pairs; index++) {
        drawn.put(source.at(index));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void publish(PairPublisher publisher, Cluster cluster, Runnable published) {
    int schemaId = cluster.registry().idOf(publisher.topic() + "-value", RawPair.SCHEMA$);
    try {
      for (long sent = 0; sent < pairs; sent++) {
        var unused = send(drawn.take(), publisher, schemaId).thenRun(published);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    publisher.flush();
  }

  private static CompletableFuture<?> send(DrawnPair pair, PairPublisher publisher, int schemaId) {
    if (pair.content() instanceof DrawnPair.Content.Submitted submitted) {
      return publisher.publish(submitted.pair());
    }
    DrawnPair.Content.Forged forged = (DrawnPair.Content.Forged) pair.content();
    return publisher.publishRecord(
        forged.key().getBytes(StandardCharsets.UTF_8), forged.value(schemaId));
  }
}
