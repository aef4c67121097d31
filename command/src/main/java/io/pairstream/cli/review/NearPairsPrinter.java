package io.pairstream.cli.review;

import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Printer;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import java.io.PrintWriter;
import java.util.List;

/** Lists published pairs whose picture is nearly one that is taken down. */
record NearPairsPrinter(PrintWriter out) implements Printer {

  private static final int MOST = 20;

  /**
   * Prints the number of near copies, the first of them, and how they are removed.
   *
   * @param too whether they are taken down with the image
   */
  void print(List<NearPair> near, boolean plan, boolean too) {
    if (near.isEmpty()) {
      return;
    }
    print("near copies that are published: %d pair(|s)", near.size());
    near.stream()
        .limit(MOST)
        .forEach(
            pair ->
                print(
                    "  %s in %s, %d of 64 bits differ, of image %s",
                    pair.pairId(),
                    TakedownPrinter.name(pair.split()),
                    pair.distanceBits(),
                    pair.imageDigest()));
    count("  and %d more", near.size() - MOST);
    if (plan) {
      print(too ? "these would be removed too" : "with --near-copies these are removed too");
    } else if (!too) {
      print("to remove these too:");
      images(near).stream()
          .limit(MOST)
          .forEach(image -> print("  %s", Hint.of("takedown --image " + image + " --cause TEXT")));
    }
  }

  /** Digests of their images, each once. */
  static List<String> images(List<NearPair> near) {
    return near.stream().map(NearPair::imageDigest).distinct().toList();
  }
}
