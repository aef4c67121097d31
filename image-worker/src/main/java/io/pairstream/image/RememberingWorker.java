package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An image worker that remembers what became of the images it was asked for last, so that a picture
 * under several captions is decoded once.
 *
 * <p>What an image becomes depends on nothing else, so it is the same whether it is remembered or
 * made again. Not so what crashed or was late, which is tried again with the next caption, and what
 * models say that see the caption as well.
 *
 * <p>Rejects: what {@link ImageWorker} names. Thread-safe. Two callers that ask for the same image
 * at the same time may both be sent on.
 */
public final class RememberingWorker implements ImageWorker {

  /** Of files and pictures together, for some hundred photographs. */
  private static final long MAX_BYTES = 32L << 20;

  /** What an entry takes besides, roughly. */
  private static final int ENTRY_BYTES = 1024;

  private static final Set<RejectReason> PASSING =
      EnumSet.of(RejectReason.DECODER_CRASH, RejectReason.DECODE_TIMEOUT);

  private final ImageWorker worker;
  private final long maxBytes;

  /** Those asked for longest ago come first. Guarded by itself, and so is the sum. */
  private final Map<Asked, Outcome<PreparedImage>> answers = new LinkedHashMap<>(256, 0.75f, true);

  private long bytes;

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
    if (!image.tokenIds().isEmpty()) {
      return worker.prepare(image, plan);
    }
    Asked asked = new Asked(image, plan);
    return remembered(asked)
        .orElseGet(
            () -> {
              Outcome<PreparedImage> answer = worker.prepare(image, plan);
              if (answer.rejectedOnly().stream().noneMatch(no -> PASSING.contains(no.reason()))) {
                remember(asked, answer);
              }
              return answer;
            });
  }

  private Optional<Outcome<PreparedImage>> remembered(Asked asked) {
    synchronized (answers) {
      return Optional.ofNullable(answers.get(asked));
    }
  }

  private void remember(Asked asked, Outcome<PreparedImage> answer) {
    synchronized (answers) {
      if (answers.putIfAbsent(asked, answer) == null) {
        bytes += asked.size() + size(answer);
      }
      Iterator<Map.Entry<Asked, Outcome<PreparedImage>>> oldest = answers.entrySet().iterator();
      while (bytes > maxBytes) {
        Map.Entry<Asked, Outcome<PreparedImage>> next = oldest.next();
        bytes -= next.getKey().size() + size(next.getValue());
        oldest.remove();
      }
    }
  }

  private static long size(Outcome<PreparedImage> answer) {
    long sum = 0;
    for (PreparedImage image : answer.keptOnly()) {
      sum += image.picture().encoded().size();
      for (Picture.Named rendition : image.renditions()) {
        sum += rendition.picture().encoded().size();
      }
    }
    return sum;
  }

  /** What the answer depends on. */
  private record Asked(ImageToPrepare image, ImagePlan plan) {

    /** In bytes, with what surrounds the file and its answer. */
    long size() {
      return (long) image.image().encoded().size() + ENTRY_BYTES;
    }
  }
}
