package io.pairstream.cli.data;

import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.LongStream;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream draw}: a small data set of one's own, without a camera or a download. */
@Command(name = "draw")
public final class DrawCommand extends PairstreamCommand {

  @Parameters(paramLabel = "FOLDER")
  private Path folder;

  @Option(names = "--pairs", paramLabel = "N", defaultValue = "1000")
  private long pairs;

  private record Drawn(Path folder, long pairs) {}

  @Override
  public Integer call() throws IOException {
    require(pairs >= 1 && pairs <= 1_000_000, "--pairs must be from 1 to 1000000, was " + pairs);
    require(!Files.exists(folder), folder + " is there already; name a folder that is not");
    Files.createDirectories(folder);
    LongStream.range(0, pairs).parallel().mapToObj(DrawnPairs.plain(1)::at).forEach(this::write);
    return answer(
        new Drawn(folder, pairs),
        () ->
            print(
                "%,d pair(|s) in %s; publish them with: %s import %s",
                pairs, folder, Hint.called(), Hint.quoted(folder.toString())));
  }

  /** {@code 000000.jpg}, {@code 000000.txt} and so on: each file's name is its pair's index. */
  private void write(DrawnPairs.Drawn drawn) {
    RawPair pair = drawn.pair();
    String name = String.format(Locale.ROOT, "%06d.", drawn.index());
    String type = pair.getMediaType().replaceFirst(".*/", "").replace("jpeg", "jpg");
    try {
      Files.write(folder.resolve(name + type), Utils.toArray(pair.getImage()));
      Files.writeString(folder.resolve(name + "txt"), pair.getCaption() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
