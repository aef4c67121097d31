package io.pairstream.cli.training;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewFile;
import io.pairstream.feed.view.ViewStore;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A command that reads splits or views of them, perhaps for days. */
public abstract class TrainerCommand extends ClusterCommand {

  /**
   * A broker that stands still is replaced once its session of 9 s is over, and until then each
   * attempt may go to it.
   */
  private static final Map<String, Object> TIMEOUT =
      Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 20_000);

  private ClusterAccess trainerAccess() {
    return new ClusterAccess(cluster(), TIMEOUT);
  }

  final ViewStore store() {
    return new ViewStore(trainerAccess());
  }

  final FeedSource source(PairStatus split) {
    return new FeedSource(trainerAccess(), split);
  }

  /** Where a view's pairs are read: its own split. */
  final FeedSource sourceOf(String topic) {
    PairStatus split = access().topics().splits().get(topic);
    require(
        split != null,
        "the view is one of %s, which is no split of the data set %s; name its data set: --dataset NAME"
            .formatted(topic, cluster().dataset().name()));
    return source(split);
  }

  final PairStatus split(String name) {
    return PairStatus.published(name.toUpperCase(Locale.ROOT))
        .orElseThrow(() -> wrong("--split must be training, validation or test, was " + name));
  }

  /** Whether an argument names a file, which need not be there, and not a named view. */
  static boolean isFile(String argument) {
    return argument.matches(".*/.*|.*\\.view") || Files.exists(Path.of(argument));
  }

  static View read(Path file) throws IOException {
    try {
      return ViewFile.read(file);
    } catch (NoSuchFileException e) {
      throw new InvalidViewException("there is no file " + file);
    } catch (InvalidViewException e) {
      throw new InvalidViewException(file + ": " + e.getMessage());
    }
  }

  /**
   * The view of a file or of a name; wrong usage where there is none, or it still grows.
   *
   * @param prefix of what is said then
   */
  final View view(String prefix, String fileOrName) throws IOException {
    try {
      if (isFile(fileOrName)) {
        return read(Path.of(fileOrName));
      }
      NamedView view = store().require(fileOrName);
      require(
          view.isFrozen(),
          "%sthe view %s still grows: follow it in Python, source.follow(\"%2$s\", run=NAME), or end it with: %s"
              .formatted(prefix, fileOrName, Hint.of("view freeze " + Hint.quoted(fileOrName))));
      return view.view();
    } catch (InvalidViewException e) {
      throw wrong(prefix + e.getMessage());
    }
  }
}
