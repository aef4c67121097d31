package io.pairstream.answers;

import io.pairstream.image.card.ApiCall;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.CaptionInput;
import io.pairstream.image.card.CardFacts;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.card.OnnxCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.image.plan.GraphInputs.CaptionTensors;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.protocol.Failure;
import io.pairstream.schemas.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A model whose answer is a function of what it is shown, and that tells what it was asked. */
final class CountingModel implements AnswerModel {

  private final ModelCard card;
  private final Consumer<String> asked;
  private final List<String> all = new CopyOnWriteArrayList<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private boolean unfit;
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger away = new AtomicInteger();
  private volatile RuntimeException fault;

  /**
   * @param asked hears what it is asked, as {@link #name} names it
   */
  CountingModel(ModelCard card, Consumer<String> asked) {
    this.card = card;
    this.asked = asked;
  }

  CountingModel(ModelCard card) {
    this(card, name -> {});
  }

  /** A card of a model that sees pictures, captions or both. */
  static ModelCard card(String name, boolean seesPicture, boolean seesCaption, String rendition) {
    PictureInput picture =
        new PictureInput(
            "pixels",
            PictureInput.Fit.CROP,
            224,
            224,
            PictureInput.Resampling.BICUBIC,
            0,
            0,
            PictureInput.Channels.RGB,
            PictureInput.Layout.NCHW,
            1,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    CaptionInput caption =
        new CaptionInput(null, CaptionInput.Fill.NONE, new CaptionTensors("ids", "", ""));
    return new OnnxCard(
        facts(name, rendition, false),
        Optional.of(picture).filter(shown -> seesPicture),
        Optional.of(caption).filter(shown -> seesCaption));
  }

  private static CardFacts facts(String name, String rendition, boolean asPairs) {
    return new CardFacts(
        name,
        List.of(),
        "CC0-1.0",
        "made by a test",
        HexFormat.of().formatHex(Sha256.of(name)),
        List.of(),
        8,
        Duration.ofSeconds(1),
        rendition,
        asPairs);
  }

  /**
   * A card of an API that writes a text about a picture.
   *
   * @param asPairs as the card of an API says it
   */
  static ModelCard captioner(String name, boolean asPairs) {
    return new ApiCard(
        facts(name, "", asPairs),
        new ApiCall(
            "http://api",
            "m-1",
            "Describe it.",
            "",
            "max_tokens",
            50,
            OptionalDouble.of(0),
            60,
            4,
            0,
            Duration.ofSeconds(1)));
  }

  static ModelCard ofPictures(String name) {
    return card(name, true, false, "");
  }

  @Override
  public long answered() {
    return answered.get();
  }

  /** A text of all that a question shows. */
  static String name(ModelQuestion question) {
    List<String> shown = new ArrayList<>();
    if (question.picture() != null) {
      shown.add(new String(question.picture().bytes().bytes(), StandardCharsets.ISO_8859_1));
    }
    if (question.caption() != null) {
      shown.add(question.caption());
    }
    return String.join("|", shown);
  }

  /** All questions so far, in order. */
  List<String> asked() {
    return all;
  }

  /** Crashes over what shows this. */
  CountingModel failingOn(String name) {
    failing.add(name);
    return this;
  }

  /** Fails no more. */
  void mend() {
    failing.clear();
  }

  /** Cannot be started so many times. */
  CountingModel away(int times) {
    away.set(times);
    return this;
  }

  /** Rejects whatever it is asked. */
  CountingModel unfit() {
    unfit = true;
    return this;
  }

  /** Fails over every batch. */
  CountingModel stumbling(RuntimeException fault) {
    this.fault = fault;
    return this;
  }

  int timesAway() {
    return away.get();
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public List<ModelAnswer> ask(List<ModelQuestion> batch) {
    if (unfit) {
      throw new InvalidCardException("card %s: it rejects any picture".formatted(card.name()));
    }
    if (away.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
      throw new ModelUnavailableException("no process today", null);
    }
    if (fault != null) {
      throw fault;
    }
    return batch.stream().map(this::answer).toList();
  }

  private ModelAnswer answer(ModelQuestion question) {
    String name = name(question);
    all.add(name);
    asked.accept(name);
    answered.incrementAndGet();
    if (failing.contains(name)) {
      return new ModelAnswer.Failed(Failure.CRASHED, "it crashes over " + name);
    }
    if (card instanceof ApiCard) {
      return new ModelAnswer.Answered(
          Map.of(), Map.of(), Map.of(), Map.of("caption", "a picture of a " + name));
    }
    return new ModelAnswer.Answered(
        Map.of(card.name() + "-size", (double) name.length()),
        Map.of(card.name() + "-kind", name.length() % 2 == 0 ? "even" : "odd"),
        Map.of(card.name() + "-vector", new float[] {name.length(), -0.5f}),
        Map.of());
  }

  @Override
  public void close() {}
}
