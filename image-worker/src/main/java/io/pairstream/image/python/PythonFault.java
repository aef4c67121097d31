package io.pairstream.image.python;

import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.sandbox.Complaints;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The end of a process over one question, in words for the author of the function. */
final class PythonFault {

  private static final int SIGNALS = 128;
  private static final int KILLED = 9;

  private PythonFault() {}

  /**
   * Why a question has no answer.
   *
   * @param folder of the function's files
   */
  static Failed of(LostException lost, Duration limit, PythonFolder folder) {
    String place = place(lost.words(), folder);
    if (lost.late()) {
      return failed(
          Failure.TIMED_OUT,
          "gave no answer in %,d ms%s"
              .formatted(limit.toMillis(), place.isEmpty() ? "" : "; it stood in " + place));
    } else if (lost.odd()) {
      return failed(Failure.ODD_ANSWER, lost.getMessage());
    }
    String where = place.isEmpty() ? "" : " in " + place;
    int signal = lost.status() - SIGNALS;
    if (signal == KILLED) {
      return failed(
          Failure.CRASHED, "was killed" + where + ", as the system does where memory runs out");
    } else if (signal > 0) {
      return failed(Failure.CRASHED, "died of signal " + signal + where);
    }
    return failed(
        Failure.CRASHED,
        "ended its process with status %d%s%s"
            .formatted(lost.status(), where, lost.words().isBlank() ? "" : ": " + lastLine(lost)));
  }

  private static Failed failed(Failure reason, String words) {
    return new Failed(reason, Complaints.presentable(words));
  }

  private static String lastLine(LostException lost) {
    return lost.words().lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b).strip();
  }

  /** The innermost line of the function's own that a traceback names; empty where it names none. */
  private static String place(String words, PythonFolder folder) {
    Matcher line =
        Pattern.compile(
                "File \""
                    + Pattern.quote(folder.code() + "/")
                    + "(?:[^\"]*/)?([^\"/]+)\", line (\\d+)")
            .matcher(words);
    return line.find() ? line.group(1) + ":" + line.group(2) : "";
  }
}
