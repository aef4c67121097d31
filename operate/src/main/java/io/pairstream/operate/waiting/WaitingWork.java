package io.pairstream.operate.waiting;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.table.ViewStorageException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** Work that waits for Kafka, done by few threads; what does not fit into its queue is refused. */
public final class WaitingWork implements AutoCloseable {

  private final ExecutorService threads;

  /**
   * @param queue how much may wait at most
   */
  public WaitingWork(String name, int threads, int queue) {
    this.threads = Threads.pool(name, threads, queue);
  }

  /** An answer that does not keep the server's threads waiting. */
  public CompletionStage<Answer> later(Supplier<Answer> answer) {
    try {
      return CompletableFuture.supplyAsync(() -> answered(answer), threads);
    } catch (RejectedExecutionException e) {
      throw Problem.overloaded("too many requests at once; try again later");
    }
  }

  /** The answer, or the problem that it is not there now. */
  public static <T> T answered(Supplier<T> answer) {
    try {
      return answer.get();
    } catch (ImageWorkerUnavailableException e) {
      throw unavailable(ProblemKind.NOT_READY, "no image worker can work: " + e.getMessage());
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      throw unavailable(ProblemKind.NOT_READY, "the schema registry does not answer as it should");
    } catch (ViewStorageException e) {
      throw unavailable(ProblemKind.NOT_READY, "the table of pairs is closed, or its disk fails");
    } catch (KafkaException e) {
      throw unavailable(
          ProblemKind.KAFKA_UNAVAILABLE, "Kafka does not answer now; what is done stands");
    }
  }

  private static Problem unavailable(ProblemKind kind, String detail) {
    return Problem.of(kind, detail).retryAfter(2);
  }

  /** Does what waits, for some seconds at most. */
  @Override
  public void close() {
    threads.shutdown();
    if (!Threads.awaitEnd(threads, Duration.ofSeconds(5))) {
      threads.shutdownNow();
    }
  }
}
