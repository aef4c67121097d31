package io.pairstream.cli;

import io.pairstream.image.WorkerSettings;
import io.pairstream.preprocess.run.PreprocessSettings;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says how long one image may take. */
final class DecodeDeadline {

  /** How many deadlines a worker may take to start, which is slow where decoding is. */
  private static final int STARTS_WITHIN = 6;

  @Option(
      names = "--decode-deadline",
      paramLabel = "DURATION",
      defaultValue = "PT5S",
      description = "How long one image may take, ISO 8601. Default: ${DEFAULT-VALUE}")
  private Duration deadline;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * The same workers with this deadline, and more time to start where it is longer than usual.
   *
   * @throws ParameterException for a deadline that no image can keep
   */
  WorkerSettings of(WorkerSettings workers) {
    try {
      WorkerSettings timed = workers.withDeadline(deadline);
      Duration start = deadline.multipliedBy(STARTS_WITHIN);
      return start.compareTo(timed.startLimit()) > 0 ? timed.withStartLimit(start) : timed;
    } catch (ArithmeticException e) {
      throw new ParameterException(
          spec.commandLine(), "--decode-deadline: " + deadline + " is too long", e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--decode-deadline: " + e.getMessage(), e);
    }
  }

  /**
   * The option for a preprocessing service in a process of its own.
   *
   * @throws ParameterException for a deadline that no image can keep, or that is longer than
   *     brokers let a transaction wait for it
   */
  List<String> arguments() {
    WorkerSettings workers = of(WorkerSettings.of("", 1));
    try {
      PreprocessSettings.requireShortEnough(1, workers);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return List.of("--decode-deadline", deadline.toString());
  }
}
