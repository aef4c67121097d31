package io.pairstream.feed.exposure;

import io.pairstream.feed.exposure.RunLog.Checkpoint;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.RunExtent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Which checkpoints have seen a pair: arithmetic on what was noted of them, the views of their runs
 * and where the pair is. Not thread-safe.
 *
 * <p>Where the window of a pair held withdrawn ones, the others of it came in their place, and
 * which did so when follows from no position: there it is only said that it may have been seen.
 */
public final class Exposures {

  /** Largest difference between the clocks that date checkpoints and takedowns. */
  private static final Duration CLOCKS = Duration.ofMinutes(1);

  /** Most orders of epochs in memory, each of some bytes for every block. */
  private static final int ORDERS = 64;

  private final RunLog runs;
  private final List<NamedView> named;
  private final Presence presence;
  private final Map<String, View> views = new HashMap<>();
  private final Map<String, EpochOrder> orders = new HashMap<>();

  /** Where a pair is, or was. */
  public record Site(String topic, int partition, long offset) {}

  /** Whether a pair was at a site at a time. It is asked where takedowns were heeded. */
  public interface Presence {

    /** Whether it was. */
    boolean isThere(Site site, Instant at);
  }

  /**
   * A time at which a pair was seen.
   *
   * @param checkpoint name of the first one that has seen it then
   * @param step number of the batch in the epoch, from 0; -1 where that is not known
   * @param place in the batch of all ranks, from 0; -1 where that is not known
   * @param certain false where it may have been seen, or not
   */
  public record Seen(String checkpoint, long epoch, long step, long place, boolean certain) {}

  /**
   * Samples seen by a checkpoint.
   *
   * @param unknown reason why they are not known; empty where they are
   * @param seen by pair, in the order of training; without those that it has not seen
   */
  public record Exposure(Checkpoint checkpoint, String unknown, Map<String, List<Seen>> seen) {}

  /**
   * @param files views that have no name
   */
  public Exposures(RunLog runs, List<NamedView> named, Collection<View> files, Presence presence) {
    this.runs = runs;
    this.named = named;
    this.presence = presence;
    files.forEach(view -> views.put(view.fingerprint(), view));
  }

  /**
   * Samples seen by each checkpoint, in the order in which the checkpoints were noted.
   *
   * @param pairs by pair, all sites where it is or was
   */
  public List<Exposure> of(Map<String, List<Site>> pairs) {
    Map<String, Exposure> known = new LinkedHashMap<>();
    for (Checkpoint checkpoint : runs.checkpoints()) {
      Map<String, List<Seen>> seen = new HashMap<>();
      String unknown = "";
      try {
        RunExtent from = new RunExtent();
        from.setProposedAt(Instant.MIN);
        String parent = checkpoint.parentId();
        if (!parent.isEmpty()) {
          Exposure before = known.get(parent);
          if (before == null || !before.unknown.isEmpty()) {
            throw new FeedRefusedException(
                before == null
                    ? "it went on from %s, which is not noted, or was noted anew since"
                        .formatted(parent)
                    : before.unknown);
          }
          before.seen.forEach((pair, own) -> seen.put(pair, new ArrayList<>(own)));
          from = before.checkpoint.note();
        }
        add(checkpoint, from, pairs, seen);
      } catch (FeedRefusedException e) {
        unknown = e.getMessage();
        seen.clear();
      }
      known.put(checkpoint.id(), new Exposure(checkpoint, unknown, seen));
    }
    return List.copyOf(known.values());
  }

  private void add(
      Checkpoint checkpoint,
      RunExtent from,
      Map<String, List<Site>> pairs,
      Map<String, List<Seen>> seen) {
    RunExtent to = checkpoint.note();
    if (to.getLanes() == 0) {
      throw new FeedRefusedException(
          "its run is a mix, or has buckets or weighted captions: what it has seen is not"
              + " computed");
    }
    for (long epoch = from.getEpoch(); epoch <= to.getEpoch(); epoch++) {
      long begin = epoch == from.getEpoch() ? from.getSamples() : 0;
      if (epoch == to.getEpoch() && begin >= to.getSamples()) {
        break;
      }
      View view = view(checkpoint, epoch);
      EpochOrder order = order(checkpoint, view, epoch);
      long left = order.samples() - begin;
      long batches = to.getKeepsLast() ? left : left / to.getBatchSize() * to.getBatchSize();
      long end = epoch == to.getEpoch() ? to.getSamples() : begin + batches;
      Stretch stretch =
          new Stretch(checkpoint, from.getProposedAt(), view, order, begin, end, presence);
      pairs.forEach(
          (pair, sites) ->
              sites.stream()
                  .flatMap(stretch::seen)
                  .forEach(one -> seen.computeIfAbsent(pair, any -> new ArrayList<>()).add(one)));
    }
  }

