package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.SplitViews;
import io.pairstream.feed.export.ExportFormat;
import io.pairstream.feed.export.ExportListener;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ExportRefusedException;
import io.pairstream.feed.export.ExportSummary;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream export}: a view's pairs as files that other loaders read. */
@Command(name = "export")
final class ExportCommand implements Callable<Integer> {

  private static final int BAR_COLUMNS = 79;
  private static final String ERASE_LINE = "\r\u001b[2K";

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "VIEW")
  private String view;

  @Option(names = "--to", paramLabel = "DIR", required = true)
  private Path folder;

  @Option(names = "--format", paramLabel = "FORMAT", required = true)
  private String format;

  @Option(names = "--shard-samples", paramLabel = "N")
  private Integer shardSamples;

  @Option(names = "--shard-mb", paramLabel = "N")
  private Integer shardMegabytes;

  @Option(names = "--seed", paramLabel = "N")
  private Long seed;

  @Option(names = "--window", paramLabel = "N")
  private Integer window;

  @Override
  public Integer call() throws IOException {
    ExportFormat chosen = format();
    Cluster cluster = options.cluster();
    View read;
    try {
      read = ViewCommand.read(view, cluster);
    } catch (InvalidViewException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    ExportPlan plan = new ExportPlan(read, chosen, order(), shardSamples(read));
    PrintWriter err = spec.commandLine().getErr();
    ExportSummary summary;
    try (Progress progress = new Progress(err, Terminal.isStderr(), read.samples())) {
      summary = SplitViews.export(source(read, cluster), plan, folder, progress);
    } catch (ExportRefusedException e) {
      err.println(TerminalText.plain("pairstream: " + e.getMessage()));
      return ExitStatus.COULD_NOT;
    }
    print(summary, chosen);
    return ExitStatus.DONE;
  }

  private ExportFormat format() {
    return Arrays.stream(ExportFormat.values())
        .filter(one -> one.label().equals(format))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "--format must be "
                        + Arrays.stream(ExportFormat.values())
                            .map(ExportFormat::label)
                            .collect(Collectors.joining(" or "))
                        + ", was "
                        + format));
  }

  private OrderPlan order() {
    if (seed == null) {
      if (window != null) {
        throw wrong("--window goes with --seed");
      }
      return ExportPlan.viewOrder();
    }
    int samples = window == null ? OrderPlan.DEFAULT_WINDOW : window;
    if (samples < 1) {
      throw wrong("--window must be at least 1, was " + samples);
    }
    return ExportPlan.shuffled(seed, samples);
  }

  private int shardSamples(View of) {
    if (shardSamples != null && shardMegabytes != null) {
      throw wrong("--shard-samples and --shard-mb: one of them says how large the files are");
    }
    int number =
        shardSamples != null ? shardSamples : shardMegabytes == null ? 256 : shardMegabytes;
    if (number < 1) {
      throw wrong(
          (shardSamples != null ? "--shard-samples" : "--shard-mb")
              + " must be at least 1, was "
              + number);
    }
    return shardSamples != null ? number : ExportPlan.samplesIn(number * 1_000_000L, of);
  }

  /** The split is the view's own. */
  private FeedSource source(View of, Cluster cluster) {
    PairStatus split =
        Arrays.stream(
                new PairStatus[] {PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST})
            .filter(
                one ->
                    cluster.dataset().topic(one.name().toLowerCase(Locale.ROOT)).equals(of.topic()))
            .findFirst()
            .orElseThrow(
                () ->
                    wrong(
                        "the view is one of "
                            + TerminalText.plain(of.topic())
                            + ", which is no split of the data set "
                            + cluster.dataset().name()
                            + "; name its data set: --dataset NAME"));
    return new FeedSource(
        cluster.dataset(), split, cluster.registry(), ReadingClients.settings(cluster));
  }

  private void print(ExportSummary summary, ExportFormat chosen) {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(
          new JsonMapper()
              .createObjectNode()
              .put("folder", folder.toString())
              .put("format", chosen.label())
              .put("shards", summary.shards())
              .put("kept", summary.kept())
              .put("samples", summary.samples())
              .put("withdrawn", summary.withdrawn())
              .put("bytes", summary.bytes()));
      return;
    }
    out.printf(
        Locale.ROOT,
        "%,d samples in %,d files, %s, in %s%s%n",
        summary.samples(),
        summary.shards(),
        Quantity.bytes(summary.bytes()),
        TerminalText.plain(folder.toString()),
        summary.kept() == 0
            ? ""
            : String.format(Locale.ROOT, "; %,d files were there already", summary.kept()));
    if (summary.withdrawn() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d samples of the view are in none of them: their pairs have been withdrawn%n",
          summary.withdrawn());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** A bar where a person looks; sentences everywhere. */
  private static final class Progress implements ExportListener, AutoCloseable {

    private final PrintWriter err;
    private final Optional<ProgressBar> bar;

    Progress(PrintWriter err, boolean live, long samples) {
      this.err = err;
      this.bar =
          live
              ? Optional.of(
                  new ProgressBarBuilder()
                      .setTaskName("exporting")
                      .setInitialMax(samples)
                      .setUnit(" samples", 1)
                      .showSpeed()
                      .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                      .setUpdateIntervalMillis(250)
                      .setConsumer(
                          new DelegatingProgressBarConsumer(line -> show("\r" + line), BAR_COLUMNS))
                      .build())
              : Optional.empty();
    }

    @Override
    public void done(long samples) {
      bar.ifPresent(shown -> shown.stepTo(samples));
    }

    @Override
    public void notice(String sentence) {
      show(
          (bar.isPresent() ? ERASE_LINE : "")
              + TerminalText.plain(sentence)
              + System.lineSeparator());
    }

    @Override
    public void close() {
      bar.ifPresent(
          shown -> {
            shown.close();
            show(ERASE_LINE);
          });
    }

    private void show(String text) {
      synchronized (err) {
        err.print(text);
        err.flush();
      }
    }
  }
}
