package io.pairstream.image.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pairstream.image.Pictures;
import io.pairstream.image.WorkerSettings;
import io.pairstream.image.card.Cards;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelAnswer.Answered;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny models on a GPU, or where there is none. */
class CudaModelTest {

  private static final String SECTIONS =
      """
      batch: 4
      picture:
        tensor: pixels
        side-px: 8
      outputs:
        seen:
          tensor: /inside/seen
          as: vector
      """;

  @TempDir private Path folder;

  private ModelCard card(String device) throws IOException {
    return Cards.card(folder, "shown", "device: " + device + "\n" + SECTIONS);
  }

  @Test
  void cardForAGpuNeedsTheFoldersOfItsLibraries() throws IOException {
    ModelCard card = card("cuda");

    assertThatThrownBy(() -> new ModelPool(card, Pictures.settings(1), 1))
        .isInstanceOf(InvalidCardException.class)
        .hasMessageContaining("tiny is for a GPU (device: cuda)")
        .hasMessageContaining("--cuda");
  }

  @Test
  void foldersWithoutTheRuntimeAreRefused() {
    assertThatThrownBy(() -> Pictures.settings(1).withCuda(List.of(folder)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("onnxruntime-*-linux-x86_64-gpu.jar")
        .hasMessageContaining(folder.toString());
    assertThatThrownBy(() -> Pictures.settings(1).withCuda(List.of(folder.resolve("none"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no folder " + folder.resolve("none"));
  }

  /** An empty jar: what runs then is the runtime for processors. */
  @Test
  void processThatCannotUseAGpuIsRefused() throws IOException {
    Path cuda = Files.createDirectory(folder.resolve("cuda"));
    Path jar = cuda.resolve("onnxruntime-0-linux-x86_64-gpu.jar");
    try (JarOutputStream empty = new JarOutputStream(Files.newOutputStream(jar))) {
      empty.finish();
    }
    WorkerSettings settings = Pictures.settings(1).withCuda(List.of(cuda));

    try (ModelPool pool = new ModelPool(card("cuda"), settings, 1)) {
      assertThatThrownBy(pool::rehearse)
          .isInstanceOf(InvalidCardException.class)
          .hasMessageContaining("CUDA cannot be used: ");
    }
  }

  /** A batch that is not full is filled up, and its answers are those that were asked for. */
  @Test
  void gpuAnswersAsAProcessorDoes() throws IOException {
    String folders = System.getenv("PAIRSTREAM_CUDA");
    assumeTrue(folders != null, "PAIRSTREAM_CUDA names no folders for --cuda");
    List<ModelQuestion> questions =
        IntStream.range(0, 6)
            .mapToObj(i -> Pictures.flat(new Color(40 * i, 255 - 40 * i, i), 20, 20))
            .map(picture -> Pictures.png(picture, false))
            .map(file -> new ModelQuestion(ShownPicture.file(file), null))
            .toList();
    WorkerSettings gpu =
        Pictures.settings(1).withCuda(Stream.of(folders.split(":")).map(Path::of).toList());

    try (ModelPool there = new ModelPool(card("cuda"), gpu, 1);
        ModelPool here = new ModelPool(card("cpu"), Pictures.settings(1), 1)) {
      List<ModelAnswer> expected = here.ask(questions);
      List<ModelAnswer> answers = there.ask(questions);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(seen(answers.get(i))).containsExactly(seen(expected.get(i)), within(1e-4f));
      }
    }
  }

  private static float[] seen(ModelAnswer answer) {
    return ((Answered) answer).vectors().get("seen");
  }
}
