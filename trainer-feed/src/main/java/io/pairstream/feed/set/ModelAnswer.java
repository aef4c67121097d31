package io.pairstream.feed.set;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Comparator;

/**
 * A number or a label that a model gave about a pair.
 *
 * @param name of the answer: {@code aesthetic}
 * @param model the model's digest, lower-case hex
 * @param number null where the answer is a label
 * @param label null where the answer is a number
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ModelAnswer(String name, String model, Double number, String label) {

  /** By name, then by model. */
  static final Comparator<ModelAnswer> ORDER =
      Comparator.comparing(ModelAnswer::name).thenComparing(ModelAnswer::model);
}
