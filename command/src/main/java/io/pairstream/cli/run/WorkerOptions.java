package io.pairstream.cli.run;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.preprocess.run.PreprocessSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How long one image may take, and what has to hold its worker back. */
public final class WorkerOptions {

  /** How many deadlines a worker may take to start, which is slow where decoding is. */
  private static final int STARTS_WITHIN = 6;

  @Option(names = "--decode-deadline", paramLabel = "TIME", defaultValue = "5s")
  private Duration deadline;

  @Option(names = "--images-per-worker", paramLabel = "N", defaultValue = "100000")
  private int imagesPerWorker;

  @Option(names = "--require-sandbox")
  private boolean sandboxRequired;

  @Option(names = "--trust-python")
  private boolean pythonTrusted;

  /**
   * So many workers, with more time to start where the deadline is longer than usual.
   *
   * @throws IllegalArgumentException for a deadline that no image can keep
   */
  public WorkerSettings of(int workers) {
    WorkerSettings untimed =
        AppLayout.workers(workers)
            .withImagesPerWorker(imagesPerWorker)
            .withSandbox(sandboxRequired, pythonTrusted);
    try {
      Duration start = deadline.multipliedBy(STARTS_WITHIN);
      Duration usual = untimed.startLimit();
      return untimed.withLimits(deadline, start.compareTo(usual) > 0 ? start : usual);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("--decode-deadline: " + deadline + " is too long", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--decode-deadline: " + e.getMessage(), e);
    }
  }

  /**
   * The options for services with image workers in processes of their own.
   *
   * @throws ImageWorkerUnavailableException where a sandbox is asked for and not to be had
   * @throws IllegalArgumentException for a deadline that no image can keep, or that is longer than
   *     brokers let a transaction wait for it
   */
  public List<String> arguments() {
    PreprocessSettings.requireShortEnough(1, of(1));
    requireSandbox();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--decode-deadline",
                deadline.toString(),
                "--images-per-worker",
                String.valueOf(imagesPerWorker)));
    if (sandboxRequired) {
      arguments.add("--require-sandbox");
    }
    if (pythonTrusted) {
      arguments.add("--trust-python");
    }
    return arguments;
  }

  /**
   * Finds out whether this system can hold image workers back, where that is asked for.
   *
   * @throws ImageWorkerUnavailableException if it cannot
   */
  public void requireSandbox() {
    if (sandboxRequired) {
      try (ImageWorkerPool tried = new ImageWorkerPool(of(1))) {
        tried.requireSandbox();
      }
    }
  }
}
