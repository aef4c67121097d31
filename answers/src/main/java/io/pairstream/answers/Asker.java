package io.pairstream.answers;

import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.schemas.Threads;
import io.pairstream.service.Backoff;
import io.pairstream.service.report.Obstacle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * The questions to one model, and those of them that it is asked now, on a thread of its own: half
 * a batch, and another half that waits behind it, so that the model works while the answers to one
 * half are committed. Not thread-safe.
 */
final class Asker implements AutoCloseable {

  /** A question and what the model says to it. */
  record Answered(Question question, ModelAnswer answer) {}

  /** Questions that the model is asked at a time. */
  private record Half(List<Question> questions, CompletableFuture<List<ModelAnswer>> answers) {}

  private final AnswerModel model;
  private final ModelCard card;

  /** Most questions of a half, and most halves: together no more than a batch. */
  private final int half;

  private final int halves;
  private final long batchAge;
  private final ExecutorService thread;
  private final Map<String, Question> waiting = new LinkedHashMap<>();
  private final Map<String, Question> asked = new LinkedHashMap<>();
  private final Deque<Half> asking = new ArrayDeque<>();
  private final Backoff pauses = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(8));
  private long restsUntil = System.nanoTime();
  private ModelUnavailableException away;
  private long bytes;
  private long lastAnswered = -1;
  private long answeredAt;

  /**
   * @param model closed by the caller
   * @param batch most questions at a time; 1 or more
   * @param batchAge how long a question waits for others
   */
  Asker(AnswerModel model, int batch, Duration batchAge) {
    this.model = model;
    this.card = model.card();
    this.halves = Math.min(2, batch);
    this.half = batch / halves;
    this.batchAge = batchAge.toNanos();
    this.thread = Executors.newSingleThreadExecutor(Threads.daemons("ask-" + card.name()));
  }

  ModelCard card() {
    return card;
  }

  /** The question of a key, if it waits or is being asked. */
  Optional<Question> question(String key) {
    return Optional.ofNullable(waiting.getOrDefault(key, asked.get(key)));
  }

  /** Questions that wait, and are not being asked. */
  Collection<Question> waiting() {
    return waiting.values();
  }

  /** Questions that wait or are being asked. */
  Stream<Question> all() {
    return Stream.concat(waiting.values().stream(), asked.values().stream());
  }

  boolean isAsking() {
    return !asking.isEmpty();
  }

  /** Why the model cannot be asked now; empty where it can. */
  Optional<ModelUnavailableException> away() {
    return Optional.ofNullable(away);
  }

  /**
   * The obstacle that the model is itself, where it has answered nothing for a minute.
   *
   * @param now by {@link System#nanoTime}; noted at each call
   */
  Optional<Obstacle> busy(long now) {
    long answered = model.answered();
    if (asking.isEmpty() || answered != lastAnswered) {
      lastAnswered = answered;
      answeredAt = now;
    }
    long minutes = TimeUnit.NANOSECONDS.toMinutes(now - answeredAt);
    return minutes < 1
        ? Optional.empty()
        : Optional.of(
            Obstacle.known(
                "MODEL_BUSY",
                "the model {0} has answered no question for {1} min; its card allows {2} s for each",
                card.name(),
                minutes,
                card.perQuestion().toSeconds()));
  }

  /** Bytes of the pictures of all questions. */
  long bytes() {
    return bytes;
  }

  void add(Question question) {
    waiting.put(question.key(), question);
    bytes += question.size();
  }

  /** Takes a question out that waits. */
  void remove(Question question) {
    waiting.remove(question.key());
    bytes -= question.size();
  }

  /** Waits for the next answers, at most until a time. */
  void awaitAnswers(long deadline) {
    if (asking.isEmpty()) {
      return;
    }
    try {
      asking.peek().answers().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The first is seen by the thread that takes the answers; after the second they still come.
    }
  }

  /** The questions to ask now: as many as half a batch, or one that has waited long enough. */
  List<Question> due(long now) {
    if (asking.size() == halves || now - restsUntil < 0) {
      return List.of();
    }
    List<Question> due = new ArrayList<>();
    boolean isOld = false;
    for (Question question : waiting.values()) {
      if (question.isOurTurn(now) && due.size() < half) {
        due.add(question);
        isOld |= now - question.since() >= batchAge;
      }
    }
    return isOld || due.size() == half ? due : List.of();
  }

  /**
   * Asks questions that wait. All answers that were taken before must be committed.
   *
   * @param nanos counts how long it takes
   */
  void ask(List<Question> questions, LongAdder nanos) {
    List<ModelQuestion> batched = new ArrayList<>();
    for (Question question : questions) {
      waiting.remove(question.key());
      asked.put(question.key(), question);
      batched.add(question.shown().question());
    }
    CompletableFuture<List<ModelAnswer>> answers =
        CompletableFuture.supplyAsync(
            () -> {
              long began = System.nanoTime();
              try {
                return model.ask(batched);
              } finally {
                nanos.add(System.nanoTime() - began);
              }
            },
            thread);
    asking.add(new Half(List.copyOf(questions), answers));
  }

  /** The answers that have come; none to what the model could not be asked: that waits again. */
  List<Answered> take() {
    List<Answered> taken = new ArrayList<>();
    while (!asking.isEmpty() && asking.peek().answers().isDone()) {
      Half done = asking.remove();
      done.questions().forEach(each -> asked.remove(each.key()));
      take(done, taken);
    }
    return taken;
  }

  private void take(Half done, List<Answered> taken) {
    List<Question> questions = done.questions();
    try {
      List<ModelAnswer> said = done.answers().join();
      if (said.size() != questions.size()) {
        throw new IllegalStateException(
            "%s has %d answers to %d questions"
                .formatted(card.name(), said.size(), questions.size()));
      }
      for (int i = 0; i < questions.size(); i++) {
        taken.add(new Answered(questions.get(i), said.get(i)));
        bytes -= questions.get(i).size();
      }
      away = null;
      pauses.reset();
    } catch (CompletionException e) {
      Throwable fault = e.getCause();
      if (!(fault instanceof RuntimeException) || fault instanceof InvalidCardException) {
        throw fault instanceof InvalidCardException invalid ? invalid : e;
      }
      // An unforeseen fault of one model does not end the asking of others.
      away =
          fault instanceof ModelUnavailableException unavailable
              ? unavailable
              : new ModelUnavailableException(card.name() + " cannot be asked: " + fault, fault);
      restsUntil = System.nanoTime() + pauses.next().toNanos();
      questions.forEach(each -> waiting.put(each.key(), each));
    }
  }

  /** Asks no more; a batch that the model has is left to it. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
