package io.pairstream.image;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import io.pairstream.image.sandbox.ConfinedProcess;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.ConfinedProcess.Reply;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** One running worker that prepares images. Used by one thread at a time. */
final class WorkerProcess {

  private final ConfinedProcess process;
  private final ImageWindow window;
  private ImagePlan plan = ImagePlan.PRESETS;
  private int served;

  WorkerProcess(ConfinedProcess process, ImageWindow window) {
    this.process = process;
    this.window = window;
  }

  ConfinedProcess process() {
    return process;
  }

  /** Has one image prepared. After an exception this worker is dead. */
  Reply<Answer> ask(long token, ImagePlan wanted, ImageToPrepare image, Duration limit)
      throws LostException {
    Optional<ImagePlan> newPlan = Optional.of(wanted).filter(other -> !other.equals(plan));
    Request request = new Request(token, newPlan, image);
    plan = wanted;
    return process.ask(
        token, limit, out -> request.writeTo(out, window), in -> answerTo(request, in));
  }

  private Answer answerTo(Request request, DataInputStream in) throws IOException {
    Answer answer = Answer.readFrom(in);
    AnswerCheck.check(request, plan, answer);
    served++;
    return answer;
  }

  /** How many images it has answered, the one that is known to be good among them. */
  int served() {
    return served;
  }
}
