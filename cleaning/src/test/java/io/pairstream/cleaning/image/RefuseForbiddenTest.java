package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefuseForbiddenTest {

  private static final String FORBIDDEN = "00ff".repeat(16);
  private static final String ALLOWED = "00fe".repeat(16);

  @TempDir private Path folder;
  private String recipeFile;

  @BeforeEach
  void placeRecipe() {
    recipeFile = folder.resolve("recipe.yaml").toString();
  }

  private RecipeReader recipe(String yaml) {
    return RecipeReader.parse(recipeFile, yaml);
  }

  private RecipeReader listing(String key, String content) throws IOException {
    Files.writeString(folder.resolve("list.txt"), content, StandardCharsets.UTF_8);
    return recipe("forbidden: {" + key + ": list.txt}");
  }

  private Outcome<String> judge(String digests, String digest) throws IOException {
    return new RefuseForbiddenDigest(listing("digests-file", digests)).apply(digest);
  }

  private static PreparedImage picture(long hash) {
    return SampleImages.prepared(640, 480, hash, Map.of());
  }

  @Test
  void rejectsTheListedFileAlone() throws IOException {
    String list = "f".repeat(64) + "\n" + FORBIDDEN + "\n" + "0".repeat(64) + "\n";

    assertThat(judge(list, FORBIDDEN).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.IMAGE_FORBIDDEN);
    assertThat(judge(list, "0".repeat(64)).rejectedOnly()).hasSize(1);
    assertThat(judge(list, "f".repeat(64)).rejectedOnly()).hasSize(1);
    assertThat(judge(list, ALLOWED)).isEqualTo(Outcome.kept(ALLOWED));
  }

  @Test
  void rejectsAPictureThatLooksLikeAListedOne() throws IOException {
    RecipeReader recipe = listing("hashes-file", "00000000000000ff # flag\n");
    RefuseForbiddenPicture step = new RefuseForbiddenPicture(recipe);

    assertThat(step.apply(picture(0x00f)).rejectedOnly())
        .singleElement()
        .returns(RejectReason.PICTURE_FORBIDDEN, Rejection::reason)
        .satisfies(no -> assertThat(no.detail()).contains("in at most 4 of 64 bits"));
    assertThat(step.apply(picture(0x007)).keptOnly()).hasSize(1);
  }

  @Test
  void onlyAConfirmedAnswerThrowsAnOriginalAway() throws IOException {
    RefuseForbiddenPicture step =
        new RefuseForbiddenPicture(listing("hashes-file", "00000000000000ff\n"));
    Map<Long, Long> confirmed = Map.of(0x00fL, 0x007L, 0x0ffL, 0x0ffL);
    List<PreparedImage> asked = new ArrayList<>();
    for (long hash : new long[] {0x00f, 0x0ff, 0x007}) {
      ImageWorker worker =
          new ImageWorker() {
            @Override
            public Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan) {
              return Outcome.kept(picture(hash));
            }

            @Override
            public Outcome<PreparedImage> confirm(
                ImageToPrepare image, ImagePlan plan, Outcome<PreparedImage> doubted) {
              asked.addAll(doubted.keptOnly());
              return Outcome.kept(picture(confirmed.get(hash)));
            }
          };
      Outcome<PreparedImage> judged =
          new PrepareImage(worker, ImagePlan.of(PictureOutput.PRESETS), step::isForbidden)
              .apply(null)
              .then(step);

      assertThat(judged.keptOnly()).as("%x", hash).hasSize(hash == 0x0ff ? 0 : 1);
    }

    assertThat(asked).containsExactly(picture(0x00f), picture(0x0ff));
  }

  @Test
  void inForceIsTheListsContent() throws IOException {
    RecipeReader recipe = listing("digests-file", FORBIDDEN);
    assertThat(new RefuseForbiddenDigest(recipe)).isNotNull();
    RecipeReader longer = listing("digests-file", FORBIDDEN + "\n" + ALLOWED);
    assertThat(new RefuseForbiddenDigest(longer)).isNotNull();

    assertThat(recipe.finish().get("forbidden.digests-file")).matches("sha256:[0-9a-f]{64}");
    assertThat(recipe.finish()).isNotEqualTo(longer.finish());
  }

  @Test
  void badLinesAreProblemsWithTheirNumbers() throws IOException {
    RecipeReader recipe =
        listing(
            "digests-file",
            FORBIDDEN
                + "\n"
                + FORBIDDEN.toUpperCase(java.util.Locale.ROOT)
                + "\n# fine\nabc\n"
                + "\u00e9\n".repeat(20));
    assertThat(new RefuseForbiddenDigest(recipe)).isNotNull();

    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, recipe::finish);

    assertThat(refusal.problems())
        .extracting(RecipeProblem::message)
        .hasSize(10)
        .startsWith(
            "line 2 of the file is not a SHA-256 in 64 lower-case hex digits",
            "line 4 of the file is not a SHA-256 in 64 lower-case hex digits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"absent.txt", ".", "a\u0000b"})
  void fileThatIsNotThereIsAProblem(String name) {
    RecipeReader recipe = recipe("forbidden: {hashes-file: \"" + name.replace("\0", "\\0") + "\"}");
    assertThat(new RefuseForbiddenPicture(recipe)).isNotNull();

    assertThat(catchThrowableOfType(InvalidRecipeException.class, recipe::finish).problems())
        .extracting(RecipeProblem::key)
        .containsExactly("forbidden.hashes-file");
  }
}
