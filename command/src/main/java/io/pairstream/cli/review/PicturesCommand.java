package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.terminal.Progress;
import io.pairstream.tools.pictures.PictureIndex;
import io.pairstream.tools.pictures.PublishFingerprints;
import io.pairstream.tools.pictures.PublishFingerprints.Found;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream pictures}: published pictures by their look. */
@Command(name = "pictures", subcommands = PicturesCommand.Index.class)
public final class PicturesCommand {

  /** Where commands keep what they read for a while. */
  static final Path TEMP = Path.of(System.getProperty("java.io.tmpdir"));

  /** {@code pairstream pictures index}: later near copies are found of what is published. */
  @Command(name = "index")
  static final class Index extends ClusterCommand {

    @Mixin FilesFrom filesFrom;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    @Option(names = "--plan")
    private boolean plan;

    private record IndexAnswer(String state, @JsonUnwrapped Found found, long sent) {}

    @Override
    public Integer call() {
      NearCopies nearCopies = plan(recipe(recipe)).nearCopies();
      ClusterAccess access = access();
      access.requireRegistry();
      try (CommittedLog log = CommittedLog.openForSmallRecords(access);
          PictureIndex pictures = PictureIndex.ofIndex(access, log, TEMP);
          Progress progress = progress()) {
        Found found = PublishFingerprints.count(pictures, nearCopies);
        if (!json()) {
          print(found, nearCopies);
          out().flush();
        }
        long sent =
            plan
                ? 0
                : PublishFingerprints.send(
                    access, pictures, number -> progress.show("%,d fingerprint(|s) sent", number));
        return answer(
            new IndexAnswer(plan ? "PLANNED" : "DONE", found, sent), () -> printSent(found, sent));
      }
    }

    private void print(Found found, NearCopies nearCopies) {
      print("%d published picture(|s), %d not looked up yet", found.pictures(), missing(found));
      print(
          "near copies: %d are nearly another one (at most %d of 64 bits differ), %d nearly one of"
              + " another split",
          found.nearCopies(), nearCopies.maxDistanceBits(), found.inTwoSplits());
      found
          .first()
          .forEach(
              near ->
                  print(
                      "  %s in %s is nearly %s in %s: %d bit(|s) differ(s|)",
                      near.picture().imageDigest(),
                      TakedownPrinter.name(near.picture().split()),
                      near.copy().imageDigest(),
                      TakedownPrinter.name(near.copy().split()),
                      near.distanceBits()));
      count("  and %d more", found.inTwoSplits() - found.first().size());
    }

    private void printSent(Found found, long sent) {
      if (plan) {
        print("nothing is sent; without --plan %d fingerprint(|s) would be", missing(found));
        return;
      }
      print(
          "%d fingerprint(|s) sent; preprocess takes them where its recipe sets near-copies.policy",
          sent);
    }

    private static long missing(Found found) {
      return found.pictures() - found.lookedUp();
    }
  }
}
