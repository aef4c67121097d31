package io.pairstream.image.protocol;

import io.pairstream.cleaning.python.PythonCode;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.As;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages to a process that runs functions in Python, over the streams and with the marks of
 * {@link WorkerProtocol}; it replies as a model does. The other side is {@code
 * pairstream_steps.py}, which reads the components of these records in their order.
 */
public final class PythonProtocol {

  private PythonProtocol() {}

  /** An answer that a function gives by its name. */
  public record Output(String name, As as, List<String> labels) {

    /** The output of a card. */
    public static Output of(ModelOutput output) {
      return new Output(output.name(), output.as(), output.labels());
    }
  }

  /**
   * A function that is to be called.
   *
   * @param file its file, relative to the folder
   * @param given further arguments, as a card or a recipe writes them
   * @param arguments names of the arguments that it is shown
   * @param outputs what a model answers; none for a step
   */
  public record Call(
      String file,
      String call,
      Map<String, String> given,
      List<String> requirements,
      List<String> beside,
      List<String> arguments,
      List<Output> outputs) {

    /** A call of the code. */
    public static Call of(PythonCode code, List<String> arguments, List<Output> outputs) {
      return new Call(
          code.relative(code.file()).toString(),
          code.call(),
          code.given(),
          code.requirements(),
          code.beside(),
          arguments,
          outputs);
    }
  }

  /**
   * Work of a process for all its life.
   *
   * @param folder with copies of all files
   */
  public record Plan(String folder, int memoryMb, List<Call> calls) {}

  /**
   * A pair, or what a function sees of it.
   *
   * @param id seeds what is drawn, and is the same whenever the pair is asked about
   * @param caption empty where it sees none
   * @param language empty where it sees none
   * @param picture uint8 [height, width, 3], RGB
   */
  public record Item(
      String id,
      String caption,
      String language,
      Map<String, Double> measures,
      Optional<ShownPicture> picture) {

    /** Bytes that it takes in memory, about. */
    public int size() {
      return caption.length() + picture.map(shown -> shown.bytes().size()).orElse(0);
    }
  }

  /**
   * Questions for a function.
   *
   * @param token random; the process marks the end of its words on stderr with it
   * @param millis time for all of it, on the clock
   * @param plan with the first request alone
   * @param call which of the plan's calls, from 0
   */
  public record Request(long token, int millis, Optional<Plan> plan, int call, List<Item> items)
      implements WorkerMessage {}
}
