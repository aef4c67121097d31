package io.pairstream.cli.run;

import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.platform.PlatformEvents;
import io.pairstream.platform.WholePlatform;
import io.pairstream.terminal.Progress;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that runs a platform on this machine until it is asked to end. */
abstract class OnPlatform extends PairstreamCommand implements PlatformEvents {

  @Mixin FilesFrom filesFrom;

  @Mixin private WorkerOptions workers;

  @Option(names = "--port", paramLabel = "PORT")
  private Integer port;

  @Option(names = "--dashboard-port", paramLabel = "PORT")
  private Integer dashboardPort;

  /** How this process ends once the platform is closed, also where a signal asks it to. */
  private final AtomicInteger status = new AtomicInteger(ExitStatus.COULD_NOT);

  volatile boolean isAskedToEnd;

  private Progress starting;

  @Override
  public final synchronized void said(String sentence) {
    starting()
        .line(
            String.format(Locale.ROOT, "%tT %s", LocalTime.now(ZoneId.systemDefault()), sentence));
  }

  @Override
  public final synchronized void waits(String what) {
    starting().glance("%.0f s so far: %s", starting().seconds(), what);
  }

  private Progress starting() {
    starting = starting == null ? progress() : starting;
    return starting;
  }

  /** Ports that services must have, by their use. */
  final Map<String, Integer> ports() {
    Map<String, Integer> ports = new HashMap<>();
    ports.put(WholePlatform.INGEST, port);
    ports.put(WholePlatform.OPERATE, dashboardPort);
    ports.values().removeIf(Objects::isNull);
    for (int asked : ports.values()) {
      require(asked > 0 && asked < 1 << 16, "a port must be 1 to 65535, was " + asked);
    }
    return ports;
  }

  /** A recipe as services are given it, checked: a file is absolute, they run elsewhere. */
  final String checkedRecipe(String recipe) {
    plan(recipe(recipe));
    return RecipeFile.SHIPPED.contains(recipe)
        ? recipe
        : Path.of(recipe).toAbsolutePath().toString();
  }

  /** Options of services with image workers, checked before anything starts. */
  final List<String> ofWorkers() {
    return checked(workers::arguments);
  }

  /** A signal is how the command is asked to end, so it is no failure once all is well. */
  final void onSignal(WholePlatform platform, Runnable tidy) {
    Runnable end =
        () -> {
          isAskedToEnd = true;
          platform.close();
          tidy.run();
          Runtime.getRuntime().halt(status.get());
        };
    Runtime.getRuntime().addShutdownHook(new Thread(end, "end-well"));
  }

  final void endsWith(int newStatus) {
    status.set(newStatus);
  }

  /** Waits until the platform is ended. */
  final int awaitEnd(WholePlatform platform) {
    platform.processes().awaitEnd();
    return status.get();
  }
}