  /**
   * Samples of one epoch, from number {@code begin} to below {@code end}.
   *
   * @param to first checkpoint that has seen the samples
   * @param parentAt time of the checkpoint before; {@link Instant#MIN} where there is none
   */
  private record Stretch(
      Checkpoint to,
      Instant parentAt,
      View view,
      EpochOrder order,
      long begin,
      long end,
      Presence presence) {

    Stream<Seen> seen(Site site) {
      if (!site.topic.equals(view.topic())) {
        return Stream.empty();
      }
      return view.blockOf(site.partition, site.offset).stream()
          .boxed()
          .flatMap(block -> seen(site, block));
    }

    private Stream<Seen> seen(Site site, int block) {
      EpochOrder.Place counted = order.counted(block, view.blocks().get(block).place(site.offset));
      int lane = counted.lane();
      List<Site> window = sites(lane, counted.window());
      long number = order.number(lane, counted.window(), window.indexOf(site));
      if (to.note().getTakedowns() > 0) {
        if (!parentAt.equals(Instant.MIN) && !presence.isThere(site, parentAt.minus(CLOCKS))) {
          return Stream.empty();
        }
        // Its own window, and the one in front, for which it stands in where nothing is left of it.
        int windows = order.windows(lane);
        int before = (counted.window() + windows - 1) % windows;
        if (there(window) < window.size() || there(sites(lane, before)) == 0) {
          boolean isNear =
              Stream.of(before, counted.window())
                  .flatMapToLong(
                      one ->
                          LongStream.range(0, order.windowLength(lane, one))
                              .map(at -> order.number(lane, one, (int) at)))
                  .anyMatch(this::has);
          return isNear ? Stream.of(perhaps()) : Stream.empty();
        }
      }
      if (!has(number)) {
        return Stream.empty();
      }
      long behind = number - begin;
      long size = to.note().getBatchSize();
      long step = (begin + behind / size * size) / size;
      return Stream.of(
          to.note().getExact()
              ? new Seen(to.name(), order.epoch(), step, behind % size, true)
              : perhaps());
    }

    private Seen perhaps() {
      return new Seen(to.name(), order.epoch(), -1, -1, false);
    }

    private boolean has(long number) {
      return number >= begin && number < end;
    }

    private long there(List<Site> sites) {
      Instant at = to.note().getProposedAt().plus(CLOCKS);
      return sites.stream().filter(site -> presence.isThere(site, at)).count();
    }

    /** Contents of a window, in the order in which they are handed out. */
    private List<Site> sites(int lane, int window) {
      return order.ordered(
          lane,
          window,
          piece -> {
            Block block = view.blocks().get(piece.block());
            return IntStream.range(piece.first(), piece.first() + piece.count())
                .mapToObj(at -> new Site(view.topic(), block.partition(), block.offset(at)))
                .toList();
          });
    }
  }

  private EpochOrder order(Checkpoint checkpoint, View view, long epoch) {
    RunExtent note = checkpoint.note();
    OrderPlan plan = new OrderPlan(note.getSeed(), note.getLanes(), note.getWindow());
    String of = note.getFingerprint().isEmpty() ? checkpoint.run() : note.getFingerprint();
    if (orders.size() > ORDERS) {
      orders.clear();
    }
    return orders.computeIfAbsent(
        of + '/' + plan + '/' + epoch, any -> new EpochOrder(view.blocks(), plan, epoch));
  }

  /** View of an epoch. @throws FeedRefusedException where the view is not known */
  private View view(Checkpoint checkpoint, long epoch) {
    RunExtent note = checkpoint.note();
    if (note.getFingerprint().isEmpty()) {
      return views.computeIfAbsent(
          checkpoint.run() + '/' + epoch, any -> followed(checkpoint, epoch));
    }
    return views.computeIfAbsent(note.getFingerprint(), this::named);
  }

  private View named(String fingerprint) {
    return named.stream()
        .flatMap(
            view ->
                IntStream.iterate(view.segments().size(), to -> to > 0, to -> to - 1)
                    .filter(to -> view.samples(0, to) > 0)
                    .mapToObj(to -> view.view(0, to)))
        .filter(view -> view.fingerprint().equals(fingerprint))
        .findFirst()
        .orElseThrow(
            () ->
                new FeedRefusedException(
                    "its view %s is none of those that have a name: give its file, --view FILE"
                        .formatted(fingerprint)));
  }

  private View followed(Checkpoint checkpoint, long epoch) {
    RunExtent extent = extent(checkpoint, epoch);
    boolean isNew = extent.getFollow().equals("new") && epoch > 0;
    int first = isNew ? extent(checkpoint, epoch - 1).getSegments() : 0;
    return named.stream()
        .filter(view -> view.name().equals(extent.getView()))
        .filter(view -> view.segments().size() >= extent.getSegments())
        .filter(view -> isOf(extent, view))
        .map(view -> view.view(first, extent.getSegments()))
        .findFirst()
        .orElseThrow(
            () ->
                new FeedRefusedException(
                    "its run follows the view %s, which was dropped since"
                        .formatted(extent.getView())));
  }

  private RunExtent extent(Checkpoint checkpoint, long epoch) {
    return runs.extent(checkpoint.run(), epoch)
        .orElseThrow(
            () ->
                new FeedRefusedException(
                    "what epoch %d of its run covers is not noted".formatted(epoch)));
  }

  private static boolean isOf(RunExtent extent, NamedView view) {
    return extent.getFingerprint().isEmpty()
        || view.view(0, extent.getSegments()).fingerprint().equals(extent.getFingerprint());
  }
}
