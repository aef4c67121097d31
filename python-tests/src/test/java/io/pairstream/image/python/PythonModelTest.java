package io.pairstream.image.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.card.PythonCard;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.testing.PythonEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions in Python, in real processes of a real interpreter. */
class PythonModelTest {

  private static final Path REQUIREMENTS =
      Path.of(System.getProperty("pairstream.project.dir"), "trainer-feed/python/requirements.txt");

  private static final String NUMBER = "outputs:\n  score:\n    as: number\n";

  private static String python;

  @TempDir private Path folder;
  private final List<String> printed = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void findPython() throws Exception {
    python = interpreter();
  }

  /** A Python that has NumPy. */
  static String interpreter() throws Exception {
    return PythonEnvironment.of(REQUIREMENTS)
        .run(Map.of(), "-c", "import sys; print(sys.executable)");
  }

  /** A card of the function {@code f} beside it. */
  private PythonCard card(String code, String keys) throws IOException {
    Files.writeString(folder.resolve("f.py"), code);
    Path card = folder.resolve("card.yaml");
    Files.writeString(
        card,
        "kind: python\nname: f\nlicence: x\nsource: x\nfile: f.py\ncall: f\npython: "
            + python
            + "\n"
            + keys);
    return (PythonCard) ModelCard.read(card);
  }

  private PythonModel model(PythonCard card, String... gpus) {
    WorkerSettings worker =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(Duration.ofMinutes(5), Duration.ofMinutes(5));
    return new PythonModel(card, worker, new PythonModel.Options(1, List.of(gpus), printed::add));
  }

  private List<ModelAnswer> ask(PythonCard card, String... captions) {
    try (PythonModel model = model(card)) {
      return model.ask(Stream.of(captions).map(text -> new ModelQuestion(null, text)).toList());
    }
  }

  private static double score(ModelAnswer answer) {
    return ((Answered) answer).numbers().get("score");
  }

  @Test
  void answersOfEveryFormComeBackInOrder() throws IOException {
    PythonCard card =
        card(
            """
            import numpy as np
            class f:
                def __init__(self, scale, *, words="x"):
                    self.scale, self.words = scale, words
                def __call__(self, pictures, captions):
                    assert all(p.dtype == np.uint8 and p.ndim == 3 for p in pictures)
                    print("asked", len(captions))
                    return {
                        "score": np.array([p.mean() * self.scale for p in pictures], np.float32),
                        "style": ["dark" if p.mean() < 9 else "light" for p in pictures],
                        "vector": [p[0, 0].astype(float) for p in pictures],
                        "text": [c.upper() + self.words for c in captions],
                    }
            """,
            """
            batch: 2
            with:
              scale: 0.5
              words: "\\u732b"
            picture:
              fit: none
            caption: {}
            outputs:
              score: {as: number}
              style: {as: label, labels: "dark, light"}
              vector: {as: vector}
              text: {as: text}
            """);
    List<ModelQuestion> questions =
        List.of(question(10, 20, "a"), question(4, 16, "b"), question(200, 8, "\u732b\n\0c"));

    try (PythonModel model = model(card)) {
      List<ModelAnswer> answers = model.ask(questions);

      assertThat(answers).extracting(PythonModelTest::score).containsExactly(5.0, 2.0, 100.0);
      assertThat((Answered) answers.get(1))
          .satisfies(
              said -> {
                assertThat(said.labels()).isEqualTo(Map.of("style", "dark"));
                assertThat(said.texts()).isEqualTo(Map.of("text", "B\u732b"));
                assertThat(said.vectors().get("vector")).containsExactly(4, 4, 4);
              });
      assertThat(((Answered) answers.get(2)).texts().get("text")).isEqualTo("\u732b\n C\u732b");
      assertThat(model.answered()).isEqualTo(3);
    }
    assertThat(printed).contains("python f: asked 2", "python f: asked 1");
  }

  private static ModelQuestion question(int grey, int side, String caption) {
    byte[] pixels = new byte[3 * side * side];
    java.util.Arrays.fill(pixels, (byte) grey);
    return new ModelQuestion(ShownPicture.raw(pixels, side, side, 3), caption);
  }

