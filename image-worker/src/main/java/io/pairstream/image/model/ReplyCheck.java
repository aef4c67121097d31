package io.pairstream.image.model;

import io.pairstream.image.card.CaptionerCard;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.As;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ModelProtocol.Pixels;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.sandbox.Complaints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Makes answers of what a process says, which may be under an attacker's control. Remembers how
 * long vectors are. Thread-safe.
 */
public final class ReplyCheck {

  /** Failures that a process may report; the others are the client's findings. */
  private static final Set<Failure> OWN_FAILURES =
      Set.of(Failure.REFUSED, Failure.OVER_BUDGET, Failure.UNREADABLE, Failure.ODD_ANSWER);

  /** Answer for a caption without a word; a made picture may have it. */
  static final Failed WORDLESS =
      new Failed(CaptionerCard.WORDLESS.reason(), CaptionerCard.WORDLESS.detail());

  private final ModelCard card;
  private final Map<String, Integer> lengths = new ConcurrentHashMap<>();

  /** A check of the replies of a card's process. */
  public ReplyCheck(ModelCard card) {
    this.card = card;
  }

  /**
   * Makes answers of a reply.
   *
   * @param token the request's
   * @param count how many questions it has
   * @throws OddAnswerException where the reply is none to them
   */
  public List<ModelAnswer> answers(ModelReply reply, long token, int count)
      throws OddAnswerException {
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

  private ModelAnswer answer(ItemReply reply) throws OddAnswerException {
    if (reply instanceof NoAnswer own) {
      require(OWN_FAILURES.contains(own.reason()), "it says that it " + own.reason());
    }
    ItemReply inWords =
        card instanceof ProcessCard model && !(reply instanceof NoAnswer)
            ? model.inWords(reply)
            : reply;
    if (inWords instanceof Pixels made) {
      return new ModelAnswer.Decoded(made.picture());
    }
    require(!(inWords instanceof Written), "it is ids of no vocabulary");
    return inWords instanceof NoAnswer none
        ? new Failed(none.reason(), Complaints.presentable(none.detail()))
        : answered((Given) inWords);
  }

  private Answered answered(Given item) throws OddAnswerException {
    requireNames(Set.of(As.NUMBER, As.SHARE), item.numbers());
    requireNames(Set.of(As.LABEL), item.labels());
    requireNames(Set.of(As.VECTOR), item.vectors());
    requireNames(Set.of(As.TEXT), item.texts());
    for (Map.Entry<String, String> text : item.texts().entrySet()) {
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
    return new Answered(item.numbers(), item.labels(), vectors, item.texts());
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
    int usual = lengths.computeIfAbsent(name, first -> vector.length);
    require(vector.length == usual, name + " has another length");
    return vector;
  }

  private static void require(boolean fine, String otherwise) throws OddAnswerException {
    if (!fine) {
      throw new OddAnswerException(otherwise);
    }
  }
}
