package io.pairstream.cli;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.platform.WholePlatform;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Mixin;

/** A command that runs a platform on this machine until it is asked to end. */
abstract class PlatformCommand extends PairstreamCommand {

  @Mixin private WorkerOptions workers;

  /** How this process ends once the platform is closed, also where a signal asks it to. */
  private final AtomicInteger status = new AtomicInteger(ExitStatus.COULD_NOT);

  /** What the services of a platform are started with. */
  record Services(String recipe, List<String> workers) {}

  /**
   * The services' options, checked before anything starts. A recipe's file is absolute: they run in
   * another directory.
   */
  final Services services(String recipe) {
    CleaningPlan unused = plan(recipe(recipe));
    return new Services(
        RecipeFile.SHIPPED.contains(recipe) ? recipe : Path.of(recipe).toAbsolutePath().toString(),
        checked(workers::arguments));
  }

  /** A signal is how the command is asked to end, so it is no failure once all is well. */
  final void onSignal(WholePlatform platform, Runnable tidy) {
    Runnable end =
        () -> {
          platform.close();
          tidy.run();
          Runtime.getRuntime().halt(status.get());
        };
    Runtime.getRuntime().addShutdownHook(new Thread(end, "end-well"));
  }

  final void endsWith(int newStatus) {
    status.set(newStatus);
  }

  /** Waits until somebody ends the platform, or a process of it does not go on. */
  final int awaitEnd(WholePlatform platform) throws InterruptedException {
    platform
        .processes()
        .awaitEnd()
        .ifPresent(
            failure -> {
              complain("stopped, because " + failure);
              status.set(ExitStatus.COULD_NOT);
            });
    return status.get();
  }
}
