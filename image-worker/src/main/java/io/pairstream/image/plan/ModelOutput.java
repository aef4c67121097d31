package io.pairstream.image.plan;

import java.util.List;

/**
 * An answer, and the tensor that it is made of.
 *
 * @param name the answer's name
 * @param tensor name of a tensor {@code float32 [batch, …]} of the graph: one of its outputs, or
 *     one inside, in which case only the nodes up to it are run
 * @param as what becomes of the tensor
 * @param activation what is done with the numbers first; never for {@link As#VECTOR}
 * @param index which number of a batch's item is the answer, counted from 0; for {@link As#NUMBER}
 * @param above limit of {@link As#SHARE}
 * @param labels one for each number; the answer is that of the largest; for {@link As#LABEL}
 * @param pool how {@code [batch, tokens, size]} becomes {@code [batch, size]}; for {@link
 *     As#VECTOR}
 * @param length how a vector's length is set
 */
public record ModelOutput(
    String name,
    String tensor,
    As as,
    Activation activation,
    int index,
    double above,
    List<String> labels,
    Pool pool,
    Length length) {

  /** Most numbers of a vector. */
  public static final int MOST_NUMBERS = 4_096;

  public ModelOutput {
    labels = List.copyOf(labels);
  }

  /** An answer that is taken as it is: a number or a text. */
  public static ModelOutput plain(String name, String tensor, As as, int index) {
    return new ModelOutput(
        name, tensor, as, Activation.NONE, index, 0, List.of(), Pool.NONE, Length.KEPT);
  }

  /** Form of an answer. */
  public enum As {
    /** One number. */
    NUMBER,
    /** The share of the numbers that are above a limit, 0 to 1. */
    SHARE,
    /** A word for the largest number. */
    LABEL,
    /** All numbers. */
    VECTOR,
    /** Words: what an API says, or what stands in a picture. */
    TEXT
  }

  /** Function of the numbers of an item, applied before one is picked. */
  public enum Activation {
    NONE,
    SIGMOID,
    SOFTMAX
  }

  /** How the vectors of tokens become one. */
  public enum Pool {
    /** There is one vector. */
    NONE,
    /** The first token's vector. */
    FIRST,
    /** Mean over the tokens; of a caption, over its own. */
    MEAN
  }

  /** How a vector's length is set. */
  public enum Length {
    /** Kept as it is. */
    KEPT,
    /** Divided by its Euclidean length. */
    ONE
  }
}
