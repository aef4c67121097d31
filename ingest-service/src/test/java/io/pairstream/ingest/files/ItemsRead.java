package io.pairstream.ingest.files;

import io.pairstream.ingest.files.SourceItem.Link;
import io.pairstream.ingest.files.SourceItem.Pair;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.schemas.RawPair;
import io.pairstream.storage.LocalObjects;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Items that a source has given. */
final class ItemsRead {

  private ItemsRead() {}

  static List<SourceItem> all(PairSource source) {
    List<SourceItem> items = new ArrayList<>();
    source.forEachRemaining(items::add);
    return items;
  }

  /** Sources of paths on this machine, with what is said of them. */
  static List<ImportState.Source> sources(
      List<String> paths, boolean followLinks, Consumer<String> notice) {
    return ImportState.Source.of(paths, followLinks, LocalObjects.NONE, notice);
  }

  static List<ImportState.Source> sources(List<String> paths) {
    return sources(paths, false, notice -> {});
  }

  static List<RawPair> pairs(List<SourceItem> items) {
    return items.stream()
        .filter(item -> item instanceof Pair)
        .map(item -> ((Pair) item).pair())
        .toList();
  }

  static List<String> lines(List<SourceItem> items) {
    return items.stream().map(ItemsRead::line).toList();
  }

  static String line(SourceItem item) {
    if (item instanceof Problem problem) {
      return problem.where() + "! " + problem.message();
    }
    return item instanceof Link link
        ? link.where()
            + ": "
            + link.link().getCaption()
            + " -> "
            + link.link().getMetadata().getUrl()
        : item.where() + ": " + ((Pair) item).pair().getCaption();
  }
}