  /** One question fails; the others of its batch are answered. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          raise ValueError('odd')             | REFUSED     | ValueError: odd (f.py:4)
          raise KeyError                      | REFUSED     | KeyError (f.py:4)
          return {'score': [float('nan')]}    | ODD_ANSWER  | score is nan, and is to be a finite number
          return {'score': ['high']}          | ODD_ANSWER  | score could not convert string to float: 'high'
          return {'score': [1] * 9}           | REFUSED     | ValueError: 1 questions, 9 values of score
          return {'pick': [1]}                | REFUSED     | ValueError: it answers ['pick']; the card has ['score']
          return [1]                          | REFUSED     | TypeError: f returned list; a dict of ['score'] is right
          exit(3)                             | REFUSED     | SystemExit: 3 (f.py:4)
          input()                             | REFUSED     | EOFError: EOF when reading a line (f.py:4)
          raise MemoryError                   | OVER_BUDGET | takes more than memory-mb: 512 (f.py:4), for one question alone
          x = bytearray(1 << 31)              | OVER_BUDGET | takes more than memory-mb: 512 (f.py:4)
          os._exit(3)                         | CRASHED     | ended its process with status 3
          import ctypes; ctypes.string_at(1)  | CRASHED     | died of signal 11 in f.py:4
          time.sleep(600)                     | TIMED_OUT   | gave no answer in 2,000 ms; it stood in f.py:4
          while True: pass                    | TIMED_OUT   | gave no answer in 2,000 ms; it stood in f.py:4
          os.write(1, b'n' * 9_000_000); 1 / 0 | REFUSED    | ZeroDivisionError: division by zero (f.py:4)
          subprocess.Popen(['sleep', '600']); os._exit(4) | CRASHED | ended its process with status 4
          """)
  void aFaultCostsItsQuestionAloneAndIsSaidWithItsLine(String line, Failure reason, String words)
      throws IOException {
    PythonCard card =
        card(
            "import os, subprocess, time\ndef f(captions):\n    if 'bad' in captions:\n        "
                + line
                + "\n    return {'score': [len(c) for c in captions]}\n",
            "batch: 4\nmax-ms: 2000\nmemory-mb: 512\ncaption: {}\n" + NUMBER);

    List<ModelAnswer> answers = ask(card, "a", "bad", "ccc", "dddd", "eeeee");

    assertThat(answers.get(1))
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.detail()).startsWith(words);
              assertThat(failed.reason()).isEqualTo(reason);
            });
    assertThat(List.of(answers.get(0), answers.get(2), answers.get(3), answers.get(4)))
        .extracting(PythonModelTest::score)
        .containsExactly(1.0, 3.0, 4.0, 5.0);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          class g: pass              | ~~               | f.py has no f; it has g
          def f(pictures): pass      | ~~               | f has no argument captions, which the card shows it
          def f(captions, by): pass  | ~~               | f wants by, which the card does not show it
          FINE                       | with: {level: 3} | f has no argument level, which the section with gives; it has captions
          import helpers; FINE       | ~~               | No module named 'helpers' (f.py:1); helpers.py lies beside it: name it in files
          import nothere; FINE       | ~~               | No module named 'nothere' (f.py:1)
          def f(captions:            | ~~               | SyntaxError:
          x = 1 / 0                  | ~~               | ZeroDivisionError: division by zero (f.py:1)
          FINE                       | requirements: r.txt | numpy is
          f = lambda captions: {'score': ['x'] * len(captions)} | ~~ | score could not convert string to float: 'x'
          import time; time.sleep(600) | start-s: 1     | gave no answer in 2,000 ms; it stood in f.py:1
          """)
  void whatDoesNotFitItsCardIsRefusedInWords(String line, String key, String words)
      throws IOException {
    String code = line.replace("FINE", "f = lambda captions: {'score': [1.0] * len(captions)}");
    String keys = key + "\n";
    Files.writeString(folder.resolve("helpers.py"), "");
    Files.writeString(folder.resolve("r.txt"), "# ours\nnumpy==0.1\n");

    try (PythonModel model = model(card(code, keys + "max-ms: 1000\ncaption: {}\n" + NUMBER))) {
      assertThatThrownBy(model::rehearse)
          .isInstanceOfAny(InvalidCardException.class, ModelUnavailableException.class)
          .hasMessageContaining(words);
    }
  }

  @Test
  void theIdentityIsWhatAnAnswerDependsOn() throws IOException {
    String code = "def f(captions): pass\n";
    String keys = "caption: {}\n" + NUMBER;
    String digest = card(code, keys).digest();

    assertThat(card(code, keys + "processes: 2\nmemory-mb: 99\nstart-s: 5\n").digest())
        .isEqualTo(digest);
    Files.writeString(folder.resolve("more.py"), "1");
    List<String> others =
        List.of(
            card(code + "#", keys).digest(),
            card(code, keys + "version: 2\n").digest(),
            card(code, keys + "with: {a: 1}\n").digest(),
            card(code, keys + "files: more.py\n").digest());
    assertThat(others).doesNotContain(digest).doesNotHaveDuplicates();
    Files.writeString(folder.resolve("more.py"), "2");
    assertThat(card(code, keys + "files: more.py\n").digest()).isNotEqualTo(others.get(3));
  }

  /** As after an assertion on a GPU, after which every call of the process fails. */
  @Test
  void aProcessThatFailsEveryQuestionAfterOneIsReplaced() throws IOException {
    PythonCard card =
        card(
            """
            broken = []
            def f(captions):
                if "bad" in captions:
                    broken.append(1)
                if broken:
                    raise RuntimeError("device-side assert")
                return {"score": [len(c) for c in captions]}
            """,
            "batch: 8\ncaption: {}\n" + NUMBER);

    List<ModelAnswer> answers = ask(card, "a", "bb", "bad", "cccc", "a", "a", "a", "a", "ddddd");

    assertThat(answers.get(2)).isInstanceOf(Failed.class);
    answers = answers.stream().filter(answer -> answer instanceof Answered).toList();
    assertThat(answers).hasSize(8).first().extracting(PythonModelTest::score).isEqualTo(1.0);
  }

