package io.pairstream.answers.api;

import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.card.ApiCall;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.schemas.RawPixels;
import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model behind an API that speaks as OpenAI's {@code POST /v1/chat/completions} does
 * (https://platform.openai.com/docs/api-reference/chat/create): it is shown a picture and a prompt,
 * and writes a text. Asked by one thread at a time.
 */
public final class VisionModel implements AnswerModel {

  private static final Logger LOG = LoggerFactory.getLogger(VisionModel.class);

  private static final Duration REST = Duration.ofMinutes(1);

  /** Side of the black picture that shows whether a refusal is a picture's fault. */
  private static final int MADE_PX = 512;

  private static final ShownPicture MADE =
      ShownPicture.raw(new byte[MADE_PX * MADE_PX], MADE_PX, MADE_PX, 1);

  private final ApiCard card;
  private final ApiCall call;
  private final ChatApi api;
  private final RequestPace pace;
  private final Duration rest;
  private final ExecutorService threads;
  private final AtomicInteger made = new AtomicInteger();
  private final LongAdder count = new LongAdder();

  /** Answers that came before the API stopped. */
  private final Map<ModelQuestion, ModelAnswer> answered = new ConcurrentHashMap<>();

  private volatile ApiStoppedException stopped;
  private volatile long restsUntil;

  /**
   * The model of a card.
   *
   * @throws InvalidCardException where the address is none, the variable that has the key is not
   *     set, or the key would travel in the open
   */
  public static VisionModel of(ApiCard card) {
    String variable = card.call().keyVariable();
    String key = variable.isEmpty() ? "" : System.getenv(variable);
    if (key == null) {
      throw new InvalidCardException(
          "card %s: the environment variable %s is not set; it holds the API's key"
              .formatted(card.name(), variable));
    }
    try {
      return new VisionModel(
          card, key, new RequestPace(card.name(), card.call().requestsPerMinute()), REST);
    } catch (IllegalArgumentException e) {
      throw new InvalidCardException("card " + card.name() + ": " + e.getMessage());
    }
  }

  /**
   * @param key empty where the API wants none
   * @param rest shortest time for which an API that has stopped is left alone
   */
  VisionModel(ApiCard card, String key, RequestPace pace, Duration rest) {
    this.card = card;
    this.call = card.call();
    this.api = new ChatApi(call, key);
    this.pace = pace;
    this.rest = rest;
    this.threads =
        Executors.newFixedThreadPool(call.concurrency(), Threads.daemons("ask-" + card.name()));
  }

  @Override
  public ApiCard card() {
    return card;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where the API stops, answers that came are kept for the next time, and it is left alone for
   * a minute, or as long as it asks.
   *
   * @throws InvalidCardException where it rejects whatever this card asks
   */
  @Override
  public List<ModelAnswer> ask(List<ModelQuestion> batch) {
    refuseWhileStopped(System.nanoTime() - restsUntil < 0);
    stopped = null;
    answered.keySet().retainAll(batch);
    List<Future<?>> asked =
        batch.stream()
            .filter(question -> !answered.containsKey(question))
            .<Future<?>>map(question -> threads.submit(() -> answer(question)))
            .toList();
    for (Future<?> each : asked) {
      await(each);
    }
    refuseWhileStopped(true);
    List<ModelAnswer> answers = batch.stream().map(answered::get).toList();
    answered.clear();
    return answers;
  }

  private void refuseWhileStopped(boolean isResting) {
    if (stopped != null && stopped.lasts()) {
      throw new InvalidCardException("card %s: %s".formatted(card.name(), stopped.getMessage()));
    } else if (stopped != null && isResting) {
      throw new ModelUnavailableException(card.name() + ": " + stopped.getMessage(), stopped);
    }
  }

  @Override
  public long answered() {
    return count.sum();
  }

  private void await(Future<?> asked) {
    try {
      asked.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelUnavailableException("interrupted while " + card.name() + " was asked", e);
    }
  }

  private Void answer(ModelQuestion question) throws InterruptedException {
    if (stopped != null) {
      return null;
    }
    try {
      answered.put(question, ask(question));
      count.increment();
    } catch (ApiStoppedException stop) {
      Duration wanted = stop.lasts() || stop.pause().compareTo(rest) < 0 ? rest : stop.pause();
      restsUntil = System.nanoTime() + wanted.toNanos();
      stopped = stop;
    } catch (RuntimeException e) {
      LOG.error("{} fails over a question", card.name(), e);
      answered.put(
          question,
          new Failed(Failure.ODD_ANSWER, "the log says why: " + e.getClass().getSimpleName()));
    }
    return null;
  }

  private ModelAnswer ask(ModelQuestion question) throws InterruptedException {
    Optional<String> picture = dataUrl(question.picture());
    if (picture.isEmpty()) {
      return new Failed(Failure.UNREADABLE, "the picture's size is not that of its pixels");
    }
    Optional<Reply> reply = pace.make(() -> call(picture.get()));
    if (reply.isEmpty()) {
      throw new InterruptedException("the model is closed");
    }
    if (reply.get() instanceof Reply.Failed failed && failed.isOfRequest()) {
      if (call(dataUrl(MADE).orElseThrow()) instanceof Reply.Failed made && made.isOfRequest()) {
        throw ApiStoppedException.lasting(
            failed.detail()
                + "; it says so of any picture: change the card, whose keys max-tokens-parameter and"
                + " temperature may be none");
      }
    } else if (reply.get() instanceof Reply.Later later && !later.isAway()) {
      if (call(dataUrl(MADE).orElseThrow()) instanceof Reply.Later) {
        throw new ApiStoppedException(later.detail());
      }
    }
    return answer(reply.get());
  }

  /** Asks once about a picture; gives no text where the card allows no further call. */
  private Reply call(String picture) throws InterruptedException {
    boolean isAllowed = call.mostCalls() == 0 || made.getAndIncrement() < call.mostCalls();
    return isAllowed ? api.ask(picture) : new Reply.Given(null);
  }

  private ModelAnswer answer(Reply reply) {
    if (reply instanceof Reply.Given given) {
      return given.text() == null
          ? new Failed(
              Failure.OVER_BUDGET,
              "the card's api.most-calls, %d, are made".formatted(call.mostCalls()))
          : new Answered(
              Map.of(), Map.of(), Map.of(), Map.of(card.outputs().get(0).name(), given.text()));
    } else if (reply instanceof Reply.Refused refused) {
      return new Failed(Failure.REFUSED, refused.detail());
    } else if (reply instanceof Reply.Later later) {
      if (later.isAway()) {
        throw new ApiStoppedException(later.detail());
      }
      return new Failed(
          Failure.TIMED_OUT, later.detail() + " (asked " + RequestPace.ATTEMPTS + " times)");
    }
    return new Failed(Failure.ODD_ANSWER, ((Reply.Failed) reply).detail());
  }

  /** The picture's file in base64; empty where raw pixels are not of the size that they name. */
  private static Optional<String> dataUrl(ShownPicture picture) {
    byte[] bytes = picture.bytes().bytes();
    if (picture.isPixels()) {
      return RawPixels.png(bytes, picture.width(), picture.height(), picture.channels())
          .map(png -> dataUrl(ImageType.PNG, png));
    }
    // A file of a type that no API takes is called JPEG.
    Optional<ImageType> type = ImageType.of(bytes).filter(known -> known != ImageType.GIF);
    return Optional.of(dataUrl(type.orElse(ImageType.JPEG), bytes));
  }

  private static String dataUrl(ImageType type, byte[] file) {
    return "data:%s;base64,%s"
        .formatted(type.mediaType(), Base64.getEncoder().encodeToString(file));
  }

  /** {@inheritDoc} Requests under way are given up. */
  @Override
  public void close() {
    pace.stop();
    threads.shutdownNow();
  }
}
