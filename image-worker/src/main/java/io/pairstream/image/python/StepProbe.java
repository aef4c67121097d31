package io.pairstream.image.python;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.StepWorker.Shown;
import io.pairstream.cleaning.image.StepWorker.Verdict;
import io.pairstream.cleaning.python.PythonStep;
import io.pairstream.cleaning.python.PythonStep.Sees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Finds steps whose verdict depends on more than the pair: made pairs are shown to two processes
 * whose hashes of texts differ, to one of them in reverse order.
 */
public final class StepProbe {

  private static final int CAPTIONS = 32;
  private static final int PICTURES = 8;
  private static final int SIDE_PX = 64;

  private static final List<String> TEXTS =
      List.of(
          "a dog runs along a beach, $12 and $30",
          "\u4e00\u53ea\u732b\u5750\u5728\u7ea2\u8272\u7684\u6c99\u53d1\u4e0a",
          "Red shoes size 42 | acme.com",
          "caf\u00e9 cr\u00e8me \u2014 \u201cla vie\u201d",
          "\u4ef7\u683c 99 \u5143 \u73b0\u8d27",
          "a small wooden house with a green door and many, many windows");

  private StepProbe() {}

  /**
   * Sentences on steps that are not pure; none where none is found.
   *
   * @throws io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException where a
   *     function cannot be called; the message says why
   */
  public static List<String> problems(StepProcesses processes) {
    List<String> problems = new ArrayList<>();
    for (int step = 0; step < processes.steps.size(); step++) {
      PythonStep named = processes.steps.get(step);
      int count = named.sees() == Sees.CAPTION ? CAPTIONS : PICTURES;
      List<Verdict> forwards = new ArrayList<>();
      List<Verdict> backwards = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        forwards.add(processes.ask(step, shown(named.sees(), i), 0));
        backwards.add(0, processes.ask(step, shown(named.sees(), count - 1 - i), 1));
      }
      for (int i = 0; i < count; i++) {
        if (!forwards.get(i).equals(backwards.get(i))) {
          problems.add(difference(named.name(), forwards.get(i), backwards.get(i)));
          break;
        }
      }
    }
    return problems;
  }

  static String difference(String step, Verdict one, Verdict other) {
    return "%s gives two verdicts on one pair: \"%s\", \"%s\"; a step is pure"
        .formatted(step, inWords(one), inWords(other));
  }

  private static String inWords(Verdict verdict) {
    if (verdict instanceof Verdict.Kept kept) {
      return "kept" + (kept.caption().isEmpty() ? "" : ": " + kept.caption());
    } else if (verdict instanceof Verdict.Refused refused) {
      return "refused: " + refused.english();
    }
    return "failed: " + ((Verdict.Failed) verdict).words();
  }

  /** A made pair. */
  static Shown shown(Sees sees, int number) {
    if (sees == Sees.CAPTION) {
      String text = TEXTS.get(number % TEXTS.size());
      return Shown.caption(number < TEXTS.size() ? text : text + ", " + number, "und");
    }
    byte[] pixels = new byte[3 * SIDE_PX * SIDE_PX];
    Random random = new Random(number);
    for (int i = 0; i < pixels.length; i++) {
      // From flat to noisy.
      pixels[i] = (byte) (31 * number + random.nextInt(1 + 30 * number));
    }
    Map<String, Double> measures =
        Map.of("sharpness", 10.0 * number, "entropy_bits", (double) number, "aspect_ratio", 1.5);
    return new Shown("", "", measures, new EncodedImage(pixels), SIDE_PX, SIDE_PX);
  }
}
