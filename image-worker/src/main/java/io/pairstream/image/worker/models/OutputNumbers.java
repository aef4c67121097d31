package io.pairstream.image.worker.models;

import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.Length;
import java.util.Arrays;
import java.util.List;

/** Makes an answer of the numbers that a model gives for one item, all of them finite. */
final class OutputNumbers {

  private OutputNumbers() {}

  static double number(ModelOutput output, double[] said) {
    if (output.index() >= said.length) {
      throw new IllegalArgumentException(
          "outputs.%s.index is %d, and the tensor %s has %d numbers for an item"
              .formatted(output.name(), output.index(), output.tensor(), said.length));
    }
    return activated(output, said)[output.index()];
  }

  static double share(ModelOutput output, double[] said) {
    double[] numbers = activated(output, said);
    return Arrays.stream(numbers).filter(number -> number > output.above()).count()
        / (double) numbers.length;
  }

  static String label(ModelOutput output, double[] said) {
    if (output.labels().size() != said.length) {
      throw new IllegalArgumentException(
          "outputs.%s has %d labels, and the tensor %s has %d numbers for an item"
              .formatted(output.name(), output.labels().size(), output.tensor(), said.length));
    }
    int largest = 0;
    for (int i = 1; i < said.length; i++) {
      largest = said[i] > said[largest] ? i : largest;
    }
    return output.labels().get(largest);
  }

  private static double[] activated(ModelOutput output, double[] said) {
    return switch (output.activation()) {
      case NONE -> said;
      case SIGMOID -> Arrays.stream(said).map(x -> 1 / (1 + Math.exp(-x))).toArray();
      case SOFTMAX -> {
        double largest = Arrays.stream(said).max().orElse(0);
        double[] powers = Arrays.stream(said).map(x -> Math.exp(x - largest)).toArray();
        double sum = Arrays.stream(powers).sum();
        yield Arrays.stream(powers).map(power -> power / sum).toArray();
      }
    };
  }

  /**
   * @param said tokens * size numbers
   * @param size numbers of a token
   * @param tokens most tokens that a mean is of
   */
  static List<Double> vector(ModelOutput output, double[] said, int size, int tokens) {
    double[] vector =
        switch (output.pool()) {
          case NONE -> said;
          case FIRST -> Arrays.copyOf(said, size);
          case MEAN -> mean(said, size, Math.min(tokens, said.length / size));
        };
    if (vector.length > ModelOutput.MOST_NUMBERS) {
      throw new IllegalArgumentException(
          "outputs.%s has %d numbers for an item; at most %d, so pool tokens or name another tensor"
              .formatted(output.name(), vector.length, ModelOutput.MOST_NUMBERS));
    }
    double length = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
    double divisor = output.length() == Length.ONE && length > 0 ? length : 1;
    return Arrays.stream(vector).mapToObj(x -> x / divisor).toList();
  }

  private static double[] mean(double[] said, int size, int tokens) {
    double[] mean = new double[size];
    for (int i = 0; i < tokens * size; i++) {
      mean[i % size] += said[i] / tokens;
    }
    return mean;
  }
}
