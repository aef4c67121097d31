package io.pairstream.feed;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.named.GrowingView;
import io.pairstream.feed.view.named.NamedView;
import io.pairstream.feed.view.named.RunExtents;
import io.pairstream.feed.view.named.ViewStore;
import io.pairstream.schemas.RunExtent;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A named view as it grows: each epoch covers the segments that were there when the first of the
 * run's processes came to it.
 *
 * <p>The processes agree on that by the topic of runs, so that all ranks have the same samples, and
 * whoever resumes or repeats the run too. Not thread-safe.
 */
public final class FollowedPasses implements Passes, AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** Lanes are not always in the same epoch, and windows are loaded ahead. */
  private static final int KEPT = 4;

  private final Following following;
  private final GrowingView growing;
  private final RunExtents extents;
  private final String proposer;
  private NamedView view;
  private long lookedAt = System.nanoTime() - LOOK_EVERY.toNanos();

  private final Map<Long, View> latest =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, View> eldest) {
          return size() > KEPT;
        }
      };

  /** What each epoch covers. */
  public enum Extent {
    /** The view from its beginning. */
    ALL,

    /** What came since the epoch before. */
    NEW;

    /** As the option of the command line and the records have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Who follows what.
   *
   * @param view the view's name
   * @param extent what each epoch covers
   * @param run the run's name, the same for all its ranks; a run that is begun again under the same
   *     name repeats itself
   * @param least an epoch has at least so many samples: those of one batch of all ranks
   */
  public record Following(String view, Extent extent, String run, long least) {

    /**
     * Checks the names.
     *
     * @throws InvalidViewException where nothing can be called so
     */
    public Following {
      NamedView.requireName("a view", view);
      NamedView.requireName("a run", run);
      if (least < 1) {
        throw new IllegalArgumentException("an epoch has at least 1 sample, not " + least);
      }
    }
  }

  private FollowedPasses(
      Following following, NamedView view, GrowingView growing, RunExtents extents) {
    this.following = following;
    this.view = view;
    this.growing = growing;
    this.extents = extents;
    this.proposer = host() + "/" + ProcessHandle.current().pid();
  }

  /**
   * Begins to follow. The caller closes it after the feed that reads it.
   *
   * @throws InvalidViewException where there is no such view, or it is one of another split
   * @throws org.apache.kafka.common.KafkaException where the broker does not answer, or a topic is
   *     missing
   */
  public static FollowedPasses open(FeedSource source, Following following) {
    ViewStore store = new ViewStore(source.dataset(), source.registry(), source.clientSettings());
    GrowingView growing = store.follow(following.view());
    try {
      NamedView view = growing.look().orElseGet(() -> store.require(following.view()));
      if (!view.topic().equals(source.topic())) {
        throw new InvalidViewException(
            "the view %s is one of %s, not of %s"
                .formatted(view.name(), view.topic(), source.topic()));
      }
      return new FollowedPasses(following, view, growing, store.extents());
    } catch (RuntimeException e) {
      growing.close();
      throw e;
    }
  }

  /** The whole view as it was when it was last looked at. */
  public View present() {
    return view.view();
  }

  @Override
  public View view(long epoch) throws InterruptedException {
    if (!await(epoch)) {
      throw new IllegalStateException("the run ends before epoch " + epoch);
    }
    View known = latest.get(epoch);
    if (known == null) {
      RunExtent extent = extents.of(following.run(), Math.toIntExact(epoch)).orElseThrow();
      requireOwn(extent);
      known = view.view(from(epoch), extent.getSegments());
      latest.put(epoch, known);
    }
    return known;
  }

  @Override
  public boolean isKnown(long epoch) {
    if (isThere(epoch)) {
      return true;
    }
    // Asked at each step, where an epoch nears its end.
    if (System.nanoTime() - lookedAt < LOOK_EVERY.toNanos()) {
      return false;
    }
    boolean isThere = look(epoch);
    // Small epochs would be agreed on far ahead, and miss what comes meanwhile.
    lookedAt = System.nanoTime();
    return isThere;
  }

  @Override
  public boolean await(long epoch) throws InterruptedException {
    while (!isThere(epoch) && !look(epoch)) {
      if (isOver(epoch)) {
        return false;
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
    return true;
  }

  @Override
  public boolean isFrozen() {
    return false;
  }

  @Override
  public Position position(OrderPlan plan, Progress progress) {
    // At the beginning of an epoch some ranks know its extent already, and others do not.
    int segments = progress.taken() == 0 ? 0 : agreed(progress.epoch());
    return new FollowPosition(
        following.run(),
        following.view(),
        view.topicId(),
        plan,
        progress.epoch(),
        segments,
        progress.taken());
  }

  @Override
  public Progress progress(OrderPlan plan, Position position) {
    if (!(position instanceof FollowPosition own)) {
      throw new PositionRefusedException(
          "the position is not one of a run that follows a view: " + position.toJson());
    }
    if (!own.run().equals(following.run()) || !own.view().equals(following.view())) {
      throw new PositionRefusedException(
          "the position is one of the run %s over the view %s, not of the run %s over %s"
              .formatted(own.run(), own.view(), following.run(), following.view()));
    }
    if (!own.topicId().equals(view.topicId())) {
      throw new PositionRefusedException(
          "the position is one of another topic: %s has been made anew (topic id %s, position %s)"
              .formatted(view.topic(), view.topicId(), own.topicId()));
    }
    if (!own.plan().equals(plan)) {
      throw new PositionRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(own.plan(), plan));
    }
    if (own.segments() > 0 && own.segments() != agreed(own.epoch())) {
      throw new PositionRefusedException(
          "the run %s agreed on %d segments of the view %s for epoch %d, and the position says %d"
              .formatted(own.run(), agreed(own.epoch()), own.view(), own.epoch(), own.segments()));
    }
    Progress progress = new Progress(own.epoch(), own.samples());
    return own.segments() == 0
        ? progress
        : progress.within(view.samples(from(own.epoch()), own.segments()));
  }

  @Override
  public void close() {
    growing.close();
    extents.close();
  }

  /** Segments with which an epoch ends that this run has come to. */
  private int agreed(long epoch) {
    return extents
        .of(following.run(), Math.toIntExact(epoch))
        .map(RunExtent::getSegments)
        .orElseThrow(
            () ->
                new PositionRefusedException(
                    "the run %s has not come to epoch %d on this cluster"
                        .formatted(following.run(), epoch)));
  }

  /** Segments with which an epoch begins. */
  private int from(long epoch) {
    return following.extent() == Extent.ALL || epoch == 0 ? 0 : agreed(epoch - 1);
  }

  /** Whether it is known what an epoch covers, and that is known too. */
  private boolean isThere(long epoch) {
    return extents.isKnown(following.run(), Math.toIntExact(epoch))
        && agreed(epoch) <= view.segments().size();
  }

  /** Looks what an epoch covers, and makes a proposal where nobody has and there is enough. */
  private boolean look(long epoch) {
    Optional<RunExtent> extent = extents.of(following.run(), Math.toIntExact(epoch));
    if (extent.isEmpty() || extent.get().getSegments() > view.segments().size()) {
      view =
          growing
              .look()
              .orElseThrow(
                  () ->
                      new PositionRefusedException(
                          "the view " + following.view() + " has been dropped"));
    }
    if (extent.isEmpty() && hasEnough(from(epoch))) {
      RunExtent unused = extents.propose(proposal(epoch));
    }
    return isThere(epoch);
  }

  private boolean hasEnough(int from) {
    int segments = view.segments().size();
    return segments > from && view.samples(from, segments) >= following.least();
  }

  private boolean isOver(long epoch) {
    if (!view.isFrozen() || hasEnough(from(epoch))) {
      return false;
    }
    if (following.extent() == Extent.ALL) {
      throw new InvalidViewException(
          "the view %s is frozen with %d samples: too few for batches of %d by all ranks together"
              .formatted(view.name(), view.samples(), following.least()));
    }
    return true;
  }

  private RunExtent proposal(long epoch) {
    int segments = view.segments().size();
    return RunExtent.newBuilder()
        .setRun(following.run())
        .setView(following.view())
        .setTopicId(view.topicId())
        .setFollow(following.extent().word())
        .setEpoch(Math.toIntExact(epoch))
        .setSegments(segments)
        .setFingerprint(view.view(0, segments).fingerprint())
        .setProposedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
        .setProposer(proposer)
        .build();
  }

  /**
   * @throws PositionRefusedException where the run is one of another view, or of another extent
   */
  private void requireOwn(RunExtent extent) {
    if (!extent.getView().equals(following.view())
        || !extent.getFollow().equals(following.extent().word())) {
      throw new PositionRefusedException(
          "the run %s follows the view %s with --follow %s, not %s with %s; give this one another name"
              .formatted(
                  extent.getRun(),
                  extent.getView(),
                  extent.getFollow(),
                  following.view(),
                  following.extent().word()));
    }
    if (!extent.getFingerprint().isEmpty()
        && !extent.getFingerprint().equals(view.view(0, extent.getSegments()).fingerprint())) {
      throw new PositionRefusedException(
          "the view %s is not the one that the run %s follows: it was dropped and begun anew"
              .formatted(extent.getView(), extent.getRun()));
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
