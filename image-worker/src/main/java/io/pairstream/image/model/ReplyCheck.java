package io.pairstream.image.model;

import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.sandbox.Complaints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes answers of what a process says, which may be under an attacker's control. Remembers how
 * long vectors are. Thread-safe.
 */
final class ReplyCheck {

  /** Failures that a process may report; the others are the client's findings. */
  private static final Set<Failure> OWN_FAILURES =
      Set.of(Failure.REFUSED, Failure.OVER_BUDGET, Failure.UNREADABLE, Failure.ODD_ANSWER);

  /** A caption without a word; a made picture may have it. */
  static final Failed WORDLESS = new Failed(Failure.ODD_ANSWER, "the model wrote no word");

  private final ModelCard card;
  private final Map<String, Integer> lengths = new HashMap<>();

  ReplyCheck(ModelCard card) {
    this.card = card;
  }

  /**
   * @param token the request's
   * @param count how many questions it has
   * @throws OddAnswerException where the reply is none to them
   */
  List<ModelAnswer> answers(ModelReply reply, long token, int count) throws OddAnswerException {
    require(reply.token() == token, "it is to another request");
    require(
        reply.items().size() == count,
        "it has %d answers to %d questions".formatted(reply.items().size(), count));
    ModelAnswer[] answers = new ModelAnswer[count];
    for (int i = 0; i < count; i++) {
      answers[i] = answer(reply.items().get(i));
    }
    return List.of(answers);
  }

  private ModelAnswer answer(ItemReply item) throws OddAnswerException {
    if (!item.failure().isEmpty()) {
      Failure failure = item.failure().get(0);
      require(OWN_FAILURES.contains(failure), "it says that it " + failure);
      return new Failed(failure, Complaints.presentable(item.detail()));
    }
    requireNames(Set.of(As.NUMBER, As.SHARE), item.numbers());
    requireNames(Set.of(As.LABEL), item.labels());
    requireNames(Set.of(As.VECTOR), item.vectors());
    boolean isWriter = card.decoding() != null;
    requireNames(isWriter ? Set.of() : Set.of(As.TEXT), item.texts());
    requireNames(isWriter ? Set.of(As.TEXT) : Set.of(), item.ids());
    Map<String, String> texts = new HashMap<>(item.texts());
    for (Map.Entry<String, List<Integer>> ids : item.ids().entrySet()) {
      texts.put(ids.getKey(), written(ids.getValue()));
    }
    if (isWriter && texts.containsValue("")) {
      return WORDLESS;
    }
    for (Map.Entry<String, String> text : texts.entrySet()) {
      require(
          text.getValue().length() <= TextReading.MOST_CHARACTERS
              && text.getValue().chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)),
          text.getKey() + " is too long, or has control characters");
    }
    for (Map.Entry<String, Double> number : item.numbers().entrySet()) {
      require(Double.isFinite(number.getValue()), number.getKey() + " is not finite");
    }
    for (ModelOutput output : card.outputs()) {
      require(
          output.as() != As.LABEL || output.labels().contains(item.labels().get(output.name())),
          output.name() + " is none of the card's labels");
    }
    Map<String, float[]> vectors = new HashMap<>();
    for (Map.Entry<String, List<Double>> vector : item.vectors().entrySet()) {
      vectors.put(vector.getKey(), vector(vector.getKey(), vector.getValue()));
    }
    return new Answered(item.numbers(), item.labels(), vectors, texts);
  }

  /** The prompt's words and those that were written; no more than an answer may have. */
  private String written(List<Integer> ids) throws OddAnswerException {
    CaptionDecoding decoding = card.decoding();
    require(
        ids.size() <= decoding.mostTokens()
            && ids.stream().allMatch(id -> id >= 0 && id < card.words().size()),
        "it has too many ids, or one that the vocabulary has not");
    List<Integer> all = new ArrayList<>(decoding.begin().subList(1, decoding.begin().size()));
    all.addAll(ids);
    return TextReading.bounded(GeneratedText.of(card.words().of(all)));
  }

  private void requireNames(Set<As> as, Map<String, ?> given) throws OddAnswerException {
    Set<String> names =
        card.outputs().stream()
            .filter(output -> as.contains(output.as()))
            .map(ModelOutput::name)
            .collect(Collectors.toSet());
    require(given.keySet().equals(names), "its names are not the card's");
  }

  private float[] vector(String name, List<Double> numbers) throws OddAnswerException {
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = numbers.get(i).floatValue();
      require(Float.isFinite(vector[i]), name + " has a number that is not finite");
    }
    require(
        vector.length > 0 && vector.length <= ModelOutput.MOST_NUMBERS,
        name + " has " + vector.length + " numbers");
    require(vector.length == usualLength(name, vector.length), name + " has another length");
    return vector;
  }

  private synchronized int usualLength(String name, int length) {
    return lengths.computeIfAbsent(name, first -> length);
  }

  private static void require(boolean fine, String otherwise) throws OddAnswerException {
    if (!fine) {
      throw new OddAnswerException(otherwise);
    }
  }
}
