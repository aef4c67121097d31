package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.python.PythonStep;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An image worker that remembers what became of the images it was asked for last, so that a picture
 * under several captions is decoded once.
 *
 * <p>What an image becomes depends on nothing else, so it is the same whether it is remembered or
 * made again. Not so what crashed or was late, which is tried again with the next caption.
 *
 * <p>Rejects: what {@link ImageWorker} names. Thread-safe. Two callers that ask for the same image
 * at the same time may both be sent on.
 */
public final class RememberingWorker implements ImageWorker {

  /** Memory for files and pictures together: some hundred photographs. */
  private static final long MAX_BYTES = 32L << 20;

  /** Bytes that an entry takes besides, roughly. */
  private static final int ENTRY_BYTES = 1024;

  private static final Set<RejectReason> PASSING =
      EnumSet.of(RejectReason.DECODER_CRASH, RejectReason.DECODE_TIMEOUT);

  private final ImageWorker worker;
  private final long maxBytes;

  /** Bytes of all answers; guarded by {@link #answers}. */
  private long bytes;

  /** In order of access, the oldest first; its monitor guards {@link #bytes}. */
  private final Map<Asked, Answered> answers =
      Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true));

  /**
   * @param worker is asked for what is not remembered
   */
  public RememberingWorker(ImageWorker worker) {
    this(worker, MAX_BYTES);
  }

  /**
   * @param maxBytes of files, pictures and what surrounds them
   */
  RememberingWorker(ImageWorker worker, long maxBytes) {
    this.worker = worker;
    this.maxBytes = maxBytes;
  }

  @Override
  public Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan) {
    Asked asked = new Asked(image, plan);
    Answered known = answers.get(asked);
    return known != null
        ? known.outcome()
        : remembered(asked, new Answered(worker.prepare(image, plan), false));
  }

  /**
   * Asks the worker only once for the same image and plan while the confirmed answer is remembered.
   */
  @Override
  public Outcome<PreparedImage> confirm(
      ImageToPrepare image, ImagePlan plan, Outcome<PreparedImage> doubted) {
    Asked asked = new Asked(image, plan);
    Answered known = answers.get(asked);
    return known != null && known.confirmed()
        ? known.outcome()
        : remembered(asked, new Answered(worker.confirm(image, plan, doubted), true));
  }

  @Override
  public StepJudge open(List<PythonStep> steps) {
    return worker.open(steps);
  }

  private Outcome<PreparedImage> remembered(Asked asked, Answered answer) {
    boolean passing =
        answer.outcome().rejectedOnly().stream().anyMatch(no -> PASSING.contains(no.reason()));
    synchronized (answers) {
      Answered before = passing ? answers.remove(asked) : answers.put(asked, answer);
      bytes -= before == null ? 0 : size(asked, before.outcome());
      bytes += passing ? 0 : size(asked, answer.outcome());
      var oldest = answers.entrySet().iterator();
      while (bytes > maxBytes) {
        Map.Entry<Asked, Answered> forgotten = oldest.next();
        bytes -= size(forgotten.getKey(), forgotten.getValue().outcome());
        oldest.remove();
      }
    }
    return answer.outcome();
  }

  private static long size(Asked asked, Outcome<PreparedImage> answer) {
    return ENTRY_BYTES
        + asked.image().image().encoded().size()
        + answer.keptOnly().stream()
            .flatMap(
                image ->
                    Stream.concat(
                        Stream.of(image.picture()),
                        image.renditions().stream().map(Picture.Named::picture)))
            .mapToLong(picture -> picture.encoded().size())
            .sum();
  }

  /**
   * @param confirmed whether it was asked for twice
   */
  private record Answered(Outcome<PreparedImage> outcome, boolean confirmed) {}

  private record Asked(ImageToPrepare image, ImagePlan plan) {

    /** Leaves out the plan, which hardly ever differs and whose hash costs ten times the rest. */
    @Override
    public int hashCode() {
      return image.hashCode();
    }
  }
}
