package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Sizes of classes and methods in the main code of every module, without blanks and comments. */
class CodeSizeTest {

  private static final int MOST_OF_A_CLASS = 350;
  private static final int MOST_OF_A_METHOD = 60;

  /**
   * Larger ones, each of which is a loop over a file's parts as the format's specification has it.
   */
  private static final Set<String> EXCUSED = Set.of("GifDecoder.unpack", "WebpHeader.read");

  @Test
  void noClassAndNoMethodIsTwoThings() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path main : modules.map(module -> module.resolve("src/main/java")).toList()) {
        if (Files.isDirectory(main)) {
          try (Stream<Path> files = Files.walk(main)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }

    assertThat(sources).hasSizeGreaterThan(800);
    assertThat(tooLarge(sources)).isEmpty();
  }

  private static List<String> tooLarge(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> found = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        String text = unit.getSourceFile().getCharContent(true).toString();
        String name = Path.of(unit.getSourceFile().getName()).getFileName().toString();
        String owner = name.substring(0, name.length() - ".java".length());
        add(owner, lines(text), MOST_OF_A_CLASS, found);
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitMethod(MethodTree method, Void unused) {
            String body = text.substring(start(method), end(method));
            add(owner + "." + method.getName(), lines(body), MOST_OF_A_METHOD, found);
            return super.visitMethod(method, null);
          }

          private int start(Tree tree) {
            return (int) positions.getStartPosition(unit, tree);
          }

          private int end(Tree tree) {
            return Math.max(start(tree), (int) positions.getEndPosition(unit, tree));
          }
        }.scan(unit, null);
      }
    }
    return found;
  }

  private static void add(String name, long lines, int most, List<String> found) {
    if (lines > most && !EXCUSED.contains(name)) {
      found.add(name + " has " + lines + " lines");
    }
  }

  private static long lines(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.matches("(//|/\\*|\\*).*"))
        .count();
  }
}
