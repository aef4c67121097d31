package io.pairstream.image.worker.models;

import io.pairstream.image.plan.CaptionDecoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Looks for the text that a decoder finds likeliest: id by id, or by following several beams, as
 * {@code generate} of transformers does with {@code early_stopping=False}.
 *
 * @see <a
 *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/generation/utils.py">{@code
 *     _beam_search}</a>
 * @param decoder makes of texts, of as many ids each, the logits of the id behind each of them:
 *     {@code [texts, ids]}
 */
record TokenSearch(CaptionDecoding decoding, Function<List<List<Integer>>, float[][]> decoder) {

  private static final Comparator<Beam> LIKELIEST =
      Comparator.comparingDouble(Beam::score).reversed();

  /** A text: the ids to begin with, and what was written; of {@code score}, the more the better. */
  private record Beam(List<Integer> ids, double score) {

    Beam with(int id, double newScore) {
      List<Integer> longer = new ArrayList<>(ids);
      longer.add(id);
      return new Beam(longer, newScore);
    }
  }

  /**
   * The ids that are written behind the first ones, without the end's.
   *
   * @throws ArithmeticException where a logit is NaN, or none is finite
   */
  List<Integer> find() {
    Beam start = new Beam(decoding.begin(), 0);
    List<Integer> ids = (decoding.beams() == 1 ? greedy(start) : best(start)).ids();
    List<Integer> written = ids.subList(decoding.begin().size(), ids.size());
    boolean ended = written.get(written.size() - 1) == decoding.end();
    return List.copyOf(ended ? written.subList(0, written.size() - 1) : written);
  }

  private Beam greedy(Beam start) {
    Beam text = start;
    int last;
    do {
      float[] logits = next(List.of(text))[0];
      last = 0;
      for (int id = 1; id < logits.length; id++) {
        last = logits[id] > logits[last] ? id : last;
      }
      text = text.with(last, 0);
    } while (last != decoding.end() && written(text) < decoding.mostTokens());
    return text;
  }

  private Beam best(Beam start) {
    int beams = decoding.beams();
    List<Beam> running = List.of(start);
    List<Beam> finished = List.of();
    boolean isBetterPossible = true;
    while (isBetterPossible) {
      // One of each beam's may be the end, so as many again go on.
      List<Beam> longer = likeliest(running, 2 * beams);
      finished =
          Stream.concat(
                  finished.stream(),
                  longer.stream()
                      .limit(beams)
                      .filter(this::isWhole)
                      .map(text -> new Beam(text.ids(), perLength(text))))
              .sorted(LIKELIEST)
              .limit(beams)
              .toList();
      running = longer.stream().filter(text -> !isWhole(text)).limit(beams).toList();
      isBetterPossible =
          !running.isEmpty()
              && (finished.size() < beams
                  || perLength(running.get(0)) > finished.get(beams - 1).score());
    }
    return finished.get(0);
  }

  /** The likeliest of all texts that are one id longer, in their order. */
  private List<Beam> likeliest(List<Beam> texts, int most) {
    float[][] logits = next(texts);
    List<Beam> found = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      Beam text = texts.get(i);
      double rest = text.score() - logOfSum(logits[i]);
      for (int id = 0; id < logits[i].length; id++) {
        double score = logits[i][id] + rest;
        if (found.size() < most || score > found.get(most - 1).score()) {
          Beam longer = text.with(id, score);
          int place = Collections.binarySearch(found, longer, LIKELIEST);
          while (place >= 0 && place < found.size() && found.get(place).score() == score) {
            place++; // behind those that are as likely
          }
          found.add(place < 0 ? -place - 1 : place, longer);
          if (found.size() > most) {
            found.remove(most);
          }
        }
      }
    }
    return found;
  }

  private float[][] next(List<Beam> texts) {
    float[][] logits = decoder.apply(texts.stream().map(Beam::ids).toList());
    for (float[] each : logits) {
      float largest = Float.NEGATIVE_INFINITY;
      for (float logit : each) {
        largest = Math.max(largest, logit);
      }
      if (!Float.isFinite(largest)) {
        throw new ArithmeticException("the decoder gives a number that is not finite");
      }
    }
    return logits;
  }

  /** Logarithm of the sum of all powers of e. */
  private static double logOfSum(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }

  private int written(Beam text) {
    return text.ids().size() - decoding.begin().size();
  }

  private boolean isWhole(Beam text) {
    return text.ids().get(text.ids().size() - 1) == decoding.end()
        || written(text) == decoding.mostTokens();
  }

  private double perLength(Beam text) {
    return text.score() / Math.pow(written(text), decoding.lengthPenalty());
  }
}