  @Test
  void twentyQuestionsInARowThatFailOnOneLineStopTheAsking() throws IOException {
    PythonCard card =
        card(
            """
            def f(captions):
                if 'bad' in captions:
                    raise ValueError('all')
                return {'score': [1 for c in captions]}
            """,
            "batch: 4\ncaption: {}\n" + NUMBER);
    try (PythonModel model = model(card)) {
      List<ModelQuestion> questions = Collections.nCopies(19, new ModelQuestion(null, "bad"));
      assertThat(model.ask(questions)).hasSize(19).allMatch(Failed.class::isInstance);
      assertThatThrownBy(() -> model.ask(List.of(new ModelQuestion(null, "bad"))))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessage(
              "f: 20 questions in a row failed on f.py:3 (ValueError: all (f.py:3)); score waits");
      assertThat(model.ask(List.of(new ModelQuestion(null, "good")))).hasSize(1);
    }
  }

  @Test
  void processesSeeTheirGpuAndTheirFilesAlone() throws IOException {
    Files.writeString(folder.resolve("other.txt"), "x");
    PythonCard card =
        card(
            """
            import os, socket
            def f(captions):
                gpu = os.environ["CUDA_VISIBLE_DEVICES"]
                return {"gpu": [gpu + " " + ",".join(sorted(os.listdir("."))) for c in captions]}
            """,
            "gpu: true\nprocesses: 2\ncaption: {}\noutputs:\n  gpu: {as: text}\n");

    try (PythonModel model = model(card, "3", "5")) {
      List<String> seen =
          model.ask(Collections.nCopies(24, new ModelQuestion(null, "a"))).stream()
              .map(answer -> ((Answered) answer).texts().get("gpu"))
              .distinct()
              .sorted()
              .toList();
      assertThat(seen).isSubsetOf("3 f.py", "5 f.py").isNotEmpty();
    }
  }
}
